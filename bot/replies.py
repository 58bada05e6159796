"""What a listener answers with: plain values, carried out after its transaction has ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import Block, Option
from slack_sdk.models.views import View


@dataclass(frozen=True)
class Said:
    """A message: `text` is what notifications and screen readers get, so it says everything."""

    text: str
    blocks: Sequence[Block] = ()

    def as_json(self) -> list[dict[str, Any]]:
        return [block.to_dict() for block in self.blocks]


@dataclass(frozen=True)
class Standing:
    """A message as it was rendered for sending, drawn again."""

    text: str
    blocks: Sequence[dict[str, Any]]

    def as_json(self) -> list[dict[str, Any]]:
        return list(self.blocks)


@dataclass(frozen=True)
class Ephemeral:
    """An answer that only the person who asked can see."""

    said: Said


@dataclass(frozen=True)
class OpenModal:
    view: View


@dataclass(frozen=True)
class PushModal:
    """On top of the one that is open."""

    view: View


@dataclass(frozen=True)
class UpdateModal:
    """The open modal, with what was typed kept where block ids stay the same."""

    view: View


@dataclass(frozen=True)
class RefuseFields:
    """By block id; the form stays open with everything in it."""

    errors: Mapping[str, str]


@dataclass(frozen=True)
class Done:
    """Nothing to show: a submitted modal closes. `clear` closes those below it too."""

    clear: bool = False


@dataclass(frozen=True)
class UpdateMessage:
    """A message that stands, changed at once for the one who clicked; others follow by the outbox."""

    channel: str
    ts: str
    said: Said | Standing


@dataclass(frozen=True)
class PublishHome:
    view: View


@dataclass(frozen=True)
class GiveOptions:
    options: Sequence[Option] = field(default_factory=tuple)


Reply = (
    Ephemeral
    | OpenModal
    | PushModal
    | UpdateModal
    | RefuseFields
    | Done
    | UpdateMessage
    | PublishHome
    | GiveOptions
)
