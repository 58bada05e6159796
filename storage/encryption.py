"""Columns of what members write about their work: encrypted with the service's keys, whatever the engine.

Each engine has a cipher of its own (`use`), because columns are declared before anybody knows the keys.
Names, dates and figures stay readable for queries.
"""

import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Engine, String
from sqlalchemy.types import TypeDecorator

MARK = "enc1:"
"""Begins every encrypted value; what does not begin with it was written before there were keys."""


class Unreadable(Exception):
    """Something was encrypted with a key that is not among ours."""


class Cipher:
    """Encrypts with the first key, and reads what any of them has written. Without keys nothing is hidden.

    Keys are Fernet's: 32 bytes in URL-safe base64. Raises `ValueError` for anything else.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self.keys = tuple(keys)
        known = [Fernet(key) for key in keys]
        self._fernet = MultiFernet(known) if known else None
        self._newest = known[0] if known else None

    def hide(self, words: str) -> str:
        if self._fernet is None:
            return words
        # A token tells when it was made, to the second. Who reads the database need not know.
        return MARK + self._fernet.encrypt_at_time(words.encode(), 0).decode()

    def read(self, kept: str) -> str:
        """Raises `Unreadable`."""
        if not kept.startswith(MARK):
            return kept
        if self._fernet is None:
            raise Unreadable
        try:
            return self._fernet.decrypt(kept.removeprefix(MARK)).decode()
        except InvalidToken:
            raise Unreadable from None

    def reads(self, kept: str) -> bool:
        try:
            self.read(kept)
        except Unreadable:
            return False
        return True

    def renew(self, kept: str) -> str:
        """The same words under the first key; unchanged where they are that already. Raises `Unreadable`."""
        if self._newest is None or (kept.startswith(MARK) and self._is_newest(kept)):
            return kept
        return self.hide(self.read(kept))

    def _is_newest(self, kept: str) -> bool:
        return self._newest is not None and _opens(self._newest, kept)


def _opens(key: Fernet, kept: str) -> bool:
    try:
        key.decrypt(kept.removeprefix(MARK))
    except InvalidToken:
        return False
    return True


def new_key() -> str:
    return Fernet.generate_key().decode()


def use(engine: Engine, cipher: Cipher) -> None:
    """From now on this engine encrypts and reads with this cipher."""
    engine.dialect.coach_cipher = cipher  # type: ignore[attr-defined]


def _cipher(dialect: Dialect) -> Cipher:
    found = getattr(dialect, "coach_cipher", None)
    return found if isinstance(found, Cipher) else Cipher()


class EncryptedText(TypeDecorator[str]):
    """Words of a member. Cannot be searched, sorted or compared by the database."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _cipher(dialect).hide(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _cipher(dialect).read(value)


class EncryptedJson(TypeDecorator[Any]):
    """Several words of a member, by name."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _cipher(dialect).hide(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(_cipher(dialect).read(value))
