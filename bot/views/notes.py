"""The notes of a session: the form, the page to read them on, the line that they are there, the list."""

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import actions as action_views
from bot.views import inputs, notices
from bot.views.inputs import Choice, entry
from bot.views.text import day_of, escape, paragraph, plain, section, shortened, small, spoken, when
from coaching.rules.facts import SessionFacts
from coaching.rules.fields import Field
from coaching.rules.note_facts import (
    BY_WHEN,
    MOST_ACTIONS,
    PARTS,
    WHAT,
    WHO,
    ActionRow,
    NotesForm,
    NotesPage,
    WrittenFacts,
)
from coaching.rules.terms import CircleKind

LONGEST = 3000
LONGEST_ACTION = 300
NAMES = {
    Field.DISCUSSED: "What was discussed",
    Field.OFFERED: "Coaching offered",
    Field.IDEAS: "Ideas for practice",
    Field.LEARNING: "Needs for learning",
    Field.BARRIERS: "Barriers beyond the circle's reach",
}
ONLY_READ = "read:"
"""Before the id in a button: the page that it opens has no buttons."""
PAGE = "notes"
"""Says in a page what it shows, so that a click in it draws the same anew."""


# --- the form ---


def form(shown: NotesForm, *, earlier: bool = True) -> View:
    """ "Write notes": five parts, then actions. What is typed stays when a row is added: block ids do.

    `earlier` where there is room above it: Slack puts three pages on each other at most.
    """
    session, rows = shown.session, shown.draft.rows or (ActionRow(),)
    kept = [row for row in rows if row.action_id is not None]
    return View(
        type="modal",
        callback_id=Form.NOTES.value,
        private_metadata=json.dumps(
            {
                "session": session.id,
                "revision": shown.revision,
                "actions": [row.action_id for row in kept],
                "revisions": [row.revision for row in kept],
                "earlier": earlier,
            }
        ),
        title=plain("Write notes"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[
            section(f"*{escape(session.circle_name)}*, {when(session.starts_at, session.zone)}"),
            small(_above(shown)),
            *(_part(part, shown.draft.texts.get(part)) for part in PARTS),
            *[block for number, row in enumerate(rows) for block in _row(shown, number, row)],
            *_more(len(rows), earlier=earlier),
        ],
    )


def _above(shown: NotesForm) -> str:
    words = "Please leave out names of clients. Once you save, everybody in the circle can read this."
    if shown.for_another is None:
        return words
    return f"{words} {escape(shown.for_another.name)} takes these notes, so it will say that you edited them."


def _part(part: Field, written: str | None) -> Block:
    return entry(part, NAMES[part], inputs.words(written, long=True, most=LONGEST), optional=True)


def _row(shown: NotesForm, number: int, row: ActionRow) -> list[Block]:
    done = " (done)" if row.done else ""
    return [
        section(f"*Action {number + 1}*{done}"),
        entry(
            WHAT[number],
            "What",
            inputs.words(row.what, most=LONGEST_ACTION),
            hint="Empty it, and the action is taken away." if row.action_id is not None else None,
            optional=True,
        ),
        entry(WHO[number], "Who", inputs.one_of(_people(shown), _id(row.owner)), optional=True),
        entry(BY_WHEN[number], "By when", inputs.day(row.due_on), optional=True),
    ]


def _people(shown: NotesForm) -> list[Choice]:
    return [(str(one.id), one.name) for one in shown.people]


def _id(person: int | None) -> str | None:
    return None if person is None else str(person)


def _more(rows: int, *, earlier: bool) -> list[Block]:
    offered = [
        *([inputs.button("Another action", Action.ANOTHER_ACTION)] if rows < MOST_ACTIONS else []),
        *([inputs.button("Earlier notes", Action.LIST_NOTES)] if earlier else []),
    ]
    return [inputs.buttons(*offered)] if offered else []


def write_button(session_id: int, words: str = "Write notes", *, first: bool = False) -> ButtonElement:
    return inputs.button(words, Action.WRITE_NOTES, session_id, style="primary" if first else None)


# --- a message that is added ---


def addition(found: Sequence[SessionFacts], chosen: int, words: str) -> View:
    """ "Add to coaching notes": the words of a message, and the session that they belong to."""
    offered = [(str(one.id), f"{spoken(one.starts_at, one.zone)}: {one.circle_name}") for one in found]
    first = str(chosen) if chosen in [one.id for one in found] else offered[0][0]
    return View(
        type="modal",
        callback_id=Form.ADD_TO_NOTES.value,
        title=plain("Add to coaching notes"),
        submit=plain("Add"),
        close=plain("Cancel"),
        blocks=[
            small(
                "This goes below what stands in “What was discussed”, and everybody in the circle can read "
                "it. Please leave out names of clients."
            ),
            entry(Field.CHOICE, "Session", inputs.one_of(offered, first)),
            entry(
                Field.DISCUSSED,
                "What to add",
                inputs.words(shortened(words, LONGEST), long=True, most=LONGEST),
            ),
            *([small(CUT)] if len(words) > LONGEST else []),
        ],
    )


CUT = f"The message has more than {LONGEST} characters, so its end is left out here."


# --- reading ---


def page(shown: NotesPage) -> View:
    """Everything that was written about one session, nothing of it cut."""
    session = shown.session
    pair = session.kind is CircleKind.PAIR
    blocks: list[Block] = [
        section(f"*{escape(session.circle_name)}*, {when(session.starts_at, session.zone)}")
    ]
    for written in shown.written:
        blocks += _written(written, session, pair=pair)
    if not shown.written:
        blocks.append(section("Nothing is written down yet."))
    if shown.actions:
        blocks += [section("*Actions*"), *action_views.listed(shown.actions)]
    if shown.may_write:
        words = "Write notes" if pair or not shown.written else "Edit the notes"
        blocks.append(inputs.buttons(write_button(session.id, words)))
    return View(
        type="modal",
        title=plain("Notes"),
        close=plain("Close"),
        private_metadata=json.dumps({"page": PAGE, "session": session.id}),
        blocks=blocks,
    )


def _written(written: WrittenFacts, session: SessionFacts, *, pair: bool) -> list[Block]:
    name = escape(written.writer.name)
    head: list[Block] = [section(f"*{name} wrote*")] if pair else []
    for part, words in written.texts:
        head += [section(f"*{NAMES[part]}*"), paragraph(words)]
    return [*head, small(_by(written, session))]


def _by(written: WrittenFacts, session: SessionFacts) -> str:
    words = f"Written by {escape(written.writer.name)}, {day_of(written.written_at, session.zone)}."
    if written.editor is None or written.edited_at is None:
        return words
    return f"{words} Edited by {escape(written.editor.name)}, {day_of(written.edited_at, session.zone)}."


def read_button(session_id: object) -> ButtonElement:
    return inputs.button("Read the notes", Action.READ_NOTES, session_id)


def there(session: SessionFacts) -> Said:
    """In the thread, once. Nothing of what they say."""
    text = f"Notes of {when(session.starts_at, session.zone)} are there. The members of the circle can read them."
    return Said(text, [section(text), inputs.buttons(read_button(session.id))])


# --- the list ---


def listing(found: Sequence[SessionFacts]) -> Said:
    """`/coach notes`, when there is nothing to write: what there is to read, the newest first."""
    return Said("Notes that you can read" if found else NOTHING, _list(found))


def listing_page(found: Sequence[SessionFacts], *, only_read: bool = False) -> View:
    """The same as a page. `only_read` above a form: what is typed there must not end with a click up here."""
    return notices.page(_list(found, ONLY_READ if only_read else ""), "Notes")


NOTHING = (
    "There are no notes to read yet. Whoever takes notes at a session gets “Write notes” the day before it, "
    "and everybody in the circle can read them here."
)


def _list(found: Sequence[SessionFacts], how: str = "") -> list[Block]:
    if not found:
        return [section(NOTHING)]
    blocks: list[Block] = [section("*Notes that you can read*")]
    for one in found:
        blocks += [
            section(f"*{escape(one.circle_name)}*, {when(one.starts_at, one.zone)}"),
            inputs.buttons(read_button(f"{how}{one.id}")),
        ]
    return blocks


def waiting(session: SessionFacts) -> str:
    """In the hub, a line."""
    at = when(session.starts_at, session.zone)
    return f"The notes of *{escape(session.circle_name)}* on {at} are still open."
