"""Whoever wants to hear of failures, besides the log: figures, and a Sentry where one is set.

Both hear what a line of the log holds: names and places, and no words of anybody.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from service.logs import OURS, errors_without_values, named, reference_of


@dataclass(frozen=True)
class Failure:
    """A line of the log that says that something failed."""

    event: str
    """What the bot calls it; empty where a library speaks, because its words may be anybody's."""
    logger: str
    reference: str
    errors: tuple[str, ...] = ()
    """The types of the error and of those that led to it."""
    where: tuple[str, ...] = ()
    """Places in the code, the innermost last: `file:line function`."""


def tell_of_failures(hear: Callable[[Failure], None]) -> logging.Handler:
    """`hear` is told of every one from now on. Who takes the handler off the root logger ends it."""
    handler = _Teller(hear)
    logging.getLogger().addHandler(handler)
    return handler


class _Teller(logging.Handler):
    def __init__(self, hear: Callable[[Failure], None]) -> None:
        super().__init__(logging.ERROR)
        self.addFilter(named)
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._hear(failure_of(record))
        except Exception:
            self.handleError(record)


def failure_of(record: logging.LogRecord) -> Failure:
    """Our own lines come as facts, which were cleared of values when they were made; others as they are."""
    ours = isinstance(record.msg, dict) and record.name.partition(".")[0] in OURS
    facts = record.msg if isinstance(record.msg, dict) else {"exc_info": record.exc_info}
    told = errors_without_values(None, "", dict(facts))
    return Failure(
        event=str(told.get("event", "")) if ours else "",
        logger=record.name,
        reference=str(told.get("reference") or reference_of(record)),
        errors=tuple(str(told["error"]).split(" < ")) if told.get("error") else (),
        where=tuple(told.get("where") or ()),
    )
