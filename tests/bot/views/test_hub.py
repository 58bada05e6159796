"""The hub as a page: what waits for somebody stands in order of date, whatever it is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.views import hub as views
from coaching.rules.facts import HubFacts, PollWaiting
from demo.person import words
from tests.bot.test_limits import World
from tests.bot.views.test_closing import session

DAY = timedelta(days=1)
NOON = datetime(2026, 12, 8, 12, tzinfo=UTC)


def test_what_waits_stands_in_order_of_date() -> None:
    one = session()
    action = replace(World("W").actions(1)[0], due_on=date(2026, 12, 10), done=False)

    def at(days: int, name: str, **more: object) -> object:
        moment = NOON + days * DAY
        return replace(one, circle_name=name, starts_at=moment, ends_at=moment, **more)  # type: ignore[arg-type]

    hub = HubFacts(
        person_id=1,
        may_create=True,
        coming=(),
        to_answer=(at(5, "Sixth"), at(1, "Third")),  # type: ignore[arg-type]
        to_evaluate=(at(-2, "First"),),  # type: ignore[arg-type]
        to_record=(at(0, "Second"),),  # type: ignore[arg-type]
        circles=World("W").hub(1).circles,
        polls=(PollWaiting(1, "Fifth", NOON + 3 * DAY, closed=False),),
        actions=(action,),
    )
    read = words([one.to_dict() for one in views.home(hub).blocks])
    order = [read.index(name) for name in ("First", "Second", "Third", "WWW", "Fifth", "Sixth")]
    assert order == sorted(order)
