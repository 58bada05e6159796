"""Figures tell what waits and what went, and nothing of anybody."""

from datetime import timedelta

from scheduler.metrics import Metrics
from scheduler.worker import Worker
from storage.models import OutboxState, Outgoing
from tests.scheduler.test_faults import deliver, lose_answer
from tests.scheduler.world import Workers, World


def test_what_only_a_worker_can_say_is_left_out_where_none_runs(world: World) -> None:
    metrics = Metrics()

    def names() -> set[str]:
        with world.database.reading() as db:
            said = metrics.text(db, world.now).decode()
        return {line.split()[0] for line in said.splitlines() if not line.startswith("#")}

    async def scene(workers: Workers) -> None:
        worker = Worker(world.database, workers.delivery(), world.clock, metrics=metrics)
        for _ in range(2):
            await worker.start()
            await worker.stop()

    own = {"coach_last_tick_timestamp", "coach_auditor_last_ok_timestamp", "coach_outbox_stuck"}
    assert names() & own == set()
    world.run(scene)
    assert names() >= own | {"coach_outbox_due"}


def test_figures_tell_what_waits_and_what_went_and_no_name(world: World) -> None:
    metrics = Metrics()
    world.put(Outgoing.SESSION_NEWS, world.ana, facts={"text": "Ana's private words"})
    world.put(Outgoing.WELCOME, world.bo, state=OutboxState.DEAD, finished_at=world.now)
    lose_answer(world.slack)
    deliver(world, metrics)
    world.later(minutes=1)
    deliver(world, metrics)
    world.put(Outgoing.SESSION_NEWS, world.bo)
    world.later(seconds=90)
    with world.database.reading() as db:
        said = metrics.text(db, world.now).decode()
    lines = dict(line.rsplit(" ", 1) for line in said.splitlines() if not line.startswith("#"))
    assert lines['coach_sends_total{kind="session_news",result="unknown"}'] == "1.0"
    assert lines['coach_sends_total{kind="session_news",result="sent"}'] == "1.0"
    assert lines["coach_duplicates_avoided_total"] == "1.0"
    assert lines['coach_slack_calls_total{error="connection lost",method="chat.postMessage"}'] == "1.0"
    assert lines["coach_outbox_due"] == "1.0"
    assert lines["coach_outbox_dead"] == "1.0"
    assert lines["coach_outbox_oldest_due_seconds"] == str(timedelta(seconds=90).total_seconds())
    assert not [word for word in ("UANA", "Ana", "private", "T1") if word in said]
