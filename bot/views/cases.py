"""The case: the form, the page to read it on, the line that it is there, the list."""

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement, HeaderBlock
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs, notices
from bot.views.fitting import MESSAGE_BLOCKS, fitting
from bot.views.inputs import Choice, entry
from bot.views.text import day_of, escape, paragraph, plain, section, shortened, small, when
from coaching.rules.case_facts import MOST_TAGS, PARTS, CaseFacts, CaseForm, TagFacts
from coaching.rules.facts import SessionFacts
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, SessionState

LONGEST = 3000
LONGEST_TITLE = 150
DRAFT = "draft"
SHARED = "shared"
SHARING = ((DRAFT, "Keep as a draft"), (SHARED, "Share with the circle"))
NAMES = {
    Field.SITUATION: "The situation in brief",
    Field.STRENGTHS: "Strengths",
    Field.CHALLENGES: "Challenges",
    Field.SUPPORT: "Support given so far, and how it went",
    Field.NEXT_STEPS: "What comes next",
    Field.FEEDBACK: "What feedback do you ask of your peers?",
}
TAGS = "Practices and values it touches"


# --- the form ---


def form(shown: CaseForm) -> View:
    """ "Prepare the case", as it was left."""
    session, draft = shown.session, shown.draft
    title = inputs.words(draft.title, most=LONGEST_TITLE)
    return View(
        type="modal",
        callback_id=Form.CASE.value,
        private_metadata=json.dumps({"session": session.id, "revision": shown.revision}),
        title=plain("Prepare the case"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[
            section(f"*{escape(session.circle_name)}*, {when(session.starts_at, session.zone)}"),
            *([small(_from(shown.earlier))] if shown.earlier else []),
            small("Please leave out the names of clients, and of anybody else who is served."),
            entry(Field.TITLE, "Title", title, optional=True),
            *(_part(part, draft.texts.get(part)) for part in PARTS),
            *_tags(shown),
            entry(
                Field.SHARE,
                "Who can read it?",
                inputs.radio(SHARING, SHARED if draft.shared else DRAFT),
                hint="A draft is yours alone. Once it is shared, the members of the circle can read it. You can "
                "change it, and take it back, until the session starts.",
            ),
        ],
    )


def _from(earlier: SessionFacts) -> str:
    """Why there is something in a form that was never filled in."""
    called_off = earlier.state in (SessionState.CANCELLED, SessionState.SKIPPED, SessionState.MISSED)
    why = "which did not take place" if called_off else "where it was not your turn in the end"
    return f"From {day_of(earlier.starts_at, earlier.zone)}, {why}. Change what you like: that one stays as it was."


def _part(part: Field, written: str | None) -> Block:
    return entry(part, NAMES[part], inputs.words(written, long=True, most=LONGEST), optional=True)


def _tags(shown: CaseForm) -> list[Block]:
    tags = shown.tags
    if not tags.all:
        return []
    groups = (
        ("Practices", _choices(tags.principles)),
        ("Values", _choices(tags.values)),
        ("Chosen earlier", _choices(tags.others)),
    )
    return [
        entry(Field.TAGS, TAGS, inputs.many_in_groups(groups, shown.draft.tags, MOST_TAGS), optional=True)
    ]


def _choices(tags: Sequence[TagFacts]) -> list[Choice]:
    return [(one.id, one.name) for one in tags]


def prepare_button(session_id: int, words: str = "Prepare the case", *, first: bool = False) -> ButtonElement:
    return inputs.button(words, Action.PREPARE_CASE, session_id, style="primary" if first else None)


# --- reading ---


def page(shown: CaseFacts) -> View:
    """Everything that is in a case, nothing of it cut."""
    session = shown.session
    blocks: list[Block] = [
        HeaderBlock(text=plain(shown.title)),
        small(
            f"{escape(shown.author.name)} brings this to *{escape(session.circle_name)}*, "
            f"{when(session.starts_at, session.zone)}."
        ),
    ]
    for part, words in shown.texts:
        blocks += [section(f"*{NAMES[part]}*"), paragraph(words)]
    if shown.tags:
        blocks += [section(f"*{TAGS}*"), paragraph("\n".join(shown.tags))]
    if shown.may_edit:
        blocks.append(inputs.buttons(prepare_button(session.id, "Edit the case")))
    return notices.page(blocks, "The case")


def read_button(case: CaseFacts) -> ButtonElement:
    """In a pair there can be two, so each says whose."""
    words = "Read the case"
    if case.session.kind is CircleKind.PAIR:
        words = f"Read {shortened(case.author.name, 60)}'s case"
    return inputs.button(words, Action.READ_CASE, case.id)


def there(session: SessionFacts, cases: Sequence[CaseFacts]) -> Said:
    """In the thread, once. Nothing of what they say; and when they are taken back, that there are none."""
    at = when(session.starts_at, session.zone)
    if not cases:
        text = f"There is no case to read yet for {at}."
        return Said(text, [section(text)])
    text = f"The case for {at} is there. The members of the circle can read it."
    if len(cases) > 1:
        text = f"The cases for {at} are there. The members of the circle can read them."
    return Said(text, [section(text), *(inputs.buttons(read_button(one)) for one in cases)])


# --- the list ---


def listing(found: Sequence[CaseFacts]) -> Said:
    """`/coach case`, when there is nothing to prepare: what there is to read. No titles: this is a message."""
    text = "You present at no session that is planned."
    if not found:
        return Said(f"{text} {NOTHING}")
    groups: list[list[Block]] = [[section(f"{text} *These cases you can read:*")], *_list(found)]
    blocks, more = fitting(groups, MESSAGE_BLOCKS - 1)
    rest = [small(f"And {more} more: `/coach` has a button, “Cases”, that lists all.")] if more else []
    return Said(f"{text} There are cases that you can read.", [*blocks, *rest])


def listing_page(found: Sequence[CaseFacts]) -> View:
    listed = [block for group in _list(found, titles=True) for block in group]
    return notices.page(listed or [section(NOTHING)], "Cases")


NOTHING = (
    "There are no cases to read yet. Whoever presents gets “Prepare the case”, and what they share "
    "the members of the circle can read here."
)


def _list(found: Sequence[CaseFacts], *, titles: bool = False) -> list[list[Block]]:
    """What belongs to one stays together."""
    groups: list[list[Block]] = []
    for one in found:
        at = when(one.session.starts_at, one.session.zone)
        line = f"*{escape(one.session.circle_name)}*, {at}, {escape(one.author.name)}"
        words = f"{line}\n{escape(one.title)}" if titles else line
        groups.append([section(words), inputs.buttons(read_button(one))])
    return groups


def waiting(session: SessionFacts) -> str:
    """In the hub, a line."""
    at = when(session.starts_at, session.zone)
    does = "Each of you brings a case" if session.kind is CircleKind.PAIR else "You bring the case"
    return f"{does} to *{escape(session.circle_name)}* on {at}. Yours is not shared yet."
