"""Circles: making one, and editing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching import access, invitations, members, outbox, people, sessions
from coaching.access import Actor, Right
from coaching.checks import length_problem, link_problem, place_problem
from coaching.errors import Changed, NotAllowed, Refused
from coaching.rules import recurrence
from coaching.rules.facts import CircleFacts
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, Mode, PersonKind, Rhythm, WhoMaySchedule
from coaching.rules.zones import known_zone
from storage.models import Circle, Person

FEWEST_MEMBERS, MOST_MEMBERS = 2, 30
GROUP_DM_MEMBERS = 8
"""Slack's group DMs end here, so a larger circle needs a channel."""
MOST_LEADS = 2
CIRCLES_A_DAY = 5
CIRCLES_A_DAY_FOR_OWNERS = 50
"""Programme owners set up circles for others."""
LONGEST_NAME = 80
LONGEST_AGO = 24


@dataclass(frozen=True)
class Channel:
    """What Slack says about a channel at the moment somebody picks it."""

    slack_id: str
    name: str
    private: bool
    bot_inside: bool
    asker_inside: bool
    archived: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Before:
    """What a circle did before it came here. People are our own ids."""

    presenter: int | None = None
    note_taker: int | None = None
    in_person: int | None = None
    """How many sessions ago it met in person: 1 is the last one."""


@dataclass(frozen=True)
class CirclePlan:
    """A filled-in circle form. People are Slack ids, in the order in which they were picked."""

    name: str | None
    members: tuple[str, ...]
    channel: str | None
    rhythm: Rhythm | None
    starts_on: date | None
    usual_time: time | None
    position: int | None = None
    leads: tuple[str, ...] | None = None
    """None: the one who makes the circle."""
    zone: str | None = None
    usual_length: int | None = 60
    usual_mode: Mode = Mode.VIDEO
    usual_place: str | None = None
    usual_link: str | None = None
    in_person_every: int = 3
    who_may_schedule: WhoMaySchedule = WhoMaySchedule.MEMBERS
    ask_first: bool = False
    leads_present: bool = True
    newcomers_observe: bool = True
    reminders_off: tuple[str, ...] = ()
    form_id: str | None = None
    """The evaluation form; None: the first of its kind in the content pack."""
    before: Before | None = None
    """None: nothing was, or what is known of it stays."""


def create(db: Session, actor: Actor, plan: CirclePlan, channel: Channel | None, now: datetime) -> Circle:
    """Makes a circle and welcomes its members. Raises `Refused` with the fields that cannot be taken."""
    _one_at_a_time(db, actor)
    check_may_create(db, actor, now)
    picked, leads = check_plan(db, actor, plan, channel)
    circle = Circle(
        workspace_id=actor.workspace_id, created_by_id=actor.person.id, created_at=now, kind=CircleKind.GROUP
    )
    db.add(circle)
    _apply(circle, plan, channel, actor.person.zone)
    circle.kind = CircleKind.PAIR if len(picked) == FEWEST_MEMBERS else CircleKind.GROUP
    members.add(circle, picked, leads, now)
    members.settle(circle)
    db.flush()
    access.note(db, circle_id=circle.id)
    members.welcome(db, circle, circle.members, now)
    outbox.home(db, picked, now)
    return circle


def check_may_create(db: Session, actor: Actor, now: datetime) -> None:
    """Guests make no circles, nobody more than five a day, programme owners fifty. Raises `NotAllowed`."""
    access.make(actor)
    made = db.scalar(
        select(func.count()).where(
            Circle.created_by_id == actor.person.id, Circle.created_at > now - timedelta(days=1)
        )
    )
    owner = access.owns_programme(db, actor)
    if (made or 0) >= (CIRCLES_A_DAY_FOR_OWNERS if owner else CIRCLES_A_DAY):
        most = "fifty" if owner else "five"
        raise NotAllowed(
            f"You have made {most} circles in a day, which is the most. Tomorrow you can make more."
        )


def edit(
    db: Session,
    actor: Actor,
    circle_id: int,
    revision: int,
    plan: CirclePlan,
    channel: Channel | None,
    now: datetime,
) -> Circle:
    """Changes a circle. Who is added is welcomed, who is taken out is told. Raises `Refused` or `Changed`.

    Who was in it before is not added but asked, and comes back by pressing "Join".
    """
    circle = access.circle(db, actor, circle_id, Right.EDIT, lock=True)
    if circle.revision != revision:
        raise Changed
    picked, leads = check_plan(db, actor, plan, channel, circle)
    before, were = circle.conversation, len(circle.members)
    _apply(circle, plan, channel, circle.zone)
    back = members.returning(circle, picked)
    chosen = {person.id for person in picked}
    for member in [one for one in circle.members if one.person_id not in chosen]:
        members.part(db, circle, member, now)
    newcomers = members.add(circle, [one for one in picked if one not in back], leads, now)
    for member in circle.members:
        member.lead = member.person in leads
    members.tell_leads(db, circle, members.settle(circle), were, now)
    members.touch(circle)
    db.flush()
    members.welcome(db, circle, newcomers, now)
    invitations.invite(db, circle, actor.person, back, now)
    sessions.members_changed(db, circle, newcomers, now)
    if circle.conversation != before:
        sessions.put_cards_anew(db, circle, now)
    outbox.home(db, [member.person for member in circle.members], now)
    return circle


def facts(circle: Circle) -> CircleFacts:
    inside = circle.members
    return CircleFacts(
        id=circle.id,
        name=circle.name,
        kind=circle.kind,
        zone=circle.zone,
        members=tuple(people.facts(one.person) for one in inside),
        leads=tuple(people.facts(one.person) for one in inside if one.lead),
        channel=circle.channel,
        channel_private=circle.channel_private,
        rhythm=circle.rhythm,
        starts_on=circle.starts_on,
        weekday_position=circle.weekday_position,
        usual_time=circle.usual_time,
        usual_length=circle.usual_length,
        usual_mode=circle.usual_mode,
        usual_place=circle.usual_place,
        usual_link=circle.usual_link,
        in_person_every=circle.in_person_every,
        who_may_schedule=circle.who_may_schedule,
        ask_first=circle.ask_first,
        leads_present=circle.leads_present,
        newcomers_observe=circle.newcomers_observe,
        reminders_off=tuple(circle.reminders_off),
        revision=circle.revision,
        state=circle.state,
        paused_until=circle.paused_until,
        form_id=circle.form_id,
        before_presenter=circle.before_presenter_id,
        before_note_taker=circle.before_note_taker_id,
        before_in_person=circle.before_in_person,
    )


def check_plan(
    db: Session, actor: Actor, plan: CirclePlan, channel: Channel | None, circle: Circle | None = None
) -> tuple[list[Person], list[Person]]:
    """The members and the leads that a form means, for a new circle or for one that is there.

    Raises `Refused` with the fields that cannot be taken.
    """
    picked = people.known(db, actor.workspace_id, plan.members)
    pair = is_pair(plan, circle)
    leads = list(picked) if pair else _leads(db, actor, plan, picked)
    _check(plan, picked, leads, channel, pair=pair)
    back = members.returning(circle, leads) if circle and not pair else []
    if back:
        raise Refused({Field.LEADS: f"{back[0].name} was in this circle before, so must press “Join” first."})
    return picked, leads


def is_pair(plan: CirclePlan, circle: Circle | None) -> bool:
    """Two people make a pair; a group of which two are left stays a group."""
    return len(plan.members) == FEWEST_MEMBERS and (circle is None or circle.kind is CircleKind.PAIR)


def _one_at_a_time(db: Session, actor: Actor) -> None:
    """Circles of one person are made one after another, so that nobody makes a sixth beside the fifth."""
    db.execute(select(Person.id).where(Person.id == actor.person.id).with_for_update())


def _leads(db: Session, actor: Actor, plan: CirclePlan, picked: Sequence[Person]) -> list[Person]:
    if plan.leads is None:
        fit = [person for person in picked if person.kind is PersonKind.FULL]
        return [actor.person] if actor.person in picked else fit[:1]
    return people.known(db, actor.workspace_id, plan.leads)


def _check(
    plan: CirclePlan,
    picked: Sequence[Person],
    leads: Sequence[Person],
    channel: Channel | None,
    *,
    pair: bool,
) -> None:
    checks: Mapping[Field, str | None] = {
        Field.NAME: _name_problem(plan.name),
        Field.MEMBERS: _members_problem(picked),
        Field.LEADS: _leads_problem(picked, leads, pair=pair),
        Field.CHANNEL: _channel_problem(channel, len(picked)),
        Field.RHYTHM: None if plan.rhythm else "Choose how your dates follow each other.",
        Field.STARTS_ON: None if plan.starts_on else "Choose the first date.",
        Field.USUAL_TIME: None if plan.usual_time else "Choose the time at which you usually meet.",
        Field.USUAL_LENGTH: length_problem(plan.usual_length),
        Field.USUAL_PLACE: place_problem(plan.usual_place),
        Field.USUAL_LINK: link_problem(plan.usual_link),
        **_before_problems(plan.before or Before(), picked),
    }
    problems = {field: sentence for field, sentence in checks.items() if sentence}
    if problems:
        raise Refused(problems)


def _name_problem(name: str | None) -> str | None:
    if not name:
        return "Give the circle a name."
    return f"Keep the name within {LONGEST_NAME} characters." if len(name) > LONGEST_NAME else None


def _members_problem(picked: Sequence[Person]) -> str | None:
    for person in picked:
        if person.kind is PersonKind.BOT:
            return f"{person.name} is an app, and apps cannot be in a circle."
        if not person.active:
            return f"{person.name} is not active in this workspace, so cannot be in a circle."
    if not FEWEST_MEMBERS <= len(set(picked)) <= MOST_MEMBERS:
        return f"A circle has {FEWEST_MEMBERS} to {MOST_MEMBERS} members. Two people make a pair."
    return None


def _leads_problem(picked: Sequence[Person], leads: Sequence[Person], *, pair: bool) -> str | None:
    if not 1 <= len(leads) <= MOST_LEADS:
        return "A circle has one or two coaching leads."
    for lead in leads:
        if lead not in picked:
            return f"{lead.name} is not among the members, so cannot be a coaching lead."
        if lead.kind is not PersonKind.FULL and not pair:
            return f"{lead.name} is a guest. Guests can be members, but lead no circles."
    return None


def _before_problems(before: Before, picked: Sequence[Person]) -> dict[Field, str | None]:
    members = {None, *(one.id for one in picked)}
    stranger = "This person is not among the members. Choose somebody who is, or nobody."
    both = "One person cannot have presented and taken notes in the same session."
    same = before.presenter is not None and before.presenter == before.note_taker
    ago = before.in_person is None or 1 <= before.in_person <= LONGEST_AGO
    return {
        Field.BEFORE_PRESENTER: None if before.presenter in members else stranger,
        Field.BEFORE_NOTE_TAKER: both if same else None if before.note_taker in members else stranger,
        Field.BEFORE_IN_PERSON: None if ago else f"Count the sessions back: 1 to {LONGEST_AGO}.",
    }


def _channel_problem(channel: Channel | None, members: int) -> str | None:
    if channel is None:
        large = "Above 8 members a circle needs a channel, because group DMs in Slack end there."
        return large if members > GROUP_DM_MEMBERS else None
    if channel.archived:
        return f"#{channel.name} is archived. Choose another channel."
    if channel.shared:
        return f"#{channel.name} is shared with another organisation. Choose a channel of your own."
    if not channel.bot_inside:
        return "I am not in that channel yet. Type /invite @Coach there, then save again."
    return (
        None
        if channel.asker_inside
        else "You are not in that channel yourself. Join it first, or choose another."
    )


def _apply(circle: Circle, plan: CirclePlan, channel: Channel | None, zone: str) -> None:
    # `_check` has made sure of these; the type checker cannot know.
    assert plan.name and plan.rhythm and plan.starts_on  # noqa: S101, PT018 - checked
    assert plan.usual_time and plan.usual_length  # noqa: S101, PT018 - checked
    circle.name = plan.name
    circle.channel = channel.slack_id if channel else None
    circle.channel_lost_at = None if channel else circle.channel_lost_at
    circle.channel_private = channel.private if channel else True
    circle.rhythm = plan.rhythm
    circle.starts_on = plan.starts_on
    circle.weekday_position = position_of(plan)
    circle.usual_time = plan.usual_time
    circle.zone = zone_of(plan, zone)
    circle.usual_length = plan.usual_length
    circle.usual_mode = plan.usual_mode
    circle.usual_place = plan.usual_place
    circle.usual_link = plan.usual_link
    circle.in_person_every = plan.in_person_every
    circle.who_may_schedule = plan.who_may_schedule
    circle.ask_first = plan.ask_first
    circle.leads_present = plan.leads_present
    circle.newcomers_observe = plan.newcomers_observe
    circle.reminders_off = list(plan.reminders_off)
    circle.form_id = plan.form_id or _usual_form(plan)
    if plan.before is not None:
        circle.before_presenter_id = plan.before.presenter
        circle.before_note_taker_id = plan.before.note_taker
        circle.before_in_person = plan.before.in_person


def _usual_form(plan: CirclePlan) -> str:
    """What the content pack gives the first form of a kind for."""
    return CircleKind.PAIR.value if len(plan.members) == FEWEST_MEMBERS else CircleKind.GROUP.value


def zone_of(plan: CirclePlan, otherwise: str) -> str:
    """The zone of the form, or the one that stands for none."""
    return known_zone(plan.zone or otherwise)


def position_of(plan: CirclePlan) -> int:
    """Which weekday of the month the first date stands for: as chosen, else the first that it can."""
    assert plan.starts_on  # noqa: S101 - checked before
    choices = recurrence.positions_for(plan.starts_on)
    return plan.position if plan.position in choices else choices[0]
