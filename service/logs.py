"""How the bot logs: one line an event, as text or JSON, without secrets and without what people wrote."""

import json
import logging
import re
import secrets as randomness
import sys
import threading
import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

OURS = frozenset({"bot", "coaching", "demo", "scheduler", "service", "storage"})
SLACKS = frozenset({"slack_bolt", "slack_sdk"})
TOKENS = re.compile(r"xox[a-z]+(?:\.xox[a-z]+)?-[\w-]+|xapp-[\w-]+|v0=[0-9a-fA-F]{16,}")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which read as digits
MASK = "[hidden]"
FAILED = frozenset({"error", "critical", "exception"})

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs with which words could begin a line of their own, colour it, turn what is read, or not be written."""

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def set_up_logs(
    level: str = "INFO", style: str = "text", secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Sends every log line of this process to `stream`, or to stderr.

    `level` counts for our own packages. Others speak from WARNING up, and Slack's from ERROR, whatever the
    level: below that they print what people wrote. `style` is "text" or "json"; `secrets` are values that
    must never be printed, besides everything that looks like a Slack token or signature.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(style, secrets))
    handler.addFilter(_quotes_nobody)
    handler.addFilter(named)
    logging.raiseExceptions = False  # what cannot be logged would be printed with all that it was about
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_described(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def reference() -> str:
    """Six letters that a person can read to the operator, who finds them in the log."""
    return "".join(randomness.choice(LETTERS) for _ in range(6))


def log_what_escapes() -> None:
    """What Python itself would print, warnings and errors that nobody caught, becomes lines of the log."""
    logging.captureWarnings(True)
    escaped = structlog.get_logger(__name__)

    def note(error: BaseException | None) -> None:
        if isinstance(error, Exception):
            escaped.critical("nobody caught this", exc_info=error)

    sys.excepthook = lambda _kind, error, _trace: note(error)
    threading.excepthook = lambda caught: note(caught.exc_value)
    sys.unraisablehook = lambda caught: note(caught.exc_value)


def named(record: logging.LogRecord) -> bool:
    """Gives what a library says of a failure a reference too, the same for all who hear of it."""
    if record.levelno >= logging.ERROR and not reference_of(record):
        record.reference = reference()
    return True


def reference_of(record: logging.LogRecord) -> str:
    """Empty where it has none."""
    return str(getattr(record, "reference", ""))


def _with_reference(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Whoever finds a line, in the log or elsewhere, can tell others which one it was."""
    record = event.get("_record")
    if record is not None and reference_of(record):
        event.setdefault("reference", reference_of(record))
    elif method in FAILED:
        event.setdefault("reference", reference())
    return event


def _quotes_nobody(record: logging.LogRecord) -> bool:
    """Levels are looked at here again: Slack's libraries give each of their loggers one of its own, and where
    somebody opens that of another library it prints rows of the database and bodies of requests.
    """
    package = record.name.partition(".")[0]
    if package == "asyncio":  # the lines below the first show whole objects
        record.msg, record.args = record.getMessage().partition("\n")[0], None
    if package not in SLACKS:
        return package in OURS or record.levelno >= logging.WARNING
    # "Failed to run … (error: …)": the error may quote what it stumbled over.
    record.msg = record.getMessage().partition(" (error:")[0]
    record.args = None
    return record.levelno >= logging.ERROR


def _described() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_reference,
        errors_without_values,
    ]


def _formatter(style: str, secrets: Iterable[str]) -> logging.Formatter:
    renderer: Processor = structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    if style == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_described(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
            _masking(secrets),
            _in_one_line,
        ],
    )


def errors_without_values(_logger: WrappedLogger | None, _method: str, event: EventDict) -> EventDict:
    """Say where an error came from, not its message: the database's messages quote what people wrote."""
    info = _error_info(event.pop("exc_info", None))
    if info is not None:
        event["error"] = " < ".join(_names(info[1]))
        frames = traceback.extract_tb(info[2])
        event["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    return event


def _error_info(found: object) -> ErrorInfo | None:
    if isinstance(found, BaseException):
        return type(found), found, found.__traceback__
    if isinstance(found, tuple) and len(found) == 3 and isinstance(found[1], BaseException):
        return type(found[1]), found[1], found[2]
    error = sys.exception() if found else None
    return (type(error), error, error.__traceback__) if error else None


def _names(error: BaseException) -> Iterable[str]:
    """The error and up to four that led to it."""
    seen: BaseException | None = error
    for _ in range(5):
        if seen is None:
            return
        yield type(seen).__name__
        seen = seen.__cause__ or seen.__context__


def _in_one_line(_logger: WrappedLogger, _method: str, line: object) -> str:
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", str(line))


def _masking(secrets: Iterable[str]) -> Processor:
    plain = {value for value in secrets if len(value) >= 6}
    in_json = {json.dumps(value)[1:-1] for value in plain}
    known = sorted(plain | in_json, key=len, reverse=True)
    pattern = re.compile("|".join([TOKENS.pattern, *map(re.escape, known)]))

    def mask(_logger: WrappedLogger, _method: str, line: object) -> str:
        return pattern.sub(MASK, str(line))

    return mask
