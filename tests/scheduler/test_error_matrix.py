"""Every kind of answer, and of no answer, on every way to Slack: where it leaves the message.

Each cell has a workspace of its own, and all cells of a path are met in one run.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from storage.models import OutboxRow, OutboxState, Workspace
from tests.scheduler.fake_slack import LOST, Call, Fault, answering, limited, page
from tests.scheduler.send_paths import (
    FIGURES,
    OPEN,
    PATHS,
    RENDERERS,
    SAYS_LESS,
    Path,
    Role,
    direct_message,
    file,
    lay_out,
    sick,
)
from tests.scheduler.sick_slack import UPLOAD, SickSlack
from tests.scheduler.world import START, Workers, World

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DUE, SENT, SKIPPED = OutboxState.DUE, OutboxState.SENT, OutboxState.SKIPPED
DEAD, UNKNOWN = OutboxState.DEAD, OutboxState.UNKNOWN


class Means(StrEnum):
    """What the documentation of delivery makes of an answer."""

    LATER = "it was not done, and may work later"
    NOT_BEFORE = "too much at once"
    GONE = "whom or what it is about is gone"
    NEVER = "it will never work"
    SICK = "nothing works in this workspace"
    TELL = "it will not work until the convener acts"
    DOUBT = "it may have been done"


WORDS = {
    Means.SICK: ("invalid_auth", "token_revoked", "account_inactive", "token_expired", "not_authed"),
    Means.TELL: (
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
    ),
    Means.GONE: (
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "user_not_visible",
        "cannot_dm_bot",
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "thread_not_found",
        "not_enabled",
    ),
    Means.NEVER: (
        "missing_scope",
        "not_allowed_token_type",
        "no_permission",
        "access_denied",
        "ekm_access_denied",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "metadata_too_large",
        "msg_too_long",
        "msg_blocks_too_long",
        "no_text",
        "view_too_large",
        "too_many_attachments",
        "messages_tab_disabled",
        "file_uploads_disabled",
    ),
    Means.DOUBT: ("internal_error", "fatal_error"),
    Means.LATER: ("service_unavailable", "request_timeout", "team_added_to_org", "a_word_nobody_has_heard"),
}
LIMITS: dict[str, tuple[Fault, int]] = {
    "429 for 0 s": (limited("0"), 1),
    "429 for 30 s": (limited("30"), 30),
    "429 for an hour": (limited("3600"), 3600),
    "429 for ten hours": (limited("36000"), 3600),
    "429 without a time": (limited(None), 30),
    "429 for abc": (limited("abc"), 30),
    "429 until a date": (limited("Mon, 02 Mar 2026 10:00:00 GMT"), 30),
    "429 by a proxy": (page(429), 30),
    "ratelimited": (answering({"ok": False, "error": "ratelimited"}), 30),
    "rate_limited": (answering({"ok": False, "error": "rate_limited"}), 30),
    "message_limit_exceeded": (answering({"ok": False, "error": "message_limit_exceeded"}), 30),
}
"""Seconds by the header, from one second to one hour; half a minute where it says nothing."""


@dataclass(frozen=True)
class Ill:
    name: str
    fault: Callable[[SickSlack], Fault]
    means: Means
    wait: int = 0
    done: bool = False
    """Slack has done what it was asked."""


def always(fault: Fault) -> Callable[[SickSlack], Fault]:
    return lambda _: fault


def raw(body: str, content_type: str = "application/json") -> Callable[[SickSlack], Fault]:
    async def answered(_: Call) -> web.Response:
        return web.Response(text=body, content_type=content_type)

    return always(answered)


def cut(slack: SickSlack) -> Fault:
    async def lost(_: Call) -> web.Response:
        return LOST

    return lost


def done_and(then: Callable[[SickSlack], Fault]) -> Callable[[SickSlack], Fault]:
    def after(slack: SickSlack) -> Fault:
        async def both(call: Call) -> Any:
            slack.carry_out(call)
            return await then(slack)(call)

        return both

    return after


def silent(slack: SickSlack) -> Fault:
    return slack.silence


REFUSALS = tuple(
    Ill(word, always(answering({"ok": False, "error": word})), means)
    for means, words in WORDS.items()
    for word in words
)
ALL_LIMITS = tuple(Ill(name, always(fault), Means.NOT_BEFORE, wait) for name, (fault, wait) in LIMITS.items())
LINE = (
    *(Ill(f"a page with {status}", always(page(status)), Means.LATER) for status in (500, 502, 503, 504)),
    Ill("cut before", cut, Means.DOUBT),
    Ill("cut after", done_and(cut), Means.DOUBT, done=True),
)
ODD_ANSWERS = (
    Ill("a page with 200", always(page(200)), Means.LATER),
    Ill("nothing", raw(""), Means.LATER),
    Ill("an empty object", raw("{}"), Means.LATER),
    Ill("a list", raw(json.dumps(["odd"])), Means.LATER),
    Ill("null", raw("null"), Means.LATER),
    Ill("half an object", raw('{"ok": tr'), Means.LATER),
    Ill("plain words", raw("upstream is down", "text/plain"), Means.LATER),
    Ill("no, and no word", always(answering({"ok": False})), Means.LATER),
)
SILENCE = (
    Ill("silent before", silent, Means.DOUBT),
    Ill("silent after", done_and(silent), Means.DOUBT, done=True),
)

AFTERWARDS: dict[Role, dict[Means, OutboxState]] = {
    Role.SENDS: {
        Means.LATER: DUE,
        Means.NOT_BEFORE: DUE,
        Means.GONE: SKIPPED,
        Means.NEVER: DEAD,
        Means.SICK: DUE,
        Means.TELL: DEAD,
        Means.DOUBT: UNKNOWN,
    },
    Role.REPEATS: {
        Means.LATER: DUE,
        Means.NOT_BEFORE: DUE,
        Means.GONE: SKIPPED,
        Means.NEVER: DEAD,
        Means.SICK: DUE,
        Means.TELL: DEAD,
        Means.DOUBT: DUE,
    },
    # Where it cannot be found out who reads it, less is said. What passes by itself is waited for.
    Role.GUARDS: {
        Means.LATER: SENT,
        Means.NOT_BEFORE: DUE,
        Means.GONE: SENT,
        Means.NEVER: SENT,
        Means.SICK: DUE,
        Means.TELL: SENT,
        Means.DOUBT: SENT,
    },
    # What can never be looked up is sent once more.
    Role.LOOKS_UP: {
        Means.LATER: UNKNOWN,
        Means.NOT_BEFORE: UNKNOWN,
        Means.GONE: SENT,
        Means.NEVER: SENT,
        Means.SICK: UNKNOWN,
        Means.TELL: SENT,
        Means.DOUBT: UNKNOWN,
    },
}
OVER = (SENT, SKIPPED, DEAD)
FAILURES = {"mark not written", "nobody was told", "workspace not resumed", "cannot be rendered"}


@dataclass(frozen=True)
class Cell:
    """A path that meets an illness, and the row to which that happened."""

    path: Path
    ill: Ill
    workspace: str
    row: int

    def __str__(self) -> str:
        return f"{self.path.name}, {self.ill.name}"

    @property
    def first(self) -> OutboxState:
        return AFTERWARDS[self.path.role][self.ill.means]

    def waits(self, row: OutboxRow) -> bool:
        """Whether the row says until when, as its class has it."""
        wait = row.not_before - START if row.not_before else None
        if self.first in OVER or self.ill.means is Means.SICK:
            return wait is None
        if self.ill.means is Means.NOT_BEFORE:
            return wait == timedelta(seconds=self.ill.wait)
        if self.first is UNKNOWN and self.path.role is Role.SENDS:
            return wait == timedelta(minutes=1)
        usual = timedelta(seconds=15 if self.path.role is Role.LOOKS_UP else 5)  # there it is the second try
        return wait is not None and usual * 0.8 <= wait <= usual * 1.2

    @property
    def last_call(self) -> str:
        """What was asked of Slack before it was given up."""
        kept_dm = self.path.lay in (direct_message, file)
        return OPEN if kept_dm and self.ill.name == "channel_not_found" else self.path.method

    @property
    def last(self) -> OutboxState:
        return self.first if self.first in OVER else SENT

    @property
    def standing(self) -> int:
        """How often it stands in Slack in the end."""
        if self.last is not SENT:
            return 0
        unseen = self.path.role is Role.SENDS and self.ill.done and not self.path.readable
        return 2 if unseen else 1


class Matrix:
    """Cells that are met together."""

    def __init__(self, world: World, cells: Sequence[tuple[Path, Ill]]) -> None:
        self.world = world
        self.slack = sick(world)
        laid_out = lay_out(world, [path for path, _ in cells])
        self.cells = [Cell(*cell, *at) for cell, at in zip(cells, laid_out, strict=True)]
        for cell in self.cells:
            self.slack.ills[cell.workspace, cell.path.method] = cell.ill.fault(self.slack)
        self.told: list[int] = []

    def note(self, _db: Session, row: OutboxRow, _now: datetime) -> None:
        self.told.append(row.id)

    def play(self) -> None:
        with capture_logs() as logs:
            self.world.run(self._scene)
        assert [line for line in logs if line["event"] in FAILURES] == []

    async def _scene(self, workers: Workers) -> None:
        await workers.delivery(RENDERERS, self.note).deliver_all()
        self.slack.leave.set()
        self._see_first_run()
        await workers.delivery(RENDERERS, self.note).deliver_all()
        self._see_nothing_was_asked_again()
        self.slack.ills.clear()
        for seconds in (29, 59, 3599):
            await self._see_limits_hold(workers, seconds)
        self.world.now = START + timedelta(hours=2)
        await workers.delivery(RENDERERS, self.note).deliver_all()
        self._see_the_end()

    def _see_first_run(self) -> None:
        rows = self._rows()
        assert {str(cell): row.state for cell, row in rows.items()} == {str(one): one.first for one in rows}
        assert [f"{cell}: {row.not_before}" for cell, row in rows.items() if not cell.waits(row)] == []
        assert sorted(self.told) == sorted(cell.row for cell, row in rows.items() if row.state is DEAD)
        assert [str(cell) for cell, row in rows.items() if "poison" in (row.outcome or "")] == []
        assert self._paused() == {one.workspace for one in self.cells if one.ill.means is Means.SICK}
        assert [str(cell) for cell in self.cells if len(self._calls(cell)) != 1] == []
        last = {one: self.slack.made_in(one.workspace)[-1] for one in self.cells if one.first is not SENT}
        assert [str(cell) for cell, call in last.items() if call.method != cell.last_call] == []

    def _see_nothing_was_asked_again(self) -> None:
        assert [str(cell) for cell in self.cells if len(self._calls(cell)) > 1] == []

    async def _see_limits_hold(self, workers: Workers, seconds: int) -> None:
        """So long after the first run, in a worker that has just started."""
        self.world.now = START + timedelta(seconds=seconds)
        await workers.delivery(RENDERERS, self.note).deliver_all()
        early = [one for one in self.cells if one.ill.wait > seconds and len(self._calls(one)) > 1]
        assert [str(one) for one in early] == []

    def _see_the_end(self) -> None:
        cells = self.cells
        states = {str(cell): row.state for cell, row in self._rows().items()}
        assert states == {str(cell): cell.last for cell in cells}
        assert {str(one): len(self._said(one)) for one in cells} == {str(one): one.standing for one in cells}
        ended = [cell for cell in cells if cell.first in OVER]
        assert [str(cell) for cell in ended if len(self._calls(cell)) > 1] == []
        results = [one for one in cells if one.path.role is Role.GUARDS]
        said = {str(one): self._said(one) for one in results}
        assert said == {str(one): [SAYS_LESS if one.first is SENT else FIGURES] for one in results}

    def _rows(self) -> dict[Cell, OutboxRow]:
        with self.world.database.reading() as db:
            found = {row.id: row for row in db.query(OutboxRow)}
        return {cell: found[cell.row] for cell in self.cells}

    def _calls(self, cell: Cell) -> list[Call]:
        return self.slack.made_in(cell.workspace, cell.path.method)

    def _paused(self) -> set[str]:
        with self.world.database.reading() as db:
            return {one.id for one in db.query(Workspace).where(Workspace.paused_reason.is_not(None))}

    def _said(self, cell: Cell) -> list[str]:
        """What stands in a cell's workspace and was brought there by its row."""
        here = f"-{cell.workspace}"
        texts = [
            message["text"]
            for channel, messages in self.slack.messages.items()
            for message in messages.values()
            if channel.endswith(here) and message["text"] != "the card"
        ]
        files = [one["initial_comment"] for one in self.slack.files if one["channel_id"].endswith(here)]
        homes = [str(view["type"]) for user, view in self.slack.homes.items() if user.endswith(here)]
        return texts + files + homes


@pytest.mark.long
@ON_SQLITE
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_each_answer_leaves_the_message_where_its_class_says(world: World, path: Path) -> None:
    ills = LINE if path.method == UPLOAD else (*REFUSALS, *ALL_LIMITS, *ODD_ANSWERS, *LINE)
    Matrix(world, [(path, ill) for ill in ills]).play()


@ON_SQLITE
def test_silence_is_doubt_only_where_a_second_call_could_do_harm(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.slack.TIMEOUT_S", 3)
    Matrix(world, [(path, ill) for path in PATHS for ill in SILENCE]).play()


def test_there_are_enough_of_them() -> None:
    assert len({word for words in WORDS.values() for word in words}) >= 40
    assert len(LINE) + len(ODD_ANSWERS) + len(SILENCE) + len(LIMITS) >= 10
