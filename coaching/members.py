"""Who is in a circle: joining and leaving it, who leads it, and what follows from that."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from coaching import access, audit, circle_news, outbox, reminders, roles, sessions
from coaching.access import Actor, Right
from coaching.errors import NotAllowed, Refused
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, CircleNews, CircleState, PersonKind, Role
from storage.models import Circle, Membership, Outgoing, Person

FEWEST = 2

# --- what people do ---


def leave(db: Session, actor: Actor, circle_id: int, now: datetime) -> Circle:
    """One quiet step out: rights end at once, coming roles pass on, own hours stay."""
    circle = access.circle(db, actor, circle_id, Right.SEE, lock=True)
    member = circle.member(actor.person.id)
    if member is not None:
        before, were = circle.conversation, len(circle.members)
        part(db, circle, member, now)
        follow(db, circle, before, were, now)
    return circle


def hand_over(db: Session, actor: Actor, circle_id: int, chosen: int | None, now: datetime) -> Circle:
    """Another member leads in one's place, and is told. Raises `Refused` on the field, and `NotAllowed`."""
    circle = access.circle(db, actor, circle_id, Right.EDIT, lock=True)
    check_may_hand_over(circle)
    heir, mine = circle.member(chosen or 0), circle.member(actor.person.id)
    if heir is None or mine is None or heir not in heirs(circle):
        raise Refused({Field.PERSON: "Choose a member of the circle who can lead it."})
    heir.lead, mine.lead = True, False
    touch(circle)
    db.flush()
    circle_news.tell(db, circle, CircleNews.HANDED_OVER, [heir.person], now, by=actor.person.id)
    reminders_follow(db, circle, now)
    return circle


def check_may_hand_over(circle: Circle) -> None:
    """Raises `NotAllowed` where there is nobody to hand it over to."""
    if circle.kind is CircleKind.PAIR:
        raise NotAllowed("In a pair both of you lead, so there is nothing to hand over.")
    if not heirs(circle):
        raise NotAllowed("Nobody else in this circle can lead it: guests cannot. Add a full member first.")


def heirs(circle: Circle) -> list[Membership]:
    """Who could lead instead: full members who do not lead yet."""
    return [one for one in circle.members if one.person.kind is PersonKind.FULL and not one.lead]


def go_on_as_pair(db: Session, actor: Actor, circle_id: int, now: datetime) -> Circle:
    """A group of two becomes a pair, in which both lead. A second press changes nothing."""
    circle = access.circle(db, actor, circle_id, Right.EDIT, lock=True)
    if len(circle.members) != FEWEST:
        raise NotAllowed("A pair is two people, and this circle has another number of members now.")
    if circle.kind is CircleKind.PAIR:
        return circle
    circle.kind, circle.form_id = CircleKind.PAIR, CircleKind.PAIR.value
    settle(circle)
    for session in sessions.scheduled(db, circle, now, lock=True):
        if session.starts_at > now:
            session.note_taker_id = session.facilitator_id = None
    reminders_follow(db, circle, now)
    return circle


def left_slack(db: Session, person: Person, now: datetime) -> None:
    """Somebody is not in Slack any more: coming roles pass on, what they did stays counted.

    They are told nothing, because nobody would read it; the convener is told what was repaired.
    """
    for mine in access.circles(db, Actor(person.workspace_id, person)):
        circle = access.locked(db, mine)
        member = circle.member(person.id)
        if member is None:
            continue
        before, were, led = circle.conversation, len(circle.members), member.lead
        handed = _take_out(db, circle, member, now)
        follow(db, circle, before, were, now)
        audit.by_itself(db, Deed.PERSON_GONE, circle, now)
        _tell_gone(db, circle, person, handed, led=led, now=now)


# --- what follows ---


def returning(circle: Circle, picked: Sequence[Person]) -> list[Person]:
    """Of those picked, who has been in the circle and left it: they come back only by a yes of their own."""
    here = {one.person_id for one in circle.members}
    ever = {one.person_id for one in circle.memberships}
    return [one for one in picked if one.id in ever - here]


def add(circle: Circle, picked: Sequence[Person], leads: Sequence[Person], now: datetime) -> list[Membership]:
    """Those picked who are not in the circle yet. Who was in it from its first day came with its making."""
    here = {member.person_id for member in circle.members}
    position = max((one.position for one in circle.memberships), default=-1) + 1
    founding = not circle.memberships
    added = [
        Membership(
            workspace_id=circle.workspace_id,
            person_id=person.id,
            person=person,
            lead=person in leads,
            position=position + number,
            founding=founding,
            joined_at=now,
        )
        for number, person in enumerate(one for one in picked if one.id not in here)
    ]
    circle.memberships.extend(added)
    if added:
        circle.group_dm = None  # the group DM of others; the next message opens theirs
    return added


def part(db: Session, circle: Circle, member: Membership, now: datetime) -> None:
    """Whoever goes, of themself or not, gets one message and hears nothing more."""
    _take_out(db, circle, member, now)
    outbox.home(db, [member.person], now)
    _put(db, circle, Outgoing.MEMBER_LEFT, member, f"left:{member.id}", now)


def settle(circle: Circle) -> Membership | None:
    """What follows from who is in: group or pair, who leads, whether it can go on. Gives a new sole lead."""
    members = circle.members
    if len(members) > FEWEST:
        circle.kind = CircleKind.GROUP
    if circle.kind is CircleKind.PAIR:
        for member in members:
            member.lead = True
    elif any(one.lead and one.person.kind is PersonKind.FULL for one in members):
        for member in members:
            member.lead = member.lead and member.person.kind is PersonKind.FULL
    if circle.state is not CircleState.CLOSED:
        # With one member it rests by itself, and goes on when somebody joins.
        rests = len(members) < FEWEST or circle.paused_until is not None
        circle.state = CircleState.PAUSED if rests else CircleState.ACTIVE
    leader = None if any(one.lead for one in members) else _longest(members)
    if leader:
        leader.lead = True
    return leader


def follow(db: Session, circle: Circle, before: str | None, were: int, now: datetime) -> None:
    """What others see follows when somebody has gone.

    `before` is where the circle's cards stood, `were` how many members it had.
    """
    tell_leads(db, circle, settle(circle), were, now)
    db.flush()
    sessions.members_changed(db, circle, [], now)
    if circle.conversation != before:
        sessions.put_cards_anew(db, circle, now)
    outbox.home(db, [one.person for one in circle.members], now)


def tell_leads(db: Session, circle: Circle, new: Membership | None, were: int, now: datetime) -> None:
    """To whom the circle falls: no lead was left, or nobody else at all; and that two are no group."""
    members = circle.members
    told = members[0] if len(members) == 1 else new
    if told:
        _put(
            db,
            circle,
            Outgoing.LEFT_IN_CHARGE,
            told,
            f"in-charge:{circle.id}:{told.id}:{now.timestamp():.0f}",
            now,
        )
    if len(members) == FEWEST < were and circle.kind is CircleKind.GROUP:
        leads = [one.person for one in members if one.lead]
        circle_news.tell(db, circle, CircleNews.TWO_LEFT, leads, now)


def welcome(db: Session, circle: Circle, members: Sequence[Membership], now: datetime) -> None:
    for member in members:
        _put(db, circle, Outgoing.WELCOME, member, f"welcome:{circle.id}:{member.id}", now)


def reminders_follow(db: Session, circle: Circle, now: datetime) -> None:
    """Whom the bot asks about coming sessions, and what stands about them, follows who leads."""
    db.flush()
    for session in sessions.undecided(db, circle):
        reminders.lay_out(db, session, now)
    for session in sessions.scheduled(db, circle, now):
        reminders.lay_out(db, session, now)
        sessions.roles_changed(db, session, now)
    outbox.home(db, [one.person for one in circle.members], now)


def touch(circle: Circle) -> None:
    """Somebody's form about the circle is out of date now, though only its members have changed."""
    flag_modified(circle, "name")


# --- steps ---


def _take_out(
    db: Session, circle: Circle, member: Membership, now: datetime
) -> list[tuple[int, Role, int | None]]:
    """Gives the roles that went on: session, role and taker."""
    member.left_at = now
    member.lead = False
    touch(circle)
    circle.group_dm = None  # they are in it for good; the next message opens one without them
    return sessions.pass_on(db, circle, member.person, now)


def _longest(members: Sequence[Membership]) -> Membership | None:
    """Whoever has been in the circle longest, a full member before a guest."""
    fit = [one for one in members if one.person.kind is PersonKind.FULL] or members
    return min(fit, key=lambda one: (one.joined_at, one.position), default=None)


def _put(db: Session, circle: Circle, kind: Outgoing, member: Membership, key: str, now: datetime) -> None:
    outbox.put(
        db,
        kind,
        key,
        workspace_id=circle.workspace_id,
        circle_id=circle.id,
        person=member.person,
        due_at=now,
        now=now,
    )


def _tell_gone(
    db: Session,
    circle: Circle,
    person: Person,
    handed: Sequence[tuple[int, Role, int | None]],
    *,
    led: bool,
    now: datetime,
) -> None:
    """The convener reads once who is gone, and what was repaired."""
    convener = roles.circle_convener(db, circle, now)
    if convener is None:
        return
    outbox.put(
        db,
        Outgoing.PERSON_GONE,
        f"gone:{circle.id}:{person.id}:{now.timestamp():.0f}",
        workspace_id=circle.workspace_id,
        circle_id=circle.id,
        person=convener,
        facts={"person": person.id, "led": led, "handed": [list(one) for one in handed]},
        due_at=now,
        now=now,
    )
