"""Roles that look for somebody: the circle is asked, then the line, then the convener; the first has it."""

from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from coaching import access, apart, attendance, outbox, people, reminders, roles, searches, sessions
from coaching.access import Actor, Right
from coaching.errors import NotAllowed, NotFound, NotYours, Refused
from coaching.rules import rotation, swapping
from coaching.rules.facts import SwapWaiting
from coaching.rules.fields import Field
from coaching.rules.rotation import Roles, Swapped
from coaching.rules.swap_facts import SwapFacts, SwapForm
from coaching.rules.swapping import Offer
from coaching.rules.terms import CircleKind, CircleState, Coming, Role, SessionState, SwapState
from storage.models import Circle, CoachingSession, Membership, OutboxRow, Outgoing, Person, RoleSwap, SwapAsk

NOTHING_TO_SWAP = (
    "You have no role in this session, so there is nothing to swap. A coaching lead can offer anybody's role."
)
NOT_THE_CHOOSER = "A coaching lead, or whoever was asked, chooses here."


# --- offering a role ---


def open_form(db: Session, actor: Actor, session_id: int, now: datetime) -> SwapForm:
    """The roles that somebody may offer: their own, and a lead anybody's. Raises `NotAllowed` without any."""
    session = access.session(db, actor, session_id, Right.SEE)
    sessions.check_open(session, now)
    shown = sessions.facts(session)
    offered = tuple(
        (role, shown.holder(role)) for role in _roles(session) if _may_offer(session, role, actor)
    )
    if not offered:
        raise NotAllowed(NOTHING_TO_SWAP)
    return SwapForm(shown, offered)


def ask(db: Session, actor: Actor, session_id: int, role: Role | None, now: datetime) -> SwapAsk:
    """Asks the circle who takes a role; without one named, one's own. A second press changes nothing."""
    session = access.session(db, actor, session_id, Right.SEE, lock=True)
    sessions.check_open(session, now)
    chosen = role or next((one for one in Role if session.holder(one) == actor.person.id), None)
    if chosen is None or chosen not in _roles(session) or not _may_offer(session, chosen, actor):
        raise NotAllowed(NOTHING_TO_SWAP)
    running = searches.of_role(db, session, chosen)
    return running or _open(db, session, chosen, now)


def _open(db: Session, session: CoachingSession, role: Role, now: datetime) -> SwapAsk:
    found = SwapAsk(
        workspace_id=session.workspace_id,
        session_id=session.id,
        session=session,
        role=role,
        holder_id=session.holder(role),
        state=SwapState.OPEN,
        opened_at=now,
        next_step_at=swapping.circle_has_until(now, session.starts_at),
        declined=[],
    )
    db.add(found)
    db.flush()
    outbox.put(
        db,
        Outgoing.SWAP_ASK,
        f"swap_ask:{found.id}",
        workspace_id=session.workspace_id,
        session=session,
        subject=found.id,
        thread_of=outbox.card_of(db, session),
        due_at=now,
        expires_at=session.starts_at,
        now=now,
    )
    db.expire(session, ["open_searches"])
    sessions.roles_changed(db, session, now)
    return found


def _roles(session: CoachingSession) -> tuple[Role, ...]:
    return (Role.PRESENTER,) if session.circle.kind is CircleKind.PAIR else tuple(Role)


def _may_offer(session: CoachingSession, role: Role, actor: Actor) -> bool:
    member = session.circle.member(actor.person.id)
    return session.holder(role) == actor.person.id or (member is not None and member.lead)


# --- taking it ---


def take(db: Session, actor: Actor, ask_id: int, now: datetime) -> SwapAsk:
    """ "I'll present", "Take it": the first one has it. A second press of theirs changes nothing.

    Raises `NotAllowed` with a sentence that names who has the role.
    """
    found, me = _get(db, actor, ask_id, lock=True), actor.person.id
    if found.session.holder(found.role) == me and found.state is SwapState.TAKEN:
        return found
    _check_open(found, now)
    _check_can_take(found.session, found.role, me)
    hand_over(db, found.session, found.role, me, now)
    return found


def decline(db: Session, actor: Actor, ask_id: int, now: datetime) -> SwapAsk:
    """ "No, thanks", by the one who is asked: at once somebody else is. They keep their place in the line."""
    found = _get(db, actor, ask_id, lock=True)
    if actor.person.id in found.declined and found.asked_id != actor.person.id:
        return found
    _check_open(found, now)
    if found.asked_id != actor.person.id:
        raise NotAllowed("Nobody waits for your answer to this any more, so there is nothing to say no to.")
    _step(db, found, now)
    return found


def hand_over(db: Session, session: CoachingSession, role: Role, taker: int, now: datetime) -> None:
    """Gives a role to somebody: they change places in the line with whoever had it, and both are told."""
    before = Roles(session.presenter_id, session.note_taker_id)
    after, swapped = rotation.swap(before, role, taker)
    if before.holder(role) is None:
        swapped = (Swapped(role, taker, taker),)  # moves nobody, and says that the role was taken
    for each in Role:
        roles.give(session, each, after.holder(each))
    db.add_all(
        RoleSwap(
            workspace_id=session.workspace_id,
            session_id=session.id,
            role=one.role,
            one_id=one.one,
            other_id=one.other,
        )
        for one in swapped
    )
    if after.presenter != before.presenter:
        session.facilitator_id = roles.facilitator(db, session.circle, session)
    attendance.set_coming(session, taker, Coming.YES, now)
    db.flush()
    running = searches.of_role(db, session, role)
    if running is not None:
        searches.end(db, running, now, taker=taker)
    reminders.lay_out(db, session, now)
    sessions.roles_changed(db, session, now)
    sessions.tell_taker(db, session, role, taker, now)
    _tell_relieved(db, session, role, before.holder(role), taker, now)


def _tell_relieved(
    db: Session, session: CoachingSession, role: Role, relieved: int | None, taker: int | None, now: datetime
) -> None:
    """News for whoever had the role, if they are in the circle still."""
    if relieved is None or relieved == taker or session.circle.member(relieved) is None:
        return
    outbox.put(
        db,
        Outgoing.SWAP_NEWS,
        f"swap_news:{session.id}:{role}:{relieved}:{session.revision}",
        workspace_id=session.workspace_id,
        session=session,
        person=relieved,
        facts={"role": role.value, "taker": taker},
        due_at=now,
        expires_at=session.starts_at,
        now=now,
    )


def _check_open(found: SwapAsk, now: datetime) -> None:
    sessions.check_open(found.session, now)
    if found.state is SwapState.OPEN and not searches.is_settled(found, now):
        return
    raise _settled(found.session, found.role)


def _settled(session: CoachingSession, role: Role) -> NotAllowed:
    holder = session.circle.member(session.holder(role) or 0)
    if holder is None:
        return NotAllowed("Nobody looks for somebody to take this any more. Nothing was changed.")
    return NotAllowed(f"This is settled: {holder.person.name} {_does(session, role)}. Thank you.")


def _does(session: CoachingSession, role: Role) -> str:
    if session.circle.kind is CircleKind.PAIR:
        return "is coached first"
    return "presents" if role is Role.PRESENTER else "takes notes"


def check_can_volunteer(db: Session, session: CoachingSession, role: Role, person: int) -> None:
    """Raises `NotAllowed` when somebody was faster, or when this person cannot have the role."""
    if role not in _roles(session):
        raise NotAllowed("Nobody has this role in a pair. Nothing was changed.")
    if role in roles.swapped(db, session):
        raise _settled(session, role)
    _check_can_take(session, role, person)


def _check_can_take(session: CoachingSession, role: Role, person: int) -> None:
    """Whoever has the other role can only trade the two, which takes two who come."""
    if session.holder(role) == person:
        raise NotAllowed("This role is yours already. “I'll be there” tells the circle that you keep it.")
    holder = session.circle.member(session.holder(role) or 0)
    if session.role_of(person) is not None and (holder is None or not _can_come(session, holder)):
        raise NotAllowed("You have the other role in this session, and nobody to trade it with.")


def _can_come(session: CoachingSession, member: Membership) -> bool:
    return member.person.active and session.coming(member.person_id) is not Coming.NO


# --- going down the line, and the convener ---


@cache
def _due() -> Select[int, int]:
    # Made once: the clock asks every few minutes, and making it takes longer than running it.
    return (
        select(SwapAsk.id, SwapAsk.session_id)
        .join(CoachingSession, CoachingSession.id == SwapAsk.session_id)
        .join(Circle, Circle.id == CoachingSession.circle_id)
        .where(
            SwapAsk.state == SwapState.OPEN,
            Circle.state == CircleState.ACTIVE,
            or_(
                SwapAsk.next_step_at <= bindparam("now"),
                CoachingSession.state != SessionState.SCHEDULED,
                CoachingSession.starts_at <= bindparam("now"),
            ),
        )
    )


def step_due(db: Session, now: datetime) -> bool:
    """Searches whose time for a step has come: the next in line is asked, or the convener; or they end.

    Whether there are more.
    """
    sessions_of = dict(iter(db.execute(_due(), {"now": now})))
    return apart.some(db, "search", sessions_of, lambda id: _step_of(db, id, sessions_of[id], now))


def _step_of(db: Session, ask_id: int, session_id: int, now: datetime) -> None:
    """With the session locked nobody else changes it, but somebody may have before."""
    locked = db.scalar(
        select(CoachingSession)
        .where(CoachingSession.id == session_id)
        .with_for_update(of=CoachingSession, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if locked is None:
        return
    found = db.get_one(SwapAsk, ask_id, populate_existing=True)
    if found.state is not SwapState.OPEN:
        return
    if searches.is_settled(found, now):
        searches.end(db, found, now)
    elif found.next_step_at is not None and found.next_step_at <= now:
        _step(db, found, now)


def _step(db: Session, found: SwapAsk, now: datetime) -> None:
    """Whoever was asked is not any more. The next in line is; where nobody is left, the convener chooses."""
    if found.asked_id is not None:
        found.declined = [*found.declined, found.asked_id]
        found.asked_id = None
    offer = None if found.convener_asked_at else _next_offer(db, found, now)
    if offer is not None:
        _send_offer(db, found, offer, now)
    else:
        _ask_convener(db, found, now)
    db.flush()
    searches.show(db, found, now)


def _next_offer(db: Session, found: SwapAsk, now: datetime) -> Offer | None:
    session = found.session
    in_line = roles.takers(db, session.circle, session, found.role)
    members = [session.circle.member(one) for one in in_line if one not in found.declined]
    line = [(one.person_id, people.hours(one.person)) for one in members if one and one.person.active]
    return swapping.next_offer(line, now, session.starts_at)


def _send_offer(db: Session, found: SwapAsk, offer: Offer, now: datetime) -> None:
    found.asked_id, found.next_step_at = offer.person_id, offer.ends
    outbox.put(
        db,
        Outgoing.SWAP_OFFER,
        f"swap_offer:{found.id}:{offer.person_id}:{len(found.declined)}",
        workspace_id=found.workspace_id,
        session=found.session,
        subject=found.id,
        person=offer.person_id,
        facts={"round": len(found.declined)},
        due_at=offer.goes_out,
        expires_at=offer.ends,
        now=now,
    )
    outbox.home(db, [db.get_one(Person, offer.person_id)], now)


def _ask_convener(db: Session, found: SwapAsk, now: datetime) -> None:
    """Asked again each time when somebody whom they named cannot either."""
    session = found.session
    found.convener_asked_at, found.next_step_at = found.convener_asked_at or now, None
    convener = roles.convener(db, session.circle, session, at=now)
    if convener is None:
        return
    theirs = people.hours(db.get_one(Person, convener))
    outbox.put(
        db,
        Outgoing.SWAP_CONVENER,
        f"swap_convener:{found.id}:{convener}:{len(found.declined)}",
        workspace_id=found.workspace_id,
        session=session,
        subject=found.id,
        person=convener,
        facts={"round": len(found.declined)},
        due_at=swapping.convener_question(theirs, now, session.starts_at),
        expires_at=session.starts_at,
        now=now,
    )


def open_choice(db: Session, actor: Actor, ask_id: int, now: datetime) -> SwapFacts:
    """What the convener chooses from. Raises `NotAllowed` for who may not, and when it is settled."""
    found = _get(db, actor, ask_id)
    _check_chooses(db, found, actor, now)
    return facts(db, found)


def name(db: Session, actor: Actor, ask_id: int, person_id: int | None, now: datetime) -> SwapAsk:
    """The convener names somebody, who is asked by direct message; naming oneself is taking it.

    Raises `Refused` for somebody who cannot be asked.
    """
    found = _get(db, actor, ask_id, lock=True)
    _check_chooses(db, found, actor, now)
    member = next((one for one in _nameable(found.session) if one.person_id == person_id), None)
    if member is None:
        raise Refused({Field.PERSON: "Choose somebody who can come and has no role in this session yet."})
    if member.person_id == actor.person.id:
        hand_over(db, found.session, found.role, actor.person.id, now)
    elif found.asked_id != member.person_id:
        theirs = people.hours(member.person)
        found.convener_asked_at = found.convener_asked_at or now
        offer = swapping.named_offer(member.person_id, theirs, now, found.session.starts_at)
        _send_offer(db, found, offer, now)
        db.flush()
        searches.show(db, found, now)
    return found


def open_time_only(db: Session, actor: Actor, ask_id: int, now: datetime) -> SwapAsk:
    """The circle meets without a case. Whoever would have presented keeps their place in the line."""
    found = _get(db, actor, ask_id, lock=True)
    if found.session.open_time_only and found.state is SwapState.DROPPED:
        return found
    _check_chooses(db, found, actor, now)
    session, holder = found.session, found.holder_id
    if found.role is not Role.PRESENTER or session.circle.kind is CircleKind.PAIR:
        raise NotAllowed("Only a group's session can do without this role. Ask somebody by name instead.")
    session.presenter_id, session.open_time_only = None, True
    searches.end(db, found, now)  # also where nobody had the role, so that nothing shows that it is settled
    reminders.lay_out(db, session, now)
    sessions.roles_changed(db, session, now)
    _tell_relieved(db, session, Role.PRESENTER, holder, None, now)
    return found


def _check_chooses(db: Session, found: SwapAsk, actor: Actor, now: datetime) -> None:
    member = found.session.circle.member(actor.person.id)
    if member is None or not (member.lead or _was_asked_to_choose(db, found, actor)):
        raise NotYours(NOT_THE_CHOOSER)
    _check_open(found, now)


def _was_asked_to_choose(db: Session, found: SwapAsk, actor: Actor) -> bool:
    return (
        db.scalar(
            select(OutboxRow.id)
            .where(
                OutboxRow.workspace_id == found.workspace_id,
                OutboxRow.kind == Outgoing.SWAP_CONVENER,
                OutboxRow.subject_id == found.id,
                OutboxRow.person_id == actor.person.id,
            )
            .limit(1)
        )
        is not None
    )


def _nameable(session: CoachingSession) -> list[Membership]:
    """Members who can come and have no role in the session yet."""
    return [
        one
        for one in session.circle.members
        if _can_come(session, one) and session.role_of(one.person_id) is None
    ]


# --- what others see ---


def waiting_for(db: Session, actor: Actor, now: datetime) -> list[SwapWaiting]:
    """The roles that somebody is asked to take alone, and has not answered."""
    asks = db.scalars(
        select(SwapAsk).where(
            SwapAsk.workspace_id == actor.workspace_id,
            SwapAsk.asked_id == actor.person.id,
            SwapAsk.state == SwapState.OPEN,
        )
    )
    return [
        SwapWaiting(one.id, sessions.facts(one.session), one.role)
        for one in asks
        if one.session.circle.member(actor.person.id) and not searches.is_settled(one, now)
    ]


def facts(db: Session, found: SwapAsk) -> SwapFacts:
    """The search as views show it."""
    session = found.session
    ever = {one.person_id: people.facts(one.person) for one in session.circle.memberships}
    holder = session.circle.member(found.holder_id or 0)
    holder_out = holder is None or not _can_come(session, holder)
    return SwapFacts(
        id=found.id,
        session=sessions.facts(session),
        role=found.role,
        state=found.state,
        holder=ever.get(found.holder_id or 0),
        holder_out=holder_out,
        could_take=tuple(ever[one] for one in _could_take(db, found, trade=not holder_out)),
        nameable=tuple(ever[one.person_id] for one in _nameable(session)),
        asked=ever.get(found.asked_id or 0),
        asked_until=found.next_step_at if found.asked_id else None,
        declined=frozenset(found.declined),
        taker=ever.get(found.taker_id or 0),
        has_it=ever.get(session.holder(found.role) or 0),
    )


def _could_take(db: Session, found: SwapAsk, *, trade: bool) -> list[int]:
    """Those in line, and who has the other role, if there is somebody to trade with."""
    session = found.session
    in_line = list(roles.takers(db, session.circle, session, found.role))
    others = [session.holder(one) for one in Role if one is not found.role]
    members = [session.circle.member(one) for one in others if one is not None and trade]
    return in_line + [one.person_id for one in members if one and _can_come(session, one)]


def _get(db: Session, actor: Actor, ask_id: int, *, lock: bool = False) -> SwapAsk:
    """The search, through the door of its session; nobody learns whether it is not there or not theirs."""
    session_id = db.scalar(
        select(SwapAsk.session_id).where(SwapAsk.workspace_id == actor.workspace_id, SwapAsk.id == ask_id)
    )
    if session_id is None:
        raise NotFound
    access.session(db, actor, session_id, Right.SEE, lock=lock)  # before it is read: others wait here
    return db.get_one(SwapAsk, ask_id, populate_existing=True)
