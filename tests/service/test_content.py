"""Which content pack runs, what is kept of it, and what `coach packs check` says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from coaching import kept_packs
from coaching.packs import SHIPPED, Pack, PackError, default_pack
from service import content
from service.cli import app
from service.settings import Settings
from storage.engine import Database
from storage.models import KeptPack

NOW = datetime(2027, 1, 12, 9, tzinfo=UTC)
OLD, NEW = "The time was well used.", "We used the time well."


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "ours.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def settle(database: Database, path: Path | None) -> Pack:
    settings = Settings(_env_file=None, coach_packs=path)
    return content.settle(settings, database, NOW)


def test_a_right_pack_is_kept_and_stands_in_for_a_wrong_or_missing_one(
    database: Database, ours: Path
) -> None:
    settings = Settings(_env_file=None, coach_packs=ours)
    change(ours, "name: Peer coaching", "name: ''")
    with pytest.raises(PackError):
        settle(database, ours)  # nothing is kept yet

    change(ours, "name: ''", "name: Our coaching")
    assert settle(database, ours).name == "Our coaching"
    with database.reading() as db:
        (row,) = db.scalars(select(KeptPack))
    assert settle(database, ours).name == "Our coaching"
    with database.reading() as db:
        assert db.scalars(select(KeptPack.kept_at)).all() == [row.kept_at]

    change(ours, "name: Our coaching", "name: ''")
    assert settle(database, ours).name == "Our coaching"
    kept = content.read(database)
    assert kept
    assert content.problems(settings, kept) == [content.LAST_GOOD, f"{ours}: line 7, name: is empty"]
    ours.unlink()
    assert settle(database, ours).name == "Our coaching"


def test_words_stay_with_their_id_unless_they_are_corrected(database: Database, ours: Path) -> None:
    settle(database, None)
    change(ours, OLD, NEW)
    assert settle(database, ours) == default_pack()  # refused, so the kept one goes on
    change(ours, f"text: {NEW}", f"text: {NEW}\n        corrects: {OLD}")
    assert settle(database, ours).form("group").statements[3].text == NEW
    kept = content.read(database)
    assert kept
    assert kept.words["time_well_used"] == NEW


def test_words_stay_with_an_id_that_was_gone_for_a_while(database: Database, ours: Path) -> None:
    settle(database, None)
    change(ours, "id: time_well_used", "id: another")
    assert settle(database, ours) != default_pack()
    change(ours, "id: another", "id: time_well_used")
    change(ours, OLD, NEW)
    assert settle(database, ours).form("group").statements[3].id == "another"


def test_a_pack_runs_though_the_database_is_away(tmp_path: Path, ours: Path) -> None:
    nowhere = Database(f"sqlite:///{tmp_path}/none/coach.db")
    assert settle(nowhere, ours) == default_pack()
    nowhere.dispose()


def checked(path: Path, url: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["packs", "check", str(path)], env={"DATABASE_URL": url})
    return done.exit_code, done.output


def test_the_command_says_what_a_pack_holds_and_what_is_wrong(
    database_url: str, database: Database, ours: Path
) -> None:
    code, said = checked(ours, database_url)
    assert code == 0
    assert "is in order: Peer coaching, with 5 norms, 8 principles and 11 values" in said
    assert "Forms: group (group), pair (pair)." in said
    assert "no pack was used before" in said
    assert "cannot be read" in checked(ours, "nowhere")[1]

    with database.transaction() as db:
        kept_packs.keep(db, default_pack(), NOW)
    assert "No statement has other words than before" in checked(ours, database_url)[1]
    change(ours, OLD, NEW)
    code, said = checked(ours, database_url)
    line = ours.read_text(encoding="utf-8").splitlines().index(f"        text: {NEW}") + 1
    assert code == 2
    assert said.startswith(
        f"{ours}: line {line}, forms.0.statements.3.text: 'time_well_used' had other words"
    )
    assert "new id" in said
    assert "'corrects'" in said


def test_looking_at_a_pack_makes_no_database(tmp_path: Path, ours: Path) -> None:
    assert checked(ours, f"sqlite:///{tmp_path}/coach.db")[0] == 0
    assert not (tmp_path / "coach.db").exists()
