"""Making JSON of the SDK's models is hastened, and what comes of it stays the same."""

from collections.abc import Iterator
from inspect import isabstract

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import JsonObject
from slack_sdk.models.blocks import ButtonElement, SectionBlock
from slack_sdk.models.views import View

from bot import models
from bot.replies import Said
from tests.bot.test_limits import TEXTS, World, everything


@pytest.fixture
def hastened(monkeypatch: pytest.MonkeyPatch) -> None:
    models_hastened(monkeypatch)


def models_hastened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JsonObject, "validate_json", models._validate)
    monkeypatch.setattr(JsonObject, "get_non_null_attributes", models._as_json)


def kinds(of: type[JsonObject] = JsonObject) -> Iterator[type[JsonObject]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def by_looking(kind: type[JsonObject]) -> set[str]:
    """How the SDK finds them, on an object."""
    one = kind.__new__(kind)
    found = {name: getattr(one, name, None) for name in dir(one) if not name.startswith("__")}
    return {name for name, method in found.items() if callable(method) and hasattr(method, "validator")}


def test_no_check_is_left_out() -> None:
    concrete = [kind for kind in kinds() if not isabstract(kind)]
    checked = {kind: set(models._checks(kind)) for kind in concrete}
    assert checked == {kind: by_looking(kind) for kind in concrete}
    assert len(set().union(*checked.values())) > 20  # else nothing was looked at


@pytest.mark.usefixtures("hastened")
def test_what_is_wrong_is_still_refused() -> None:
    with pytest.raises(SlackObjectFormationError):
        SectionBlock(text="x" * 3001).to_dict()
    with pytest.raises(SlackObjectFormationError):
        View(type="modal", title="x" * 25, blocks=[]).to_dict()
    nested = SectionBlock(text="here", accessory=ButtonElement(text="x" * 76, action_id="go"))
    with pytest.raises(SlackObjectFormationError):
        nested.to_dict()


@pytest.mark.long
@pytest.mark.parametrize("sample", TEXTS.values(), ids=TEXTS.keys())
def test_the_json_of_all_that_people_see_is_the_same(monkeypatch: pytest.MonkeyPatch, sample: str) -> None:
    shown = [one for _, one in everything(World(sample))]
    monkeypatch.setattr(JsonObject, "validate_json", models.SHIPPED[0])
    monkeypatch.setattr(JsonObject, "get_non_null_attributes", models.SHIPPED[1])
    slowly = [as_json(one) for one in shown]
    models_hastened(monkeypatch)
    assert [as_json(one) for one in shown] == slowly
    assert len(slowly) > 100


def as_json(shown: View | Said) -> object:
    return shown.to_dict() if isinstance(shown, View) else shown.as_json()
