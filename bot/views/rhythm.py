"""The dates of a circle's rhythm: as they are proposed, and what has become of them."""

from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, ConfirmObject

from bot.ids import Action
from bot.replies import Said
from bot.views import inputs
from bot.views.text import day_of, escape, mode, plain, section, spoken_day, when
from coaching.rules.facts import Day, PersonFacts, ProposalFacts
from coaching.rules.terms import CircleKind, SessionState

SETTLED = {
    SessionState.SCHEDULED: "is scheduled",
    SessionState.HELD: "was held",
    SessionState.CANCELLED: "was cancelled",
    SessionState.SKIPPED: "was skipped; nobody loses a turn",
    SessionState.MISSED: "did not take place",
}


def answers(circle_id: int, day: Day) -> ActionsBlock:
    """What can be said to a date of the rhythm. Skipping asks once, because everybody is told."""
    value = f"{day.isoformat()}:{circle_id}"
    sure = ConfirmObject(
        title="Skip this month?",
        text=plain("Everybody is told once. Nobody loses a turn, and the rhythm goes on with its next date."),
        confirm="Skip this month",
        deny="Back",
    )
    return inputs.buttons(
        inputs.button("Confirm", Action.CONFIRM_DATE, value, style="primary"),
        inputs.button("Change", Action.CHANGE_DATE, value),
        inputs.button("Skip this month", Action.SKIP_DATE, value, asks=sure),
    )


def turns(kind: CircleKind, presenter: PersonFacts | None, note_taker: PersonFacts | None) -> str:
    """ "Ana presents, Bo takes notes"."""
    first = escape(presenter.name) if presenter else "somebody"
    if kind is CircleKind.PAIR:
        return f"{first} is coached first"
    return f"{first} presents, {escape(note_taker.name) if note_taker else 'somebody'} takes notes"


def date_ask(proposal: ProposalFacts) -> Said:
    """To a circle that wants to be asked: nobody has confirmed this date."""
    if proposal.state is not SessionState.PROPOSED:
        return _settled(proposal)
    text = f"Shall {escape(proposal.circle_name)} meet on {_proposed(proposal)}?"
    if proposal.lapses_at is not None:
        text += (
            f" Nobody has confirmed it yet. Without a yes it lapses on {_day(proposal, proposal.lapses_at)}."
        )
    return Said(text, [section(text), answers(proposal.circle_id, proposal.day)])


def date_ask_elsewhere() -> Said:
    text = "This was asked in the circle's earlier conversation, and counts there no more."
    return Said(text, [section(text)])


def confirm_part(proposal: ProposalFacts) -> tuple[str, ActionsBlock | None]:
    """A part of the convener's bookkeeping message: the date, what silence leads to, and the answers."""
    if proposal.state is not SessionState.PROPOSED:
        return _settled(proposal).text, None
    lines = [
        f"*{escape(proposal.circle_name)}*: the next date is {_proposed(proposal)}. {_silence(proposal)}",
        *([_travel(proposal.then_in_person)] if proposal.then_in_person else []),
    ]
    return "\n".join(lines), answers(proposal.circle_id, proposal.day)


def _silence(proposal: ProposalFacts) -> str:
    if proposal.schedules_itself_at is not None:
        at = _day(proposal, proposal.schedules_itself_at)
        return f"If that is fine there is nothing to do: on {at} it is scheduled like this."
    if proposal.ask_first:
        return "If nobody confirms it, I ask the whole circle, and without a yes it lapses."
    return "It is close, so it is only scheduled if somebody confirms it."


def _travel(day: Day) -> str:
    return f"The one after it, on {spoken_day(day)}, should be in person: a good time to arrange travel."


def _proposed(proposal: ProposalFacts) -> str:
    how = f", {mode(proposal.mode)}" if proposal.mode else ""
    who = turns(proposal.kind, proposal.presenter, proposal.note_taker)
    return f"{when(proposal.starts_at, proposal.zone)}{how}; {who}"


def _settled(proposal: ProposalFacts) -> Said:
    at = when(proposal.starts_at, proposal.zone)
    settled = "is not proposed any more" if proposal.withdrawn else SETTLED.get(proposal.state, "is settled")
    text = f"{escape(proposal.circle_name)} on {at} {settled}."
    return Said(text, [section(text)])


def _day(proposal: ProposalFacts, moment: datetime) -> str:
    return day_of(moment, proposal.zone)
