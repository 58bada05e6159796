"""Time zones by their IANA names."""

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

FALLBACK = "Etc/UTC"


def known_zone(name: object) -> str:
    """The name itself if it is a zone, else UTC: Slack leaves it out for some accounts."""
    if not isinstance(name, str) or not name:
        return FALLBACK
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return FALLBACK
    return name


@cache
def zone_names() -> tuple[str, ...]:
    """Zones that a person would pick: those with a place in them, and UTC."""
    chosen = (
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return (*sorted(chosen), FALLBACK)


def matching_zones(typed: str, limit: int = 100) -> list[str]:
    """Zones whose name holds all the words typed ("new york" finds America/New_York)."""
    words = typed.replace("_", " ").casefold().split()
    names = (name for name in zone_names() if all(w in name.replace("_", " ").casefold() for w in words))
    return list(names)[:limit]


def place_of(zone: str) -> str:
    """The part of a zone that people say: "New York"."""
    return "UTC" if zone == FALLBACK else zone.rsplit("/", 1)[-1].replace("_", " ")
