"""Where everything is installed, a test that is skipped is a test that is missing: it fails instead.

Switched on by COACH_NO_SKIPS=1. Load it from `tests/conftest.py`: pytest_plugins = ["tests.no_skips"].
"""

import os
from collections.abc import Generator

import pytest


def _forbidden() -> bool:
    return os.environ.get("COACH_NO_SKIPS") == "1"


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"skipped, which COACH_NO_SKIPS=1 forbids: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _forbidden():
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and _forbidden():
        _fail(report)
    return report
