"""How long `/coach schedule` takes to be answered, beside a bare Bolt command that opens an empty modal.

Both are served the same way and answer the same local workspace: a signed request in, a modal opened by a
call back, the request answered. Run it with `make bench`.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from statistics import median, quantiles

from benchmarks.bare import bare_bolt
from coaching import access, circles, people
from coaching.circles import Channel, CirclePlan
from coaching.people import Profile
from coaching.rules.terms import PersonKind, Rhythm
from demo.cast import ANA, BO, CHIDI, DEE, ELI, PRACTICE_CIRCLE, riverbend
from demo.person import Person
from demo.server import LocalWorkspace
from service.demo import Demo
from service.logs import set_up_logs

START = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
ROUNDS, WARM_UP = 100, 10
MEMBERS = (ANA, BO, CHIDI, DEE, ELI)
FLOOR = "bare Bolt, empty modal"


def main() -> None:
    set_up_logs("ERROR")
    with tempfile.TemporaryDirectory() as folder, _demo(folder) as demo, bare_bolt() as bare:
        timed: dict[str, list[float]] = {FLOOR: [], "/coach schedule": []}
        for _ in range(2):  # in turns, so that a busy moment of the machine meets both
            timed[FLOOR] += _measure(bare)
            timed["/coach schedule"] += _measure(demo.workspace)
    floor = median(timed[FLOOR])
    print(f"{'signed request to answer':28} {'p50 ms':>8} {'p95 ms':>8} {'ratio':>7}")
    for name, found in timed.items():
        p95 = quantiles(found, n=20)[-1]
        print(f"{name:28} {median(found):8.1f} {p95:8.1f} {median(found) / floor:6.1f}x")


def _measure(workspace: LocalWorkspace) -> list[float]:
    """Milliseconds of each request, as the workspace saw it."""
    ana, traffic = Person(workspace.url, ANA), workspace.local.traffic
    found = []
    for number in range(WARM_UP + ROUNDS):
        seen = max((one["n"] for one in traffic.after(0)), default=0)
        ana.command("/coach schedule", channel="practice-circle")
        if not ana.has_modal:
            raise SystemExit(f"No modal was opened: {ana.notices()}")
        if number >= WARM_UP:
            found += [one["ms"] for one in traffic.after(seen) if one["kind"] == "command"]
        ana.close(everything=True)
    return found


@contextmanager
def _demo(folder: str) -> Iterator[Demo]:
    """The bot with one circle of five, on SQLite."""
    with Demo(riverbend(START), f"sqlite:///{Path(folder) / 'coach.db'}", START) as demo:
        team = demo.workspace.workspace.team.id
        demo.coach.token.of(team)
        with demo.coach.database.transaction() as db:
            people.learn(db, team, [_profile(demo.workspace, one) for one in MEMBERS])
            plan = CirclePlan(
                name="Practice circle",
                members=MEMBERS,
                channel=PRACTICE_CIRCLE,
                rhythm=Rhythm.SAME_WEEKDAY,
                starts_on=date(2027, 2, 9),
                usual_time=time(10),
            )
            channel = Channel(PRACTICE_CIRCLE, "practice-circle", True, True, True)
            circles.create(db, access.actor(db, team, ANA), plan, channel, START)
        demo.settle()
        yield demo


def _profile(workspace: LocalWorkspace, slack_id: str) -> Profile:
    person = workspace.workspace.people[slack_id]
    return Profile(slack_id, person.real_name, person.tz, person.locale, PersonKind.FULL, True, person.owner)


if __name__ == "__main__":
    main()
