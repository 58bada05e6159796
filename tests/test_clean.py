"""What tools look for: known faults of libraries, unexplained exceptions, secrets in the repository."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.logs import TOKENS
from tests.audit import verdict

ROOT = Path(__file__).parents[1]
SECRETS = {
    "a token of Slack": r"xox[abeoprs]-[0-9]{8,}-[\w-]{8,}|xapp-[0-9]-[A-Z0-9]{8,}-[\w-]{8,}",
    "a webhook": r"hooks\.slack\.com/(?:services|workflows)/T[A-Z0-9]{6,}/",
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "a key of a cloud": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}\b",
    "a token of a forge": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20}",
    "a token of a registry": r"\bpypi-[A-Za-z0-9_-]{50,}|\bnpm_[A-Za-z0-9]{36}\b",
    "a key of ours": r"(?<![\w/+-])[A-Za-z0-9_-]{43}=(?![\w=])",
    "a signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a password in an address": r"\b(?:postgres(?:ql)?|mysql|redis|https?)://[^\s:/@'\"{}<>]+:"
    r"(?!password|[*]{3}|planted)[^\s@/'\"{}<>]{6,}@",
    "a secret that is set": r"\b(?:SLACK_BOT_TOKEN|SLACK_SIGNING_SECRET|SLACK_APP_TOKEN|SLACK_CLIENT_SECRET"
    r"|COACH_ENCRYPTION_KEYS|COACH_METRICS_KEY)=(?!new,old)[\w-]{8,}",
}


SILENCED = re.compile(r"# noqa: [A-Z0-9, ]*\bS\d{3}")
EXPLAINED = re.compile(r"# noqa: [A-Z0-9, ]+ - \S")


def tracked() -> Iterator[tuple[str, str]]:
    """Name and text of every file in the repository that is text."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no repository here to look through")
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.suffix not in {".png", ".woff2"}:
            yield name, path.read_text(encoding="utf-8", errors="replace")


def secrets_in(text: str) -> list[str]:
    return [what for what, looks in SECRETS.items() if re.search(looks, text)]


def test_no_file_of_the_repository_holds_a_secret() -> None:
    found = {name: secrets for name, text in tracked() if (secrets := secrets_in(text))}
    assert found == {}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a token of Slack", "xoxb" + "-123456789012-123456789012-AbCdEfGhIjKl"),
        ("a token of Slack", "xapp" + "-1-A0123456789-1234567890-abcdef"),
        ("a webhook", "https://hooks.slack" + ".com/services/T0123456/B0123456/abc"),
        ("a private key", "-----BEGIN RSA PRIVATE" + " KEY-----"),
        ("a key of a cloud", "AKIA" + "A" * 16),
        ("a token of a forge", "ghp_" + "a" * 36),
        ("a key of ours", "key: " + "a" * 43 + "="),
        ("a signed token", "eyJ" + "a" * 12 + ".eyJ" + "b" * 12 + "." + "c" * 12),
        ("a password in an address", "postgresql://coach:" + "hunter2hunter2@db.example/coach"),
        ("a secret that is set", "SLACK_SIGNING_SECRET" + "=0123456789abcdef"),
    ],
)
def test_what_is_looked_for_is_found(what: str, text: str) -> None:
    assert what in secrets_in(text)


def test_what_is_found_in_a_log_is_masked_there_too() -> None:
    for token in ("xoxb" + "-1234567890-abcdefghij", "xapp" + "-1-A0123456789-abcdefghij"):
        assert TOKENS.fullmatch(token)


def test_every_exception_from_a_security_rule_says_why() -> None:
    """Ruff's S rules are those of Bandit, and cover the same. Where one is silenced, a reader is told why."""
    silent = [
        f"{name}:{number}"
        for name, text in tracked()
        if name.endswith(".py") and not name.startswith("tests/")
        for number, line in enumerate(text.splitlines(), start=1)
        if SILENCED.search(line) and not EXPLAINED.search(line)
    ]
    assert silent == []


KNOWN = {"name": "left", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1", "2.0"]}]}
FINE = {"name": "right", "version": "1.0", "vulns": []}
SKIPPED = {"name": "unknown", "skip_reason": "Dependency not found"}


def test_a_known_fault_is_named_with_what_mends_it() -> None:
    notes, faults = verdict(json.dumps({"dependencies": [KNOWN, FINE, KNOWN]}), "")
    assert faults == ["left 1.0 has a known fault, CVE-1: take 1.1 or 2.0."]
    assert notes == ["2 libraries were looked up."]


@pytest.mark.parametrize("said", ["", "no JSON", "[]", json.dumps({"dependencies": [SKIPPED]})])
def test_that_nobody_could_be_asked_is_one_line_and_no_fault(said: str) -> None:
    notes, faults = verdict(said, "Traceback\nERROR: Connection refused")
    assert (len(notes), faults) == (1, [])


def test_a_look_that_fails_for_another_reason_is_a_fault() -> None:
    """Else a slip in the list of requirements would end all looking, and nobody would see it."""
    assert verdict("", "ERROR: package left has duplicate requirements") == (
        [],
        ["The libraries could not be looked up: ERROR: package left has duplicate requirements"],
    )
