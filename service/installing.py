"""Installing into a workspace by OAuth: a page with a button, Slack's own page, and back.

Whoever presses the button gets a signed word for ten minutes, in a cookie and on the way to Slack. Only who
comes back with both, once, has been sent by us. Nothing of codes, words and tokens is logged.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from coaching import installations, people
from coaching.installations import STATE_LIVES, Granted
from service.logs import reference
from service.manifest import REDIRECT
from service.oauth import Refused, Silent, SlackOAuth, WholeOrganisation
from service.pages import Link, Page, Send, shown
from storage.engine import Database

START = "/slack/install"
COOKIE = "coach-install"
LONGEST = 1_000
"""Letters of a code or a word; Slack's have a tenth of it."""
AT_ONCE = 4
"""People can wait a little; Slack, which is served by the same threads, cannot."""

log = structlog.get_logger(__name__)


WELCOME = Page(
    "Add Coach to Slack",
    (
        "Coach looks after circles of colleagues who coach each other: it schedules their sessions, keeps "
        "the turns of presenters and note-takers, and reminds people in their own working hours.",
        "Slack will ask you into which workspace, and show what Coach may do there. It reads no messages.",
    ),
    small="In some workspaces an admin has to approve it first. Slack will say so.",
)
NOT_ALLOWED = Page(
    "You did not allow it", ("Nothing was installed. If that was a slip, start again: it takes a minute.",)
)
OLD_LINK = Page(
    "This link is not good any more",
    (
        "It has been used already, or is older than ten minutes.",
        "If you have just read that Coach was added, all is well. Otherwise start again.",
    ),
    status=400,
)
OTHER_BROWSER = Page(
    "Please start again here",
    (
        "An installation has to end in the browser in which it began, so that nobody can slip you theirs. "
        "Nothing was installed.",
        "Start again in this browser. It has to take cookies from this address, for ten minutes.",
    ),
    status=400,
)
NOT_ACCEPTED = Page(
    "Slack did not accept it",
    (
        "Slack gave no permission for what you brought back from there. Nothing was installed.",
        "Start again. If it ends here once more, tell whoever runs Coach: `coach doctor` says whether Slack "
        "knows its client id and secret.",
    ),
    status=400,
)
NO_ANSWER = Page(
    "Slack did not answer",
    (
        "So I have no permission yet, even if Slack lists Coach among your apps.",
        "Start again in a minute. Doing it twice does no harm.",
    ),
    status=502,
)
ONE_BY_ONE = Page(
    "Coach is added to one workspace at a time",
    (
        "You chose your whole organisation, and Coach cannot be installed for all of it at once. Nothing was "
        "installed.",
        "Start again, and at the top right of Slack's page pick one workspace of the organisation.",
    ),
    status=400,
)
NO_MEMORY = Page(
    "I cannot reach my memory just now",
    ("So nothing was installed. Start again in a few minutes. Doing it twice does no harm.",),
    status=503,
)
UNEXPECTED = Page(
    "Something went wrong on my side",
    ("Start again in a minute. If it stays like this, tell whoever runs Coach the word below.",),
    status=500,
)


@dataclass(frozen=True)
class Installing:
    """The pages of it. `forget` what was known of a workspace's token, `wake` who sends messages."""

    database: Database
    slack: SlackOAuth
    now: Callable[[], datetime]
    forget: Callable[[str], None]
    wake: Callable[[], None]
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def routes(self) -> list[Route]:
        return [
            Route(START, self._guarded(self._welcome), methods=["GET"]),
            Route(START, self._guarded(self._send_to_slack), methods=["POST"]),
            Route(REDIRECT, self._guarded(self._come_back), methods=["GET"]),
        ]

    def _guarded(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], object]:
        """Every failure is a page that says what happened and what to do."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except SQLAlchemyError as error:
                log.error("installing_failed", error=type(error).__name__)
                return shown(self._again(NO_MEMORY))
            except Exception as error:
                name = reference()
                log.error("installing_failed", reference=name, exc_info=error)
                return shown(self._again(replace(UNEXPECTED, small=f"Reference: {name}")))

        return answer

    async def _welcome(self, _: Request) -> Response:
        return shown(replace(WELCOME, button=Send("Add to Slack", self.slack.api_url)))

    async def _send_to_slack(self, _: Request) -> Response:
        word = installations.begin(self.slack.client_secret, self.now())
        answer = RedirectResponse(self.slack.authorize_url(word), 303)
        answer.set_cookie(
            self._cookie,
            word,
            max_age=int(STATE_LIVES.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def _come_back(self, request: Request) -> Response:
        if request.method == "HEAD":
            return Response()  # nobody who looks only at the head has come to install anything
        word = request.cookies.get(self._cookie, "")
        async with self._room:
            page = await run_in_threadpool(self._finish, request.query_params, word)
        return shown(page)  # the cookie stays: who loads this page anew reads that all is well

    def _finish(self, asked: QueryParams, word: str) -> Page:
        state, code = asked.get("state", ""), asked.get("code", "")
        if not word or not hmac.compare_digest(state.encode(), word.encode()):
            return self._again(OTHER_BROWSER)
        if len(state) > LONGEST or not self._take(state):
            return self._again(OLD_LINK)
        if asked.get("error") == "access_denied":
            return self._again(NOT_ALLOWED)
        if not code or len(code) > LONGEST:
            return self._again(NOT_ACCEPTED)
        try:
            granted = self.slack.exchange(code, self.now())
        except WholeOrganisation:
            return self._again(ONE_BY_ONE)
        except Refused as refused:
            log.warning("installing_refused", reason=refused.code)
            return self._again(NOT_ACCEPTED)
        except Silent:
            log.warning("installing_unanswered")
            return self._again(NO_ANSWER)
        return self._keep(granted)

    def _take(self, word: str) -> bool:
        with self.database.transaction() as db:
            return installations.take(db, self.slack.client_secret, word, self.now())

    def _keep(self, granted: Granted) -> Page:
        """The token at once; who installed it is looked up after that, and can be found out later."""
        with self.database.transaction() as db:
            installations.install(db, granted, self.now())
        log.info("installed", workspace=granted.workspace_id)
        told = self._greet(granted)
        self.forget(granted.workspace_id)
        self.wake()
        return _done(granted, self.slack.open_url(granted), told=told)

    def _greet(self, granted: Granted) -> bool:
        """Whether they get a message. The bot is there all the same."""
        profile = self.slack.profile(granted)
        if profile is None:
            return False
        try:
            with self.database.transaction() as db:
                people.learn(db, granted.workspace_id, [profile])
                installations.greet(db, granted.workspace_id, self.now())
        except SQLAlchemyError as error:
            log.error("not_greeted", workspace=granted.workspace_id, error=type(error).__name__)
            return False
        return True

    @property
    def _secure(self) -> bool:
        """Only on the way to this machine itself a cookie may travel unencrypted."""
        return self.slack.public_url.startswith("https:")

    @property
    def _cookie(self) -> str:
        """With this prefix browsers let nobody else set it, no other part of the site's domain either."""
        return f"__Host-{COOKIE}" if self._secure else COOKIE

    def _again(self, page: Page) -> Page:
        return replace(page, button=Link("Start again", f"{self.slack.public_url}{START}"))


def _done(granted: Granted, open_url: str, *, told: bool) -> Page:
    message = "You get a direct message about what comes next. In short:"
    return Page(
        f"Coach is now in {granted.workspace_name}",
        (message if told else "What comes next:",),
        (
            "Type `/coach` in Slack. It shows what is coming up, and to begin with how to make a circle.",
            "For a circle with a channel of its own, invite me there first: `/invite @Coach`.",
            "Your colleagues need do nothing. They hear from Coach once they are in a circle.",
        ),
        button=Link("Open Slack", open_url),
        small="You can close this page.",
    )
