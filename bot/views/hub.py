"""The hub: `/coach`, the Home tab, help, roles, one's own settings."""

from datetime import UTC, datetime, time
from difflib import get_close_matches

from slack_sdk.models.blocks import Block, DividerBlock, HeaderBlock
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import actions as action_views
from bot.views import cases as case_views
from bot.views import circles, inputs, notices, roles
from bot.views import notes as note_views
from bot.views import polls as poll_views
from bot.views import sessions as session_views
from bot.views import swaps as swap_views
from bot.views.fitting import fitting
from bot.views.inputs import entry
from bot.views.programme import what_leadership_sees
from bot.views.text import escape, mode, plain, section, shortened, small, when
from bot.wording import COMMANDS
from coaching.rules.facts import ActionFacts, HubFacts, SessionFacts, SettingsFacts
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, Coming, Role
from coaching.rules.zones import place_of

WORDS = [word for word, _ in COMMANDS]
WEEKDAYS = (
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
)
MOST_WAITING = 7
LETTERS_WAITING = 3_700
"""What waits leaves room for the rest: Slack takes a message up to 13,000 letters."""
MOST_CIRCLES = 7
"""With five sessions to come they fill a message; what is left out has a command of its own."""


def home(hub: HubFacts) -> View:
    """The Home tab."""
    return View(type="home", blocks=[HeaderBlock(text=plain("Your coaching")), *_hub(hub)])


def hub_message(hub: HubFacts) -> Said:
    """`/coach` alone: the same as an answer that only the asker sees."""
    if not hub.circles:
        return circles.empty(hub.may_create)
    first = (
        f"Next: {escape(hub.coming[0].circle_name)} on {_when(hub.coming[0])}."
        if hub.coming
        else "Nothing is planned yet."
    )
    waiting = len(_asked(hub))
    rest = (
        f" {waiting} thing{'' if waiting == 1 else 's'} wait{'s' if waiting == 1 else ''} for you."
        if waiting
        else ""
    )
    return Said(first + rest, _hub(hub))


def _hub(hub: HubFacts) -> list[Block]:
    if not hub.circles:
        return list(circles.empty(hub.may_create).blocks)
    return [
        *_waiting(hub),
        section("*Coming up*"),
        *[block for session in hub.coming for block in _coming(session, hub.person_id)],
        *([] if hub.coming else [section("Nothing is planned yet. Schedule the next session below.")]),
        DividerBlock(),
        section("*Your circles*"),
        *_circles(hub),
        _footer(hub),
    ]


Asked = tuple[datetime, str, Block]
"""When it is about, a line, and what to press."""


def _asked(hub: HubFacts) -> list[Asked]:
    """What waits for somebody, whatever it is, in order of date."""
    asked: list[Asked] = [
        *((one.ends_at, _about("Did *{}* meet on {}?", one), _recording(one)) for one in hub.to_record),
        *((one.ends_at, _about("How was *{}* on {}?", one), _answering(one)) for one in hub.to_evaluate),
        *(
            (one.starts_at, _about("Can you come to *{}* on {}?", one), session_views.answer_buttons(one))
            for one in hub.to_answer
        ),
        *((one.closes_at, poll_views.waiting(one), poll_views.waiting_button(one)) for one in hub.polls),
        *(
            (one.session.starts_at, swap_views.waiting(one), swap_views.offer_buttons(one.id))
            for one in hub.swaps
        ),
        *((one.starts_at, case_views.waiting(one), _preparing(one)) for one in hub.cases),
        *((one.ends_at, note_views.waiting(one), _writing(one)) for one in hub.notes),
        *((_by_then(one), action_views.waiting(one), action_views.buttons(one)) for one in hub.actions),
    ]
    return sorted(asked, key=lambda one: one[0])


def _by_then(action: ActionFacts) -> datetime:
    """A day has no hour; its end comes after what is to be done in its course."""
    return datetime.combine(action.due_on, time.max, UTC)


def _waiting(hub: HubFacts) -> list[Block]:
    asked = _asked(hub)
    groups = [(section(question), buttons) for _, question, buttons in asked]
    blocks, more = fitting(groups, 2 * MOST_WAITING, LETTERS_WAITING)
    blocks += _more(more, "when these are done.")
    return [section("*Waiting for you*"), *blocks, DividerBlock()] if blocks else []


def _about(question: str, session: SessionFacts) -> str:
    return question.format(escape(session.circle_name), _when(session))


def _more(count: int, where: str) -> list[Block]:
    return [small(f"And {count} more: {where}")] if count > 0 else []


def _answering(session: SessionFacts) -> Block:
    return inputs.buttons(inputs.button("Answer", Action.ANSWER_EVALUATION, session.id, style="primary"))


def _preparing(session: SessionFacts) -> Block:
    return inputs.buttons(case_views.prepare_button(session.id, first=True))


def _writing(session: SessionFacts) -> Block:
    return inputs.buttons(note_views.write_button(session.id, first=True))


def _recording(session: SessionFacts) -> Block:
    return inputs.buttons(
        inputs.button("We met", Action.RECORD_MET, session.id, style="primary"),
        inputs.button("We did not meet", Action.RECORD_NOT_MET, session.id),
    )


def _coming(session: SessionFacts, person: int) -> list[Block]:
    role = {Role.PRESENTER: "you present", Role.NOTE_TAKER: "you take notes", None: ""}[
        session.role_of(person)
    ]
    if role and session.kind is CircleKind.PAIR:
        role = "you are coached first"
    answer = {Coming.YES: "you'll be there", Coming.NO: "you can't make it", Coming.UNKNOWN: ""}[
        session.answer_of(person)
    ]
    details = ", ".join(one for one in (mode(session.mode), role, answer) if one)
    return [
        section(f"*{escape(session.circle_name)}* – {_when(session)}\n{details.capitalize()}"),
        inputs.buttons(
            inputs.button("How to join", Action.HOW_TO_JOIN, session.id), session_views.more_menu(session)
        ),
    ]


def _circles(hub: HubFacts) -> list[Block]:
    blocks: list[Block] = []
    for standing in hub.circles[:MOST_CIRCLES]:
        circle = standing.circle
        turns = [roles.turn(one, pair=circle.kind is CircleKind.PAIR) for one in standing.turns]
        blocks += [
            section("\n".join([f"*{escape(circle.name)}*", *turns, escape(standing.in_person)])),
            inputs.buttons(
                inputs.button("Schedule a session", Action.SCHEDULE, circle.id),
                inputs.button("Roles", Action.SHOW_ROLES, circle.id),
                inputs.button("Open", Action.SHOW_CIRCLE, circle.id),
            ),
        ]
    return [*blocks, *_more(len(hub.circles) - MOST_CIRCLES, "`/coach circles` lists them.")]


def _footer(hub: HubFacts) -> Block:
    more = [
        inputs.button("Cases", Action.LIST_CASES),
        inputs.button("Notes", Action.LIST_NOTES),
        inputs.button("My hours", Action.MY_HOURS),
        inputs.button("Calendar", Action.SHOW_CALENDAR),
        inputs.button("Days away", Action.AWAY),
        inputs.button("Settings", Action.SETTINGS),
        inputs.button("Privacy", Action.SHOW_PRIVACY),
        what_leadership_sees(),
        inputs.button("Help", Action.SHOW_HELP),
    ]
    new = [inputs.button("New circle", Action.NEW_CIRCLE)] if hub.may_create else []
    met = [inputs.button("We already met", Action.ALREADY_MET)] if hub.circles else []
    return inputs.buttons(*new, *met, *more)


def _when(session: SessionFacts) -> str:
    return when(session.starts_at, session.zone)


def help_page() -> Said:
    lines = [f"`/coach {word}` – {what}" for word, what in COMMANDS]
    text = "What I can do: " + "; ".join(f"/coach {word}, {what}" for word, what in COMMANDS)
    return Said(
        text,
        [
            section(
                "*What I can do*\n`/coach` – what is coming up and what waits for you\n" + "\n".join(lines)
            ),
            small("Slash commands do not work in threads; type them in a channel or a direct message."),
            inputs.buttons(what_leadership_sees()),
        ],
    )


def help_modal() -> View:
    return notices.page(list(help_page().blocks), "Help")


def unknown(typed: str) -> Said:
    """The nearest word, or the help."""
    word = typed.split(maxsplit=1)[0] if typed.split() else ""
    shown = escape(shortened(word, 40))
    near = get_close_matches(word.lower(), WORDS, n=1, cutoff=0.5)
    if not near:
        return Said(f"I do not know “{shown}”. /coach help lists what I can do.")
    return Said(f"I do not know “{shown}”. Did you mean `/coach {near[0]}`?")


def settings(shown: SettingsFacts) -> View:
    return View(
        type="modal",
        callback_id=Form.SETTINGS.value,
        title=plain("Settings"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[
            small(
                f"Your time zone is {place_of(shown.zone)}, as set in Slack. I write between 8:00 and 18:00 there."
            ),
            entry(
                Field.WORKING_DAYS,
                "Working days",
                inputs.boxes(WEEKDAYS, [str(one) for one in shown.working_days]),
            ),
            entry(
                Field.WORKPLACE,
                "Workplace",
                inputs.words(shown.workplace),
                hint="Offered as the place of sessions in person.",
                optional=True,
            ),
            *circles.reminder_fields(
                [one for one, _ in circles.ALL_REMINDERS if one not in shown.reminders_off]
            ),
            small("News of your sessions and the evaluation at their end always come."),
        ],
    )
