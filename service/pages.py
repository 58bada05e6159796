"""The few pages that people see in a browser: plain HTML without scripts, one thing to say and one to do."""

import base64
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from service.settings import LOCAL_HOSTS

NAMES_OF_THIS_MACHINE = ("127.0.0.1", "localhost")

STYLE = """
:root { color-scheme: light dark; --ink: #1d2724; --quiet: #54625d; --paper: #fff; --around: #eef2f0;
  --green: #1f4e46; --on-green: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eeeb; --quiet: #a9b7b1; --paper: #1b2321;
  --around: #101514; --green: #8fd0c0; --on-green: #10201c; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--around); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; }
main { width: 100%; max-width: 34rem; background: var(--paper); border-radius: 1rem;
  padding: 2.5rem 2.25rem; box-shadow: 0 1px 3px rgb(0 0 0 / .12); }
h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.25; text-wrap: balance; }
p { margin: 0 0 1rem; }
ol { margin: 0 0 1rem; padding-left: 1.3rem; }
li { margin-bottom: .4rem; }
code { font-family: ui-monospace, monospace; font-size: .95em; }
.quiet { color: var(--quiet); font-size: .95rem; margin: 1.25rem 0 0; }
.button { display: inline-block; margin-top: .5rem; padding: .7rem 1.4rem; border: 0; border-radius: .5rem;
  background: var(--green); color: var(--on-green); font: inherit; font-weight: 600; text-decoration: none;
  cursor: pointer; }
.button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
"""


@dataclass(frozen=True)
class Link:
    words: str
    address: str


@dataclass(frozen=True)
class Send:
    """A button that does something here, and then goes on to another address, or to a host under it."""

    words: str
    leads_to: str


@dataclass(frozen=True)
class Page:
    """All of it plain words."""

    title: str
    says: tuple[str, ...]
    steps: tuple[str, ...] = ()
    button: Link | Send | None = None
    small: str = ""
    status: int = 200


def shown(page: Page) -> Response:
    return HTMLResponse(_html(page), page.status, {"content-security-policy": _policy(page.button)})


def _policy(button: Link | Send | None) -> str:
    """Nothing but our own style; a form only to where the button says. Browsers look at redirects too."""
    leads_to = f"'self' {' '.join(_origins(button.leads_to))}" if isinstance(button, Send) else "'none'"
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{_style_digest()}'; form-action {leads_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _style_digest() -> str:
    return base64.b64encode(sha256(STYLE.encode()).digest()).decode()


def _origins(address: str) -> list[str]:
    """Of an address, and of where it may send people on to: Slack asks whoever is signed in at the host of
    their workspace. On this machine alone another name takes the place of a host under it."""
    parts = urlsplit(address)
    hosts = (str(parts.hostname), f"*.{parts.hostname}")
    if parts.hostname in LOCAL_HOSTS:
        hosts = NAMES_OF_THIS_MACHINE
    port = f":{parts.port}" if parts.port else ""
    return [f"{parts.scheme}://{host}{port}" for host in hosts]


def _html(page: Page) -> str:
    says = "".join(f"<p>{_words(one)}</p>" for one in page.says)
    steps = "".join(f"<li>{_words(one)}</li>" for one in page.steps)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'  # else browsers ask for one
        f"<title>{escape(page.title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(page.title)}</h1>{says}"
        + (f"<ol>{steps}</ol>" if steps else "")
        + _button(page.button)
        + (f'<p class="quiet">{_words(page.small)}</p>' if page.small else "")
        + "</main></body></html>"
    )


def _words(text: str) -> str:
    """Between backticks stands what people type."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(parts))


def _button(button: Link | Send | None) -> str:
    match button:
        case Link(words, address):
            return f'<a class="button" href="{escape(address)}">{escape(words)}</a>'
        case Send(words, _):
            return f'<form method="post"><button class="button">{escape(words)}</button></form>'
        case None:
            return ""
