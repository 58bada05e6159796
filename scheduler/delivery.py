"""Brings due rows of the outbox to Slack. Several workers share the work without knowing of each other.

A row goes `due` -> `claimed` -> `sent`, or ends `skipped`, `expired` or `dead` with a reason. When nobody
knows whether it arrived it is `unknown`, and is looked up before it is sent a second time.
No transaction is open while Slack is asked.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import cast
from weakref import WeakValueDictionary

import structlog
from sqlalchemy import Table, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from coaching import installations
from scheduler import claims, resting
from scheduler.claims import REPEATABLE, Claim, Moved
from scheduler.desk import Desk
from scheduler.messages import File, Guarded, HomeView, Message, Renderers, Skip
from scheduler.metrics import Metrics
from scheduler.outcomes import (
    LATE,
    MOST_POISON_TRIES,
    NO_CHANNEL,
    RESTORED,
    UNSEEN,
    Mark,
    SlackFault,
    Verdict,
    after_fault,
    put_back,
    retry,
)
from scheduler.pace import Pace
from scheduler.preparing import FILES, Address, Parcel, Poison, Trace, address, prepare, trace
from scheduler.reading import read_ahead
from scheduler.resting import Limit
from scheduler.slack import Slack
from scheduler.trouble import name_of
from storage.engine import Database
from storage.models import Circle, OutboxRow, OutboxState, Outgoing, Person

UNNAMED = (Outgoing.BOOKKEEPING,)
"""Whether it was sent or had nothing left to say can tell that somebody has answered an evaluation, and when;
so the log does not say which one it was."""

UNREPEATED = (Outgoing.RESULT, Outgoing.RESULT_PICTURE)
"""Never sent again unseen: figures that stand in a thread twice would read as two results."""

LAST_CALL = timedelta(seconds=12)
"""Of the lease, for one call and its timeout. A file takes three."""

CROWDED_S, MOST_CROWDED = 0.05, 5
"""The pause and the tries when other workers hold all that a round has looked at: they let go of it soon."""

PAUSES_S = (0.5, 2.0, 5.0, 10.0, 20.0)
"""Between the tries to note what became of a message, when the database is locked or away. They last nearly
as long as the lease: what is not noted by then is in doubt, and in a channel it may be said twice."""

Prepared = Parcel | Mark
Marked = tuple[Claim, Mark]

OnDead = Callable[[Session, OutboxRow, datetime], None]
"""Called in the transaction in which a row is given up, `row.outcome` says why. May put rows."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Round:
    settled: int
    limits: list[Limit]
    probes: list[str]
    claims: list[Claim]
    crowded: bool = False
    """Something may go out, but other workers are taking it at this moment."""


NOTHING = _Round(0, [], [], [])


class Delivery:
    """One worker's share. Lives in one event loop; the database is used in threads, by renderers too."""

    def __init__(
        self,
        database: Database,
        slack: Slack,
        renderers: Renderers,
        now: Callable[[], datetime],
        rng: Random,
        *,
        on_dead: OnDead | None = None,
        batch: int = 100,
        per_workspace: int = 8,
        pace: Pace | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        """`batch` rows are claimed at a time, `per_workspace` of one workspace are sent at the same time."""
        self._database = database
        self._slack = slack
        self._renderers = renderers
        self._now = now
        self._rng = rng
        self._on_dead = on_dead
        self._batch = batch
        self._per_workspace = per_workspace
        self._pace = pace or Pace()
        self._metrics = metrics or Metrics()
        self._lanes = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(per_workspace))
        self._desks = defaultdict[str, Desk[Claim, Prepared]](lambda: Desk(self._prepare))
        self._marks = Desk[Marked, bool](self._write_all)
        self._blind = defaultdict[str, asyncio.Lock](asyncio.Lock)
        """One at a time, so that a crash leaves one message in doubt of which nobody can find out."""
        self._talks = WeakValueDictionary[tuple[str, str], asyncio.Lock]()
        self._at_work: dict[int, Claim] = {}
        self._taking = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    async def deliver_due(self) -> int:
        """Sends what is due now and may be sent, up to a batch; how much has moved."""
        taken = NOTHING
        for _ in range(MOST_CROWDED):
            if self._closed:
                return 0
            taken = await self._take_some()
            if not taken.crowded:
                break
            await asyncio.sleep(CROWDED_S)
        probes = (self._probe(workspace_id) for workspace_id in taken.probes)
        moved = await asyncio.gather(*probes, *(self._deliver(claim) for claim in taken.claims))
        return taken.settled + sum(moved)

    async def deliver_all(self) -> None:
        """Goes on until nothing is due any more, and nothing of ours is on its way."""
        while not self._closed:
            if await self.deliver_due() == 0:
                if self._idle.is_set():
                    return
                await self._idle.wait()

    async def close(self) -> None:
        """Claims nothing more, hands back what was not begun, and waits for the rest."""
        self._closed = True
        await self._idle.wait()

    async def _take_some(self) -> _Round:
        """Not idle from the first look on: what is claimed here is ours before this loop hears of it."""
        self._taking += 1
        self._idle.clear()
        try:
            now, full = self._now(), self._full()
            stopped, slowed = full.union(self._pace.stopped(now)), full.union(self._pace.slowed(now))
            ours = list(self._at_work)
            taken = await asyncio.to_thread(self._take, now, ours, stopped, slowed)
            for limit in taken.limits:
                self._slack.leave_alone(limit)
            for claim in taken.claims:
                self._at_work[claim.id] = claim
                self._pace.spend(claim.workspace_id, self._now())
            return taken
        finally:
            self._taking -= 1
            self._rest()

    def _rest(self) -> None:
        if not self._at_work and not self._taking:
            self._idle.set()

    def _full(self) -> set[str]:
        """Workspaces of which as many are on their way as may be."""
        load = Counter(claim.workspace_id for claim in self._at_work.values())
        return {workspace for workspace, rows in load.items() if rows >= self._per_workspace}

    def _take(self, now: datetime, ours: list[int], stopped: set[str], slowed: set[str]) -> _Round:
        free = self._batch - len(ours)
        with self._database.reading() as db:
            if not claims.is_anything(db, now):
                return NOTHING
        with self._database.transaction() as db:
            settled = [*claims.release_lost(db, now, ours), *claims.expire(db, now)]
            limits = resting.limited(db, now)
            probes = resting.take_probes(db, now)
            take = partial(self._claim, db, now)
            found = take(OutboxState.UNKNOWN, free, stopped, None)
            found += take(OutboxState.DUE, free - len(found), stopped, False)
            found += take(OutboxState.DUE, free - len(found), slowed, True)
            crowded = free > 0 and not (settled or found) and claims.others_take(db, now, stopped)
        self._say_taken(settled, found)
        return _Round(len(settled), limits, probes, found, crowded)

    def _claim(
        self, db: Session, now: datetime, state: OutboxState, most: int, busy: set[str], patient: bool | None
    ) -> list[Claim]:
        """Again without those that got their share: behind their waiting rows the others are not seen."""
        found: list[Claim] = []
        while True:
            each = self._per_workspace
            left = most - len(found)
            more = claims.claim(db, state, now, left, each=each, patient=patient, busy=busy)
            found += more
            shares = Counter(claim.workspace_id for claim in more)
            served = {workspace for workspace, rows in shares.items() if rows >= each}
            if not served:
                return found
            busy = busy | served

    def _say_taken(self, settled: Sequence[Moved], found: Sequence[Claim]) -> None:
        """A line for each row that has changed its state here."""
        for one in settled:
            self._metrics.moved.labels(one.kind, one.state).inc()
            log.info("moved", id=None if one.kind in UNNAMED else one.id, kind=one.kind, state=one.state)
        for claim in found:
            which = None if claim.kind in UNNAMED else claim.id
            log.debug("moved", id=which, kind=claim.kind, state=OutboxState.CLAIMED)

    async def _deliver(self, claim: Claim) -> bool:
        """One row, to its mark. Whether it moved; never raises, so that no row holds up another."""
        try:
            async with self._lanes[claim.workspace_id]:
                mark = put_back() if self._closed else await self._attempt(claim)
                return await self._note(claim, mark)
        except Exception as error:
            # The lease brings it back. Most likely the database is away.
            log.error("mark not written", id=claim.id, kind=claim.kind, error=name_of(error))
            return False
        finally:
            self._at_work.pop(claim.id, None)
            self._rest()

    async def _note(self, claim: Claim, mark: Mark) -> bool:
        """Writes the mark, with patience: what was sent and is not noted may have to be sent once more."""
        for pause in PAUSES_S:
            try:
                return await self._marks.done((claim, mark))
            except OperationalError:
                await asyncio.sleep(pause)
        return await self._marks.done((claim, mark))

    async def _attempt(self, claim: Claim) -> Mark:
        try:
            if claim.in_doubt and claim.kind not in REPEATABLE:
                settled = await self._settle(claim)
                if isinstance(settled, Mark):
                    return settled
                claim = settled
            # Pictures and long files take their time, and keep only those of their workspace waiting.
            desk = self._desks[claim.workspace_id if claim.kind in FILES else ""]
            prepared = await desk.done(claim)
            return prepared if isinstance(prepared, Mark) else await self._send(claim, prepared)
        except SlackFault as fault:
            return await self._after_fault(claim, fault)
        except SQLAlchemyError:
            return put_back("database", self._now() + LATE)
        except Exception as error:
            return self._after_poison(claim, error)

    def _prepare(self, claims: Sequence[Claim]) -> Sequence[Prepared | Exception]:
        """All in one look at the database. After one that failed, the others get a look of their own."""
        found: list[Prepared | Exception] = []
        while len(found) < len(claims):
            try:
                with self._database.reading(hold=True) as db:
                    self._read_ahead(db, claims[len(found) :])
                    for claim in claims[len(found) :]:
                        found.append(prepare(db, claim, self._renderers, self._now()))
            except Exception as error:
                found.append(error)
        return found[: len(claims)]  # leaving the look may fail too, when all has been read

    def _read_ahead(self, db: Session, claims: Sequence[Claim]) -> None:
        """What goes wrong here goes wrong again with the row whose fault it is, and with no other."""
        try:
            read_ahead(db, claims)
        except SQLAlchemyError:
            raise
        except Exception as error:
            log.warning("not read ahead", error=name_of(error))

    async def _settle(self, claim: Claim) -> Mark | Claim:
        """A message in doubt. Where Slack does not say in the end, nobody knows whether it arrived."""
        try:
            return await self._look_up(claim)
        except SlackFault as fault:
            mark = await self._after_fault(claim, fault)
            return replace(mark, outcome=UNSEEN) if mark.state is OutboxState.DEAD else mark

    async def _look_up(self, claim: Claim) -> Mark | Claim:
        """What became of a message in doubt, or the claim with which it may be sent once more."""
        place = await asyncio.to_thread(self._trace, claim)
        if place is None and claim.restored:
            # The conversation may be newer than the copy; opening it again gives the same one.
            await self._conversation(claim.workspace_id, await asyncio.to_thread(self._address, claim))
            place = await asyncio.to_thread(self._trace, claim)
        if place is None:
            return await self._unseen(claim)
        try:
            ts = await self._slack.find_by_metadata(claim.workspace_id, place.channel, place.id, place.since)
        except SlackFault as fault:
            if fault.verdict in (Verdict.DEAD, Verdict.TELL, Verdict.SKIP):
                return await self._unseen(claim)  # it cannot be read, and never will be
            raise
        if ts is None:
            return claim
        self._metrics.duplicates_avoided.inc()
        return Mark(OutboxState.SENT, "looked up", channel=place.channel, ts=ts)

    def _trace(self, claim: Claim) -> Trace | None:
        with self._database.reading() as db:
            return trace(db, claim)

    def _address(self, claim: Claim) -> Address:
        with self._database.reading() as db:
            return address(db, db.get_one(OutboxRow, claim.id))

    async def _unseen(self, claim: Claim) -> Mark | Claim:
        """It cannot be looked up: sent as if for the first time where nothing had begun, else once more."""
        if claim.restored:
            return Mark(OutboxState.SKIPPED, RESTORED)
        if not claim.begun:
            return claim
        if claim.kind in UNREPEATED or claim.sent_again:
            return Mark(OutboxState.DEAD, UNSEEN)
        await asyncio.to_thread(self._note_second_try, claim)
        return replace(claim, second_try=True)

    def _note_begun(self, claim: Claim) -> None:
        with self._database.transaction() as db:
            if not claims.note_begun(db, claim):
                raise SlackFault("no longer ours", Verdict.RETRY)

    def _note_second_try(self, claim: Claim) -> None:
        with self._database.transaction() as db:
            if not claims.note_second_try(db, claim):
                raise SlackFault("no longer ours", Verdict.RETRY)

    async def _send(self, claim: Claim, parcel: Parcel) -> Mark:
        workspace, content = claim.workspace_id, parcel.content
        if isinstance(content, HomeView):
            await self._slack.publish_home(workspace, parcel.to.people[0], content)
            return Mark(OutboxState.SENT)
        channel = await self._conversation(workspace, parcel.to)
        try:
            async with self._talk(workspace, channel):
                return await self._say(claim, channel, parcel, content)
        except SlackFault as fault:
            opened = await self._opened_anew(workspace, parcel.to, fault)
            if opened in (None, channel):
                raise
        async with self._talk(workspace, opened):
            return await self._say(claim, opened, replace(parcel, thread_ts=None), content)

    async def _opened_anew(self, workspace: str, to: Address, fault: SlackFault) -> str | None:
        """The DM with somebody whose kept one Slack does not know any more; None where that is not so."""
        if fault.code != NO_CHANNEL or to.person_id is None or to.channel is None:
            return None
        return await self._conversation(workspace, replace(to, channel=None))

    def _talk(self, workspace: str, channel: str) -> asyncio.Lock:
        """One call at a time in a conversation: Slack takes about one message a second there."""
        return self._talks.setdefault((workspace, channel), asyncio.Lock())

    async def _say(
        self, claim: Claim, channel: str, parcel: Parcel, content: Message | File | Guarded
    ) -> Mark:
        workspace = claim.workspace_id
        said = await self._fit_for(workspace, channel, content)
        if isinstance(said, Skip):
            return Mark(OutboxState.SKIPPED, said.reason)
        if parcel.replaces is not None and isinstance(said, Message):
            await self._slack.update(workspace, channel, parcel.replaces, said, id=parcel.id)
            return Mark(OutboxState.SENT)
        if not self._could_find(claim, parcel):
            async with self._blind[workspace]:
                if not self._could_find(claim, parcel):  # the first answer may have told more
                    await asyncio.to_thread(self._note_begun, claim)
                    return await self._put_up(claim, channel, parcel, said)
        return await self._put_up(claim, channel, parcel, said)

    def _could_find(self, claim: Claim, parcel: Parcel) -> bool:
        """Whether it can be looked up afterwards if it has arrived."""
        return parcel.findable and self._slack.looks_up(claim.workspace_id)

    async def _put_up(self, claim: Claim, channel: str, parcel: Parcel, said: Message | File) -> Mark:
        workspace = claim.workspace_id
        if claim.lease_until - self._now() < LAST_CALL * (3 if isinstance(said, File) else 1):
            return put_back("lease too short")  # the machine slept, say, and another worker may have sent it
        if isinstance(said, File):
            await self._slack.upload(workspace, channel, said, parcel.thread_ts)
            return Mark(OutboxState.SENT, channel=channel)
        ts = await self._slack.post(workspace, channel, said, id=parcel.id, thread_ts=parcel.thread_ts)
        return Mark(OutboxState.SENT, channel=channel, ts=ts)

    async def _fit_for(
        self, workspace: str, channel: str, content: Message | File | Guarded
    ) -> Message | File | Skip:
        """What may be said to those who can read the conversation now."""
        if not isinstance(content, Guarded):
            return content
        try:
            look = self._slack.is_group_dm_of if content.group_dm else self._slack.is_only_for
            among_themselves = await look(workspace, channel, content.audience)
        except (SlackFault, LookupError) as error:
            if isinstance(error, SlackFault) and error.verdict in (Verdict.WAIT, Verdict.PAUSE):
                raise
            among_themselves = False
        return content.message if among_themselves else content.otherwise

    async def _conversation(self, workspace_id: str, to: Address) -> str:
        if to.channel is not None:
            return to.channel
        channel = await self._slack.open_conversation(workspace_id, to.people)
        await asyncio.to_thread(self._keep_conversation, to, channel)
        return channel

    def _keep_conversation(self, to: Address, channel: str) -> None:
        with self._database.transaction() as db:
            if to.person_id is not None:
                # Whoever was erased while their message was on its way gets no address back.
                still_there = (Person.id == to.person_id, Person.active)
                db.execute(update(Person).where(*still_there).values(dm_channel=channel))
            if to.circle_id is not None:
                # Not an edit that somebody else's form could be behind of, so the revision stays.
                circles = cast(Table, Circle.__table__)
                db.execute(update(circles).where(circles.c.id == to.circle_id).values(group_dm=channel))

    async def _after_fault(self, claim: Claim, fault: SlackFault) -> Mark:
        # Where the database is away, the next call hears the same; this message's own mark has more patience.
        with suppress(SQLAlchemyError):
            await asyncio.to_thread(self._heed, claim.workspace_id, fault)
        if fault.verdict is Verdict.AMBIGUOUS and claim.second_try:
            return Mark(OutboxState.DEAD, UNSEEN)
        return after_fault(fault, claim.tries, self._now(), self._rng)

    def _heed(self, workspace_id: str, fault: SlackFault) -> None:
        """What Slack says of all messages of the workspace."""
        if fault.verdict is Verdict.PAUSE:
            self._pause(workspace_id, fault.code)
        if fault.limited is not None:
            self._limit(fault.limited)

    def _after_poison(self, claim: Claim, error: Exception) -> Mark:
        poison = error if isinstance(error, Poison) else Poison(error)
        mark = retry(str(poison), claim.tries, MOST_POISON_TRIES, self._now(), self._rng)
        if mark.state is OutboxState.DEAD:
            log.error("cannot be rendered", id=claim.id, kind=claim.kind)
        return mark

    def _write_all(self, marked: Sequence[Marked]) -> Sequence[bool | Exception]:
        """Whether each row was still ours. One that cannot be written keeps no other from it."""
        try:
            return self._write_together(marked)
        except OperationalError:
            raise
        except Exception:
            return [self._write_alone(one) for one in marked]

    def _write_alone(self, one: Marked) -> bool | Exception:
        try:
            return self._write_together([one])[0]
        except Exception as error:
            return error

    def _write_together(self, marked: Sequence[Marked]) -> list[bool]:
        """In one transaction, because each waits for the disk."""
        now = self._now()
        sent = [one for one in marked if one[1].state is OutboxState.SENT]
        with self._database.transaction() as db:
            held = claims.hold(db, [claim for claim, _ in marked])
            ours = claims.mark_sent(db, sent, held, now)
            ours |= {
                claim.id
                for claim, mark in marked
                if mark.state is not OutboxState.SENT and self._write(db, claim, mark, now)
            }
        for claim, mark in marked:
            self._say_moved(claim, mark, claim.id in ours)
        return [claim.id in ours for claim, _ in marked]

    def _write(self, db: Session, claim: Claim, mark: Mark, now: datetime) -> bool:
        if claim.in_doubt and mark.state is OutboxState.DUE and claim.kind not in REPEATABLE:
            mark = replace(mark, state=OutboxState.UNKNOWN, in_doubt=claim.begun)
        ours = claims.write_mark(db, claim, mark, now)
        if ours and mark.state is OutboxState.DEAD and self._on_dead is not None:
            self._tell(self._on_dead, db, claim, now)
        return ours

    def _say_moved(self, claim: Claim, mark: Mark, ours: bool) -> None:
        if ours:
            self._metrics.moved.labels(claim.kind, mark.state).inc()
        which = None if claim.kind in UNNAMED else claim.id
        log.info("moved" if ours else "no longer ours", id=which, kind=claim.kind, state=mark.state)

    def _tell(self, on_dead: OnDead, db: Session, claim: Claim, now: datetime) -> None:
        try:
            with db.begin_nested():
                on_dead(db, db.get_one(OutboxRow, claim.id), now)
        except Exception as error:
            log.error("nobody was told", id=claim.id, kind=claim.kind, error=name_of(error))

    def _pause(self, workspace_id: str, reason: str) -> None:
        with self._database.transaction() as db:
            if resting.pause(db, workspace_id, reason, self._now()):
                log.warning("workspace paused", workspace=workspace_id, reason=reason)

    def _limit(self, limit: Limit) -> None:
        with self._database.transaction() as db:
            resting.limit(db, limit)

    async def _probe(self, workspace_id: str) -> bool:
        """Whether a paused workspace works again. Never raises."""
        try:
            await self._slack.check(workspace_id)
            await asyncio.to_thread(self._resume, workspace_id)
            return True
        except SlackFault as fault:
            log.info("workspace still paused", workspace=workspace_id, reason=fault.code)
        except Exception as error:
            log.error("workspace not resumed", workspace=workspace_id, error=name_of(error))
        return False

    def _resume(self, workspace_id: str) -> None:
        with self._database.transaction() as db:
            installations.probed(db, workspace_id, self._now())
        log.info("workspace resumed", workspace=workspace_id)
