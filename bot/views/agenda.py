"""The agenda in the thread of a session."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.ids import Action
from bot.replies import Said
from bot.views import inputs
from bot.views.cases import read_button
from bot.views.fitting import sections
from bot.views.notes import write_button
from bot.views.sessions import roles_line
from bot.views.text import clock_of, escape, section
from coaching.rules.agenda_facts import AgendaFacts, AgendaLine


def agenda(shown: AgendaFacts) -> Said:
    """Nothing that a passer-by may not read: of actions only how many are open, of a case that it is there."""
    session = shown.session
    lines = [_line(one, session.zone) for one in shown.lines]
    name, words = shown.norm
    text = f"{escape(session.circle_name)} begins. The agenda: {'; '.join(lines)}."
    blocks: list[Block] = [
        *sections(["*Agenda*", *lines]),
        *sections([roles_line(session), *_open(shown.open_actions)]),
        section(f"*Today's norm: {escape(name)}*\n{escape(words)}"),
        # A block takes each action once, so each case has its own.
        *(inputs.buttons(read_button(one)) for one in shown.cases),
        inputs.buttons(*_actions(shown), write_button(session.id)),
    ]
    return Said(text, blocks)


def _line(one: AgendaLine, zone: str) -> str:
    length = "1 minute" if one.minutes == 1 else f"{one.minutes} minutes"
    return f"{clock_of(one.begins_at, zone)} {escape(one.name)}, {length}"


def _open(count: int) -> list[str]:
    if not count:
        return []
    return ["1 action from earlier is open." if count == 1 else f"{count} actions from earlier are open."]


def _actions(shown: AgendaFacts) -> list[ButtonElement]:
    if not shown.open_actions:
        return []
    return [inputs.button("Open actions", Action.OPEN_ACTIONS, shown.session.circle_id)]
