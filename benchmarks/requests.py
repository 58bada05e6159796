"""The way of a request: signed request in, answer out, beside bare Bolt on the same HTTP side.

- `/coach help` beside a command that only acknowledges: what the guard's way through the bot costs.
- `/coach schedule` beside a command that opens an empty modal: each makes one call to Slack.
- An evaluation that is sent off beside a form that writes one row by the ORM; and the same where the message
  that asked is edited in the answer, which both do then.

Both run in processes of their own without a worker, and so does Slack, which answers at once.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benchmarks import filling
from benchmarks.bare import WRITES, WRITES_AND_EDITS
from benchmarks.bench import Bench, in_turns
from benchmarks.databases import Engine, Engines
from benchmarks.fake_slack import TEAM, FakeSlack, fake_slack
from benchmarks.filling import Circle
from benchmarks.load import Bot, Rush, command, submission
from benchmarks.multiply import multiply, name_of, stride
from benchmarks.processes import Json
from benchmarks.serving import bare, coach, listening
from benchmarks.table import Row, Target, p99_below, ratio_at_least, ratio_at_most
from bot.views import evaluations as views
from coaching import access, evaluations
from coaching.packs import default_pack
from coaching.rules.terms import Rhythm
from service.clock import SystemClock
from storage.engine import Database
from storage.models import OutboxRow, OutboxState, Outgoing

MEMBERS = 8
ROUNDS, CLIENTS, WARM_UP = 2, 8, 10
COMMENT = "The questions helped; more time for the second half would be good."

Form = dict[str, str]


def run(bench: Bench, engines: Engines) -> Iterator[Row]:
    with fake_slack(bench.folder) as slack:
        yield from _on(engines.sqlite, bench, slack)
        if bench.full:
            yield from _on(engines.postgresql, bench, slack)


def _on(engine: Engine, bench: Bench, slack: FakeSlack) -> Iterator[Row]:
    sizes = _Sizes(one_by_one=bench.either(24, 200), at_once=bench.either(50, 300))
    forms = _Forms(sizes.evaluations)
    with engine.filled(forms.fill) as ours, engine.empty() as floors, ExitStack() as started:
        pair = _Pair(
            listening(started.enter_context(coach(bench.folder, ours.url, slack, "benchmarks.served"))),
            listening(started.enter_context(bare(bench.folder, floors, slack))),
        )
        for contest in _contests(forms, engine.name):
            yield from contest.rows(pair, sizes, engine.name)


@dataclass(frozen=True)
class _Sizes:
    """Requests in one turn."""

    one_by_one: int
    at_once: int

    @property
    def evaluations(self) -> int:
        """How many people have to be asked, so that each contest of evaluations has its own."""
        return 2 * (WARM_UP + ROUNDS * (self.one_by_one + self.at_once))


@dataclass(frozen=True)
class _Pair:
    ours: Bot
    floor: Bot


@dataclass(frozen=True)
class _Contest:
    """One kind of request and its floor."""

    what: str
    ours: Iterator[Form]
    floor: Iterator[Form]
    one_by_one: Sequence[Target] = ()
    at_once: Sequence[Target] = ()
    at_once_took: Sequence[Target] = ()

    def rows(self, pair: _Pair, sizes: _Sizes, engine: str) -> Iterator[Row]:
        sides = (_Side(pair.ours, self.ours), _Side(pair.floor, self.floor))
        in_turns(1, *(side.warm_up for side in sides))
        in_turns(ROUNDS, *(partial(side.one_by_one, sizes.one_by_one) for side in sides))
        in_turns(ROUNDS, *(partial(side.at_once, sizes.at_once) for side in sides))
        ours, floor = sides
        what, at_once = f"{self.what}, {engine}", f"{self.what}, {engine}, {CLIENTS} at once"
        yield Row(what, "ms", ours.took, floor.took, self.one_by_one)
        refused = f", {ours.refused} : {floor.refused} refused" if ours.refused or floor.refused else ""
        yield Row(at_once + refused, "requests/s", ours.rates, floor.rates, self.at_once)
        yield Row(at_once, "ms", ours.took_at_once, floor.took_at_once, self.at_once_took)


@dataclass
class _Side:
    bot: Bot
    forms: Iterator[Form]
    took: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    took_at_once: list[float] = field(default_factory=list)
    refused: int = 0

    def warm_up(self) -> None:
        self.bot.one_by_one(self._next(WARM_UP))

    def one_by_one(self, many: int) -> None:
        self.took += self.bot.one_by_one(self._next(many))

    def at_once(self, many: int) -> None:
        rush: Rush = self.bot.at_once(self._next(many), CLIENTS)
        self.rates.append(rush.a_second)
        self.took_at_once += rush.took
        self.refused += rush.refused

    def _next(self, many: int) -> list[Form]:
        return list(islice(self.forms, many))


def _contests(forms: "_Forms", engine: str) -> Iterator[_Contest]:
    half = len(forms.evaluations) // 2
    unseen, seen = forms.evaluations[:half], forms.evaluations[half:]
    yield _Contest("/coach help : ack", _commands("/coach", "help"), _commands("/hello"))
    yield _Contest(
        "/coach schedule : empty modal",
        _commands("/coach", "schedule"),
        _commands("/empty"),
        one_by_one=[ratio_at_most(3), p99_below(150)],
        at_once_took=[p99_below(150)],
    )
    yield _Contest(
        "evaluation : one write",
        _submissions(unseen),
        _submissions(unseen, WRITES),
        at_once=[ratio_at_least(0.7)] if engine == "SQLite" else [],
    )
    yield _Contest(
        "evaluation, message edited : one write, message edited",
        _submissions(seen),
        _submissions(seen, WRITES_AND_EDITS),
    )


def _commands(name: str, words: str = "") -> Iterator[Form]:
    while True:
        yield command(name, words, "U00000")


def _submissions(filled: Sequence[tuple[str, Json]], callback: str | None = None) -> Iterator[Form]:
    for user, view in filled:
        yield submission(user, view | {"callback_id": callback} if callback else view)


@dataclass
class _Forms:
    """Circles whose session is nearly over, and the evaluation that each member fills in."""

    wanted: int
    evaluations: list[tuple[str, Json]] = field(default_factory=list)
    """Slack id and view. Who comes in the second half has been asked by a message that stands."""

    def fill(self, database: Database) -> None:
        now, copies = SystemClock().now(), -(-self.wanted // MEMBERS) - 1
        with database.transaction() as db:
            everybody = filling.workspace(db, TEAM, MEMBERS, now)
            session, view = _meet(db, everybody, now)
            step = stride(db)
            multiply(db, copies, step, apart=False)
            for number in range(copies + 1):
                theirs = view | {"private_metadata": json.dumps({"session": session + number * step})}
                self.evaluations += [(name_of(one, number), theirs) for one in everybody]
            _deliver_second_half(db, len(self.evaluations) // 2)


def _meet(db: Session, members: Sequence[str], now: datetime) -> tuple[int, Json]:
    """A session that is nearly over: its id, and its evaluation as somebody sends it."""
    starts = now.replace(second=0, microsecond=0) - timedelta(minutes=56)
    before = now - timedelta(days=20)
    circle = filling.circle(db, TEAM, members, starts, before, Rhythm.SAME_WEEKDAY)
    session = filling.session(db, circle, starts, before)
    evaluations.open_due(db, now)
    return session, _filled_in(db, circle, session, now)


def _filled_in(db: Session, circle: Circle, session: int, now: datetime) -> Json:
    """The view that Slack sends when somebody has chosen all that there is to choose."""
    actor = access.actor(db, circle.team, circle.members[0])
    view: Json = views.form(*evaluations.open_form(db, actor, session, default_pack(), now)).to_dict()
    inputs = [one for one in view["blocks"] if one["type"] == "input"]
    values = {one["block_id"]: {one["element"]["action_id"]: _value(one["element"])} for one in inputs}
    return view | {"id": "V1", "state": {"values": values}}


def _value(element: Json) -> Json:
    if "options" in element:
        return {"type": element["type"], "selected_option": element["options"][-1]}
    return {"type": element["type"], "value": COMMENT}


def _deliver_second_half(db: Session, half: int) -> None:
    """As if Slack had taken the messages that ask them."""
    of_theirs = select(OutboxRow.id).where(OutboxRow.kind == Outgoing.EVALUATION).order_by(OutboxRow.id)
    second_half = list(db.scalars(of_theirs))[half:]
    db.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(second_half))
        .values(state=OutboxState.SENT, slack_channel="D1", slack_ts="1.1")
    )
