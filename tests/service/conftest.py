"""What the tests of this folder share."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from service.logs import OURS, set_up_logs


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON, with our own packages at their most talkative."""
    named = [logging.getLogger(name) for name in ("", *OURS)]
    levels = [logger.level for logger in named]
    handlers = list(named[0].handlers)
    written = io.StringIO()
    set_up_logs("DEBUG", "json", stream=written)
    yield written
    structlog.reset_defaults()
    named[0].handlers[:] = handlers
    for logger, level in zip(named, levels, strict=True):
        logger.setLevel(level)
