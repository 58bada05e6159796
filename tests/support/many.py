"""The bot for many workspaces beside two of them, and browsers in which people install it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

from demo import cast
from demo.person import Person
from demo.registration import Registration
from service.demo import Demo
from tests.support.instants import START

APP = "1234.5678"
SECRET = "planted-client-secret"


@dataclass
class Answer:
    status: int
    text: str
    location: str
    cookies: list[str]
    headers: dict[str, str]


@dataclass
class Browser:
    """Somebody's browser: keeps cookies, shows what comes, goes where it is sent only when told to."""

    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, url: str, method: str = "GET") -> Answer:
        return self._send(method, url)

    def post(self, url: str, **fields: str) -> Answer:
        return self._send("POST", url, urlencode(fields))

    def _send(self, method: str, url: str, body: str = "") -> Answer:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=20)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, path, body, headers)
            got = connection.getresponse()
            set_cookies = got.headers.get_all("set-cookie") or []
            answer = Answer(
                got.status,
                got.read().decode(),
                got.headers.get("location", ""),
                set_cookies,
                {name.lower(): value for name, value in got.headers.items()},
            )
        finally:
            connection.close()
        for one in answer.cookies:
            name, _, value = one.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer


@dataclass
class Many:
    """The bot for many workspaces, and two of them."""

    demo: Demo
    app: Registration

    @property
    def start(self) -> str:
        return f"{self.demo.bot_url}/slack/install"

    def to_slack(self, browser: Browser) -> str:
        """Presses the button; the address of Slack's page."""
        answer = browser.post(self.start)
        assert answer.status == 303
        return answer.location

    def answer_slack(self, browser: Browser, address: str, **fields: str) -> str:
        """Answers Slack's page, which is at another host than where one is sent; the address back."""
        address = browser.get(address).location
        assert browser.get(address).status == 200
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        answer = browser.post(address.partition("?")[0], **asked, **fields)
        assert answer.status == 302
        return answer.location

    def allow(self, browser: Browser, team: str = cast.RIVERBEND.id, user: str = cast.ANA) -> str:
        return self.answer_slack(browser, self.to_slack(browser), answer="allow", team=team, user=user)

    def install(self, team: str = cast.RIVERBEND.id, user: str = cast.ANA) -> Answer:
        browser = Browser()
        answer = browser.get(self.allow(browser, team, user))
        self.demo.settle()
        return answer

    def person(self, user: str, number: int = 0) -> Person:
        return Person(self.demo.workspace.local.neighbours[number].url, user)


@contextmanager
def running(database_url: str, app: Registration, *, app_token: str = "") -> Iterator[Many]:
    """With an `app_token` by Socket Mode."""
    workspaces = [cast.riverbend(START, team=team) for team in (cast.RIVERBEND, cast.HARBOUR)]
    for one in workspaces:
        one.bot.token = ""
    with Demo(
        workspaces[0], database_url, START, others=workspaces[1:], app=app, app_token=app_token
    ) as demo:
        yield Many(demo, app)
