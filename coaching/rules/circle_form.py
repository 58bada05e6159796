"""The circle form as filled in so far: what stands in each field when it is drawn again."""

from dataclasses import dataclass
from datetime import date, time

from coaching.rules.facts import CircleFacts
from coaching.rules.terms import Mode, ReminderKind, WhoMaySchedule

CHOSEN_AT_FIRST = ("leads_present", "newcomers_observe")
ALWAYS = (ReminderKind.EVALUATION, ReminderKind.DID_YOU_MEET)
NOT_YET = (
    ReminderKind.NOTES_NUDGE,
    ReminderKind.CONFIRM_DATE,
    ReminderKind.AGREE_PLACE,
    ReminderKind.NOTHING_PLANNED,
    ReminderKind.STILL_NOTHING_PLANNED,
)
"""Nobody is reminded of notes before there is a place to write them."""
CAN_BE_DROPPED = tuple(kind.value for kind in ReminderKind if kind not in (*ALWAYS, *NOT_YET))


@dataclass(frozen=True)
class CircleDraft:
    """Values of the form; people and channels by their Slack ids."""

    zone: str
    members: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    name: str | None = None
    channel: str | None = None
    rhythm: str | None = "same_weekday"
    starts_on: date | None = None
    usual_time: time | None = None
    position: int | None = None
    usual_length: int | None = 60
    usual_mode: str = Mode.VIDEO.value
    usual_place: str | None = None
    usual_link: str | None = None
    in_person_every: str = "3"
    who_may_schedule: str = WhoMaySchedule.MEMBERS.value
    choices: tuple[str, ...] = CHOSEN_AT_FIRST
    reminders: tuple[str, ...] = CAN_BE_DROPPED
    unfolded: bool = False
    circle_id: int | None = None
    revision: int | None = None


def of_circle(circle: CircleFacts) -> CircleDraft:
    """The form of a circle that is there, with everything unfolded."""
    chosen = {
        "ask_first": circle.ask_first,
        "leads_present": circle.leads_present,
        "newcomers_observe": circle.newcomers_observe,
    }
    return CircleDraft(
        zone=circle.zone,
        members=tuple(one.slack_id for one in circle.members),
        leads=tuple(one.slack_id for one in circle.leads),
        name=circle.name,
        channel=circle.channel,
        rhythm=circle.rhythm.value,
        starts_on=circle.starts_on,
        usual_time=circle.usual_time,
        position=circle.weekday_position,
        usual_length=circle.usual_length,
        usual_mode=circle.usual_mode.value,
        usual_place=circle.usual_place,
        usual_link=circle.usual_link,
        in_person_every=str(circle.in_person_every),
        who_may_schedule=circle.who_may_schedule.value,
        choices=tuple(name for name, on in chosen.items() if on),
        reminders=tuple(kind for kind in CAN_BE_DROPPED if kind not in circle.reminders_off),
        unfolded=True,
        circle_id=circle.id,
        revision=circle.revision,
    )
