"""The past that the demo starts with: whoever tries the product out sees it first."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from coaching.rules.terms import CircleKind, Mode, SessionState
from demo import archive
from demo.cast import BO, ELI, PRACTICE_CIRCLE
from service import seed
from service.demo import KEY
from storage.encryption import Cipher
from storage.engine import Database
from storage.models import Case, Circle, CoachingSession, EvaluationResult, Notes, OutboxRow, OutboxState
from tests.support.instants import wall

DAY = timedelta(days=1)


@pytest.mark.long
def test_half_a_year_was_lived_and_the_next_session_is_two_days_on(tmp_path: Path) -> None:
    """Begun on a Saturday in spring, four weeks after the clocks changed in one of its zones."""
    now = seed.make(tmp_path, datetime.fromisoformat("2027-04-10T12:00+00:00"))
    assert now == wall("2027-04-12 10:00")
    database = Database(f"sqlite:///{tmp_path / 'coach.db'}", Cipher([KEY.get_secret_value()]))
    with database.reading() as db:
        circles = db.scalars(select(Circle)).all()
        assert {one.kind for one in circles} == {CircleKind.GROUP, CircleKind.PAIR}
        [group] = [one for one in circles if one.kind is CircleKind.GROUP]
        query = select(CoachingSession).where(CoachingSession.circle_id == group.id)
        lived = db.scalars(query.order_by(CoachingSession.starts_at)).unique().all()
        held = [one for one in lived if one.state is SessionState.HELD]
        assert [one.mode for one in held].count(Mode.IN_PERSON) == 1
        [moved] = [one for one in held if one.local_date != one.rhythm_date]
        assert moved.local_date - DAY == moved.rhythm_date
        [coming] = [one for one in lived if one.state is SessionState.SCHEDULED]
        assert coming.local_date == now.date() + timedelta(days=2)
        assert coming.mode is Mode.IN_PERSON  # two of the last three were remote
        assert [one.state for one in lived].count(SessionState.SKIPPED) == 1
        assert [one.person.slack_id for one in group.members if not one.founding] == [ELI]
        of_each = {one.id for one in held}
        for session in (Case.session_id, Notes.session_id, EvaluationResult.session_id):
            assert set(db.scalars(select(session))) <= of_each
        assert len(db.scalars(select(Case.id)).all()) == len(db.scalars(select(Notes.session_id)).all()) == 5
        states = set(db.scalars(select(OutboxRow.state)))
        assert states <= {OutboxState.SENT, OutboxState.SKIPPED, OutboxState.DUE}
        late = select(OutboxRow.id).where(OutboxRow.state == OutboxState.DUE, OutboxRow.due_at <= now)
        assert db.scalars(late).all() == []
    database.dispose()
    workspace = archive.from_json((tmp_path / "workspace.json").read_text(encoding="utf-8"))
    assert workspace.messages[PRACTICE_CIRCLE]
    assert workspace.messages[workspace.dm_of(BO, now).id]
