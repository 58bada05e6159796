"""The whole bot under observation: requests as people cause them, and everything that any library logs."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from demo.records import Json
from service.demo import Demo
from service.logs import set_up_logs
from tests.service.mutants import MARK
from tests.support import pasts
from tests.support.people import ROOM, People, accepted, circle_fields, previewed, session_fields


def begun(people: People) -> None:
    pasts.a_circle(people)
    people.session(mode="Video", link=f"https://meet.example/{MARK}", message=f"Bring {MARK}")
    people.wait("2026-12-08 10:01")


def lived(people: People) -> list[tuple[str, Json]]:
    """Requests of every kind, as the workspace sends them, with words of people in them. Stops the bot."""
    ana, bo = people.ana, people.bo
    for words in ("", "help", "schedule Dec 18 10am", "circles", f"{MARK} what", "away", "roles", "log"):
        ana.command(f"/coach {words}")
    ana.close(everything=True)
    ana.command("/coach circle")
    ana.fill(circle_fields(name=f"Another {MARK}"))
    previewed(ana)
    ana.click("More settings")
    ana.fill({"Time zone": "Europe/Berlin"})
    previewed(ana)
    accepted(ana)
    ana.command("/coach schedule")
    ana.fill(session_fields(date="2027-01-12", mode="Video", link="", message=MARK))
    ana.submit()
    bo.click("Can't make it", in_=people.card(0))
    bo.open_home()
    bo.travel("Europe/Berlin")
    agenda = next(one for one in ana.thread(ROOM, people.card(0)["ts"]) if "agenda" in one["text"])
    people.chidi.click("Write notes", in_=agenda)
    people.chidi.fill({"What was discussed": MARK})
    people.chidi.click("Another action")
    accepted(people.chidi)
    people.chidi.use(agenda, "Add to coaching notes")
    people.chidi.close()
    people.demo.settle()
    stop_the_bot(people.demo)
    entries = people.demo.workspace.local.traffic.after(0)
    return [(one["kind"], one["request"]) for one in entries if one["direction"] == "to_bot"]


def stop_the_bot(demo: Demo) -> None:
    """Its worker would write while we watch. The workspace goes on."""
    if demo._server is not None:
        demo._server.should_exit = True
    demo._thread.join()


@contextmanager
def everything_logged(written: io.StringIO) -> Iterator[None]:
    """As `LOG_LEVEL=DEBUG` does it, and with every logger of every library opened besides."""
    root_logger = logging.getLogger()
    handlers, level = list(root_logger.handlers), root_logger.level
    set_up_logs("DEBUG", "text", stream=written)
    names = [name for name, one in logging.root.manager.loggerDict.items() if isinstance(one, logging.Logger)]
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).handlers) for name in names}
    for name in names:
        logging.getLogger(name).handlers = []  # pytest listens at some, and keeps all that it hears
    for name in ["", *names]:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    structlog.reset_defaults()
    for name, (old, listening) in before.items():
        logging.getLogger(name).setLevel(old)
        logging.getLogger(name).handlers = listening
    root_logger.handlers[:] = handlers
    root_logger.setLevel(level)
