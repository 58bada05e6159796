"""Failures told to a Sentry, where one is set (COACH_SENTRY_DSN): what failed, the types of its errors, and
the places in the code. Nothing else leaves this machine: no message of an error, no value, no request.

What is sent is made of a line of the log, which has no words of people either. The library is only imported
when an address is set, and whatever it would add by itself is taken out again.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from service.failed import Failure, tell_of_failures
from service.logs import OURS

NOT_INSTALLED = (
    "COACH_SENTRY_DSN is set, but sentry-sdk is not installed, so nobody is told of failures:"
    ' pip install "sentry-sdk>=2", or take the variable out.'
)
SENT = frozenset(
    {"event_id", "timestamp", "platform", "level", "logger", "message", "tags", "exception", "sdk"}
)
"""All that an event may have."""
ROOT = Path(__file__).parents[1]

Json = dict[str, Any]


def problems(dsn: str) -> list[str]:
    """What keeps failures from being told, with what to do; nothing without an address."""
    return [NOT_INSTALLED] if dsn and find_spec("sentry_sdk") is None else []


def begin(dsn: str) -> None:
    """Tells of every failure from now on. Raises `ImportError` where the library is missing."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        before_send=scrubbed,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        send_default_pii=False,
        send_client_reports=False,
        auto_session_tracking=False,
        server_name="",
    )
    tell_of_failures(lambda failure: sentry_sdk.capture_event(event_of(failure)))


def event_of(failure: Failure) -> Json:
    """What Sentry is told: the reference that people see, names of types and places in the code."""
    values: list[Json] = [{"type": name} for name in reversed(failure.errors)]
    if values and failure.where:
        values[-1]["stacktrace"] = {"frames": [_frame(place) for place in failure.where]}
    return {
        "level": "error",
        "logger": failure.logger,
        "message": failure.event or "a library failed",
        "tags": {"reference": failure.reference},
        "exception": {"values": values},
    }


def _frame(place: str) -> Json:
    """Of `file:line function`."""
    at, _, function = place.rpartition(" ")
    file, _, line = at.rpartition(":")
    path = Path(file)
    ours = path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in OURS
    return {
        "filename": str(path.relative_to(ROOT)) if ours else "/".join(path.parts[-2:]),
        "lineno": int(line),
        "function": function,
        "in_app": ours,
    }


def scrubbed(event: Mapping[str, Any], _hint: object) -> Json:
    """Takes out whatever the library has added: names of machines, packages, contexts."""
    kept = {name: value for name, value in event.items() if name in SENT}
    errors: Sequence[Mapping[str, Any]] = (kept.get("exception") or {}).get("values") or []
    kept["exception"] = {"values": [_without_words(one) for one in errors]}
    return kept


def _without_words(error: Mapping[str, Any]) -> Json:
    frames = (error.get("stacktrace") or {}).get("frames") or []
    named = ("filename", "lineno", "function", "in_app")
    places = [{name: frame[name] for name in named if name in frame} for frame in frames]
    return {"type": error.get("type"), **({"stacktrace": {"frames": places}} if places else {})}
