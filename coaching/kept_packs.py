"""The content pack that was right last: kept so that a wrong file stops nobody, and words stay with ids."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import update
from sqlalchemy.orm import Session

from coaching.packs import Pack, as_json, from_json, statements
from storage.models import KeptPack
from storage.upsert import insert_if_absent

ONLY = 1


@dataclass(frozen=True)
class Kept:
    """What is kept; nothing yet when `pack` is None."""

    pack: Pack | None = None
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Under each id of a statement that there has been, the words that it had last."""


def read(db: Session) -> Kept:
    row = db.get(KeptPack, ONLY)
    if row is None:
        return Kept()
    content = json.loads(row.content)
    return Kept(from_json(content["pack"]), content["words"])


def keep(db: Session, pack: Pack, now: datetime) -> None:
    """Writes only what differs, so that starting often costs nothing."""
    kept = read(db)
    words = {**kept.words, **statements(pack)}
    if kept.pack == pack and kept.words == words:
        return
    content = json.dumps({"pack": as_json(pack), "words": words}, ensure_ascii=False)
    if insert_if_absent(db, KeptPack, id=ONLY, content=content, kept_at=now) is None:
        db.execute(update(KeptPack).where(KeptPack.id == ONLY).values(content=content, kept_at=now))
