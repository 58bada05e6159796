"""Moments by the clock on somebody's wall."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""When the tests' demo begins: a Monday, ten in the morning in New York, after the clocks were changed."""

NEW_YORK = "America/New_York"
CHICAGO = "America/Chicago"
BERLIN = "Europe/Berlin"


def wall(text: str, zone: str = NEW_YORK) -> datetime:
    """ "2026-12-08 10:00" on a wall in that zone, as an aware datetime."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def on_the_wall(ts: str | float, zone: str) -> str:
    """A moment in seconds, or of a message, as a clock in that zone shows it: "Mon 2026-12-07 09:00"."""
    return f"{datetime.fromtimestamp(float(ts), ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"
