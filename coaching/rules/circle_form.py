"""The circle form as filled in so far: what stands in each field when it is drawn again."""

from dataclasses import dataclass
from datetime import date, time

from coaching.rules.facts import CircleFacts, PersonFacts
from coaching.rules.terms import CircleKind, Mode, ReminderKind, Rhythm, WhoMaySchedule

CHOSEN_AT_FIRST = ("leads_present", "newcomers_observe")
ALWAYS = (ReminderKind.EVALUATION, ReminderKind.DID_YOU_MEET)
WITH_ANOTHER = (ReminderKind.STILL_NOTHING_PLANNED,)
"""Goes with the first question of its kind."""
CAN_BE_DROPPED = tuple(kind.value for kind in ReminderKind if kind not in (*ALWAYS, *WITH_ANOTHER))


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
    form: str | None = None
    """The evaluation form, by its id in the content pack; None: the first of its kind."""
    before_presenter: int | None = None
    before_note_taker: int | None = None
    """For a circle that has met before; our own ids."""
    before_in_person: int | None = None
    circle_id: int | None = None
    revision: int | None = None

    @property
    def dates(self) -> tuple[object, ...]:
        """What the dates of the circle follow from."""
        return (self.rhythm, self.starts_on, self.position, self.usual_time, self.zone)


@dataclass(frozen=True)
class MoreChoices:
    """What some fields of "More settings" let one choose among."""

    forms: tuple[tuple[str, str], ...]
    """Evaluation forms for a circle of this kind, id and title."""
    people: tuple[PersonFacts, ...]
    """The members picked so far."""
    before: bool
    """Whether to ask what was before: only as long as no session counts here."""


@dataclass(frozen=True)
class AheadFacts:
    """One line of the preview."""

    day: date | None
    mode: Mode
    presenter: PersonFacts | None
    note_taker: PersonFacts | None


@dataclass(frozen=True)
class PreviewFacts:
    """A circle before it is saved: what its year will look like."""

    name: str
    kind: CircleKind
    members: tuple[PersonFacts, ...]
    leads: tuple[PersonFacts, ...]
    zone: str
    rhythm: Rhythm
    starts_on: date
    position: int
    positions: tuple[int, ...]
    """Which weekday of the month "Starts on" can stand for; more than one is asked about."""
    usual_time: time
    sessions: tuple[AheadFacts, ...]
    public_channel: str | None
    """The name of the channel, where everybody in the workspace can read it."""
    outside: bool
    """Whoever makes it is not in it."""
    new: bool


def of_circle(circle: CircleFacts) -> CircleDraft:
    """The form of a circle that is there."""
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
        form=circle.form_id,
        before_presenter=circle.before_presenter,
        before_note_taker=circle.before_note_taker,
        before_in_person=circle.before_in_person,
        circle_id=circle.id,
        revision=circle.revision,
    )
