"""Whose turn it is, who has done what, and who is excused from a role for a while."""

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs, notices
from bot.views.choosing import which_circle
from bot.views.fitting import sections
from bot.views.inputs import entry
from bot.views.text import escape, plain, section, shortened, small, spoken_day
from coaching.rules.facts import CircleFacts, Excused, RolesPage, UpcomingRoles
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, Role

MOST_TO_END = 20
LONGEST_NAME = 30
"""In a line of turns, of which many stand together."""
ROLES = {Role.PRESENTER: "presenting", Role.NOTE_TAKER: "taking notes"}


def page(page: RolesPage, *, may_excuse: bool) -> View:
    """The next six sessions' roles and who has done what, the same to all members."""
    pair = page.kind is CircleKind.PAIR
    coming = [turn(one, pair=pair) for one in page.upcoming]
    done = [
        f"{escape(one.person.name)}: {_times(one.presented, 'coached first' if pair else 'presented')}"
        + ("" if pair else f", {_times(one.took_notes, 'took notes')}")
        for one in page.done
    ]
    blocks: list[Block] = [
        section(f"*{escape(page.circle_name)}*"),
        *sections(["*Next*", *coming]),
        *sections(["*So far*", *done]),
        *_excuses(page, may_end=may_excuse),
        small(
            "Whoever has waited longest is next. Who can't come keeps their place and is first the time after."
        ),
        *(
            [inputs.buttons(inputs.button("Excuse somebody", Action.EXCUSE, page.circle_id))]
            if may_excuse
            else []
        ),
    ]
    return notices.page(blocks, "Roles")


def _excuses(page: RolesPage, *, may_end: bool) -> list[Block]:
    """A line each; for leads with a button, as far as they fit."""
    blocks: list[Block] = []
    with_button = page.excused[:MOST_TO_END] if may_end else ()
    for one in with_button:
        value = f"{one.person.id}:{one.role}:{page.circle_id}"
        blocks += [
            section(_excused(page, one)),
            inputs.buttons(inputs.button("End it", Action.END_EXCUSE, value)),
        ]
    return [*blocks, *sections(_excused(page, one) for one in page.excused[len(with_button) :])]


def _excused(page: RolesPage, one: Excused) -> str:
    words = "being coached first" if page.kind is CircleKind.PAIR else ROLES[one.role]
    return f"{escape(one.person.name)} is excused from {words} until {spoken_day(one.until)}."


def turn(one: UpcomingRoles, *, pair: bool) -> str:
    """A line: when, and who has which role."""
    day = spoken_day(one.day) if one.day else "After that"
    state = "" if one.scheduled else " (not scheduled yet)"
    presenter = escape(shortened(one.presenter.name, LONGEST_NAME)) if one.presenter else "open"
    if pair:
        return f"{day}{state}: {presenter} is coached first"
    note_taker = escape(shortened(one.note_taker.name, LONGEST_NAME)) if one.note_taker else "open"
    return f"{day}{state}: {presenter} presents, {note_taker} takes notes"


def _times(count: int, what: str) -> str:
    return {0: f"has not {what} yet", 1: f"{what} once"}.get(count, f"{what} {count} times").replace(
        "not took", "not taken"
    )


def choose_circle(choices: Sequence[tuple[int, str]]) -> Said:
    return which_circle("Whose roles would you like to see?", choices, Action.SHOW_ROLES)


def excuse(circle: CircleFacts) -> View:
    """Who, from which role, until when."""
    pair = circle.kind is CircleKind.PAIR
    roles = (
        [(Role.PRESENTER.value, "Being coached first")]
        if pair
        else [(one.value, ROLES[one].capitalize()) for one in Role]
    )
    return View(
        type="modal",
        callback_id=Form.EXCUSE.value,
        private_metadata=json.dumps({"circle": circle.id}),
        title=plain("Excuse somebody"),
        submit=plain("Excuse"),
        close=plain("Cancel"),
        blocks=[
            section(
                "The line passes them over until that day; then they are first again, and owe no more than one turn."
            ),
            entry(Field.PERSON, "Who?", inputs.one_of([(str(one.id), one.name) for one in circle.members])),
            entry(Field.ROLE, "From what?", inputs.one_of(roles, roles[0][0])),
            entry(
                Field.DATE,
                "Until",
                inputs.day(),
                hint="From this day on they have it in turn again. Sessions that are scheduled stay as they are.",
            ),
        ],
    )
