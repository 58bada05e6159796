"""Every id that goes to Slack has one handler, and something that shows it."""

from collections.abc import Iterator

import pytest
from slack_sdk.models.views import View as Shown

from bot.app import all_routes
from bot.handlers import FEATURES
from bot.ids import INPUT, Action, MenuItem, Options, Shortcut, View, action_of
from bot.replies import Said
from bot.routes import Routes
from bot.views import evaluations
from coaching.rules.closing_facts import PairFacts, Standing
from coaching.rules.terms import CircleKind
from demo.cast import riverbend
from service.manifest import EXAMPLE_URL, manifest
from tests.bot.test_limits import World, everything
from tests.bot.views.test_closing import MESSAGES, VIEWS, facts, reflection, session
from tests.support.instants import START

LINKS_ONLY = {Action.LINK.value}
MENU = {Action.MORE.value}
"""Its entries have handlers of their own."""


def shown() -> list[object]:
    """All views and messages, as Slack gets them."""
    closing: list[Shown | Said] = [*MESSAGES.values(), *VIEWS.values()]
    mine = PairFacts(session(kind=CircleKind.PAIR), reflection(shared=False), None)
    closing.append(evaluations.pair_invitation(mine))
    built = [*(one for _, one in everything(World("W"))), *closing]
    nudges = [one.to_dict() for one in evaluations.nudge(facts(Standing.OPEN))[1]]
    return [*(one.to_dict() if isinstance(one, Shown) else one.as_json() for one in built), nudges]


def found(thing: object, key: str) -> Iterator[str]:
    """Every value that stands under a key, however deep."""
    if isinstance(thing, list):
        for one in thing:
            yield from found(one, key)
    elif isinstance(thing, dict):
        for name, value in thing.items():
            if name == key and isinstance(value, str):
                yield value
            yield from found(value, key)


@pytest.fixture(scope="module")
def action_ids() -> set[str]:
    return {action_of(one) for one in found(shown(), "action_id")}


def test_each_action_has_a_handler_and_something_that_shows_it(action_ids: set[str]) -> None:
    everywhere = {one.value for one in Action}
    assert set(all_routes().actions) - LINKS_ONLY == everywhere - LINKS_ONLY - MENU
    assert everywhere - action_ids == set()


def test_each_entry_of_the_menu_has_a_handler_and_is_shown() -> None:
    entries = {one.partition(":")[0] for one in found(shown(), "value") if ":" in one}
    assert set(all_routes().menu) == {one.value for one in MenuItem} <= entries


def test_each_form_has_a_handler_and_something_that_shows_it() -> None:
    callbacks = {one for one in found(shown(), "callback_id") if one}
    assert set(all_routes().views) == {one.value for one in View} == callbacks


def test_each_menu_that_asks_has_a_handler_and_something_that_shows_it(action_ids: set[str]) -> None:
    assert set(all_routes().options) == {one.value for one in Options}
    assert {one.value for one in Options} <= action_ids


def test_each_entry_in_the_menu_of_messages_has_a_handler_and_stands_in_the_manifest() -> None:
    named = {one["callback_id"]: one["name"] for one in manifest(EXAMPLE_URL)["features"]["shortcuts"]}
    assert set(all_routes().shortcuts) == {one.value for one in Shortcut} == set(named)
    assert riverbend(START).bot.shortcuts == named


def test_nothing_is_shown_that_nobody_answers(action_ids: set[str]) -> None:
    answered = {one.value for one in (*Action, *Options)} | {INPUT}
    assert action_ids - answered == set()


def test_an_id_is_registered_once_or_not_at_all() -> None:
    routes = Routes()
    for feature in FEATURES:
        feature.register(routes)
    for feature in FEATURES:
        with pytest.raises(ValueError, match="registered twice"):
            feature.register(routes)


def test_ids_of_different_kinds_are_never_the_same() -> None:
    everywhere = [one.value for one in (*Action, *Options)] + [INPUT]
    assert len(everywhere) == len(set(everywhere))
