"""What one process of tests keeps warm from test to test, because making it anew costs more than most tests.

- *Compiled statements.* Each test has an engine of its own, and SQLAlchemy keeps compiled statements by
  engine and dialect. Engines of one kind with the same keys share both here; connections stay each one's own.
- *Garbage.* What is imported stays until the end, so Python need not look through it again and again.
"""

import gc
from typing import Any

from sqlalchemy import Dialect, Engine, event
from sqlalchemy.util import LRUCache

from storage import engine as engines
from storage.encryption import Cipher

STATEMENTS = 5_000
"""More than the program has."""
LOOK_AFTER = 100_000
"""Objects that are made before Python looks for garbage; usually 700."""

Kind = tuple[str, tuple[str, ...]]
_known: dict[Kind, tuple[Dialect, LRUCache[Any, Any]]] = {}
_make = engines.make_engine


def pytest_configure() -> None:
    engines.make_engine = _warm_engine


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(LOOK_AFTER, 50, 100)


def _warm_engine(url: str, cipher: Cipher) -> Engine:
    engine = _make(url, cipher)
    kind = (engine.dialect.name, cipher.keys)
    if kind in _known:
        engine.dialect, cache = _known[kind]
        engine.update_execution_options(compiled_cache=cache)
        return engine

    @event.listens_for(engine, "first_connect")
    def learn(*_: object) -> None:
        """Only now the dialect knows its server."""
        _known.setdefault(kind, (engine.dialect, LRUCache(STATEMENTS)))

    return engine
