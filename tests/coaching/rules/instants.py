"""What the tests of the rules share: people's hours, moments, and the clocks of the world."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from coaching.rules.hours import PersonHours

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2034, 1, 1, tzinfo=UTC)

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "America/Santiago",
    "Etc/UTC",
)

zones = st.sampled_from(ZONES)
moments = st.integers(0, (END - BEGIN) // timedelta(minutes=1)).map(lambda n: BEGIN + timedelta(minutes=n))
WORKING_WEEKS = (range(5), (6, 0, 1, 2, 3), (1,), (0, 2, 4), range(7))
person_hours = st.sampled_from(
    [PersonHours(zone, frozenset(days)) for zone in ZONES for days in WORKING_WEEKS]
)


@cache
def changing_zones() -> Mapping[str, tuple[datetime, ...]]:
    """One zone for every way in which clocks change in these ten years, with the instants of the changes."""
    by_behaviour: dict[tuple[object, ...], tuple[str, tuple[datetime, ...]]] = {}
    for name in sorted(available_timezones()):
        tz = ZoneInfo(name)
        changes = tuple(_changes(tz))
        if changes:
            offsets = tuple(at.astimezone(tz).utcoffset() for at in (BEGIN, *changes))
            by_behaviour.setdefault((offsets, changes), (name, changes))
    return dict(by_behaviour.values())


def _changes(tz: ZoneInfo) -> list[datetime]:
    """The instants at which the zone's offset changes. No zone changes it twice within five days."""
    step = timedelta(days=5)
    marks = [BEGIN + step * n for n in range((END - BEGIN) // step)]
    offsets = [mark.astimezone(tz).utcoffset() for mark in marks]
    return [
        _change_between(tz, earlier, later)
        for (earlier, later), (one, other) in zip(pairwise(marks), pairwise(offsets), strict=True)
        if one != other
    ]


def _change_between(tz: ZoneInfo, earlier: datetime, later: datetime) -> datetime:
    before = earlier.astimezone(tz).utcoffset()
    while later - earlier > timedelta(seconds=1):
        middle = earlier + (later - earlier) // 2
        if middle.astimezone(tz).utcoffset() == before:
            earlier = middle
        else:
            later = middle
    return later.replace(microsecond=0)
