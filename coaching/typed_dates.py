"""Dates and times as people type them: "Dec 8 10am", "next tuesday 14:00", "12/1 3pm".

Times and dates in figures are read here, because the library guesses at them (a year in an hour, a month in a
day); words are read by the library, in the person's language and in English. What can be read in two ways is
given with both readings, and what cannot be read is said to be so: nothing is guessed.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coaching.rules.facts import Typed

LONGEST = 60
"""More than any date; the library takes long over what is longer."""
EARLIEST, LATEST = timedelta(days=366), timedelta(days=8 * 366)
"""Without a year in four figures, the library's reading must lie as close to today."""
YEARS = range(1970, 2200)
"""Those of other years are slips."""
EARLY = range(1, 8)
"""Hours at which hardly anybody meets: where nothing says morning or afternoon, either may be meant."""
ORDERS = ("MDY", "DMY")

_HALF = re.compile(r"(?<![\d:./-])(\d{1,2})(?:[:.](\d{2}))?\s?([ap])\.?m\b\.?")
_MARKED = re.compile(r"(?<![\d:./-])(?<!in )(\d{1,2})(?:[:.](\d{2}))?\s?(?:uhr|h)\b")
_COLON = re.compile(r"(?<![\d:./-])(\d{1,2}):(\d{2})(?![\d:./-])")
_BARE = re.compile(r"(?:^| )(?:(?:at|um|à|@) ?)?(\d{1,2})()$")
_LINKS = re.compile(r"^(?:on|am|le|el)\b ?| ?(?:\b(?:at|um|on)|à|@)$")
_FIGURES = re.compile(r"(\d{1,4})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?\.?")
_NO_WORDS = re.compile(r"(?:\d+(?:st|nd|rd|th)?|the|[\W_])*")
_NEXT = re.compile(r"next (?:mon|tue|wed|thu|fri|sat|sun)\w*")


def read(words: str, zone: str, locale: str, now: datetime) -> Typed | None:
    """What somebody means by these words on the wall of a zone; None for no words.

    `locale` (en-US, de-DE) says whether day or month comes first, and which language is tried before English.
    A date without a year is the next one; a date that is past stays, so that the form can refuse it.
    Never raises, whatever was typed.
    """
    shown = " ".join(words.split())
    if not shown:
        return None
    here = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    times, dates = _read(" ".join(shown[:LONGEST].lower().replace(",", " ").split()), locale, here)
    dates = _still_to_come(tuple(one for one in dates if one.year in YEARS), times, here)
    return Typed(
        words=shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…",
        date=dates[0] if len(dates) == 1 else None,
        time=times[0] if len(times) == 1 else None,
        dates=dates if len(dates) > 1 else (),
        times=times if len(times) > 1 else (),
    )


Times = tuple[time, ...]
Dates = tuple[date, ...]
"""Every way in which it can be read: none, one, or more."""


def _read(words: str, locale: str, here: datetime) -> tuple[Times, Dates]:
    """All of the words has to be understood, or nothing is."""
    for pattern in (_HALF, _MARKED, _COLON, _BARE):
        found = pattern.search(words)
        times = _times(found) if found else ()
        if not found or not times:
            continue
        rest = _without(words, found)
        if not rest:
            return times, ()
        clock, dates = _read_date(rest, locale, here)
        if dates and clock is None:
            return times, dates
    clock, dates = _read_date(words, locale, here)
    return (clock,) if clock else (), dates


def _times(found: re.Match[str]) -> Times:
    """A clock of twelve hours where it says so, else of twenty-four; early hours may mean the afternoon."""
    hour, minute = int(found[1]), int(found[2] or 0)
    if found.re is _HALF:
        if not 1 <= hour <= 12:
            return ()
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    if hour > 23 or minute > 59:
        return ()
    doubtful = found.re in (_COLON, _BARE) and hour in EARLY and not found[1].startswith("0")
    return (time(hour, minute), time(hour + 12, minute)) if doubtful else (time(hour, minute),)


def _without(words: str, found: re.Match[str]) -> str:
    rest = " ".join(f"{words[: found.start()]} {words[found.end() :]}".split())
    before = None
    while before != rest:
        before, rest = rest, _LINKS.sub("", rest).strip()
    return rest


def _read_date(words: str, locale: str, here: datetime) -> tuple[time | None, Dates]:
    """The dates that words without a clock can mean; with a time where they name one ("noon tomorrow")."""
    figures = _FIGURES.fullmatch(words)
    if figures:
        return None, _in_figures(figures, locale, here.date())
    if _NO_WORDS.fullmatch(words):
        return None, ()
    with suppress(Exception):  # whatever a library makes of odd words, the form opens
        return _in_words(words, locale, here)
    return None, ()


def _in_figures(figures: re.Match[str], locale: str, today: date) -> Dates:
    first, second = int(figures[1]), int(figures[3])
    year = int(figures[4]) if figures[4] else None
    if len(figures[1]) > 2:
        whole = year is not None and len(figures[1]) == 4 and len(figures[4]) == 2
        return _dates([(first, second, int(figures[4]))]) if whole else ()
    year = year + 2000 if year is not None and len(figures[4]) == 2 else year
    by_order = {"MDY": (first, second), "DMY": (second, first)}
    orders = _orders(locale, figures[2])
    meant = _next_ones([by_order[order] for order in orders], year, today)
    return meant or _next_ones(by_order.values(), year, today)


def _orders(locale: str, separator: str) -> tuple[str, ...]:
    """In which orders day and month may stand; with points the day is usually first, wherever one lives."""
    order = _order_of(locale)
    if order not in ORDERS or (order == "MDY" and separator == "."):
        return ORDERS
    return (order,)


def _order_of(locale: str) -> str | None:
    """Imported late here and below: the library takes a tenth of a second to load, and most never need it."""
    from dateparser.languages.loader import default_loader

    language, _, region = locale.replace("_", "-").partition("-")
    with suppress(ValueError, KeyError, StopIteration):
        found = default_loader.get_locale_map(languages=[language.lower()], region=region.upper())
        order = next(iter(found.values())).info.get("date_order")
        return str(order) if order else None
    return None


def _next_ones(pairs: Iterable[tuple[int, int]], year: int | None, today: date) -> Dates:
    """Month and day as dates: in the year typed, else the next time that they come."""
    if year is not None:
        return _dates((year, month, day) for month, day in pairs)
    years = range(today.year, today.year + 9)  # the 29th of February can be eight years away
    coming = ([one for one in _dates((y, month, day) for y in years) if one >= today] for month, day in pairs)
    return tuple(sorted({one[0] for one in coming if one}))


def _dates(candidates: Iterable[tuple[int, int, int]]) -> Dates:
    """Those that exist."""
    found = set()
    for year, month, day in candidates:
        with suppress(ValueError):
            found.add(date(year, month, day))
    return tuple(sorted(found))


def _in_words(words: str, locale: str, here: datetime) -> tuple[time | None, Dates]:
    for language in dict.fromkeys([locale.replace("_", "-").partition("-")[0].lower(), "en"]):
        with suppress(ValueError):  # a language that the library does not know
            relative = _parse(words, language, "relative-time", here)
            if relative:
                return relative[1], (relative[0],)
            # From yesterday on, so that today's date is not taken for next year's.
            bases = (here - timedelta(days=1), here)
            found = [_parse(words, language, "absolute-time", base) for base in bases]
            if found[0]:
                return found[0][1], _weekdays(words, {one[0] for one in found if one}, here.date())
    return None, ()


def _weekdays(words: str, found: set[date], today: date) -> Dates:
    """Which days may be meant: unclear are a weekday on the same weekday, and "next" in this week."""
    first = min(found)
    if _NEXT.fullmatch(words):
        coming = min(one for one in {*found, first + timedelta(days=7)} if one > today)
        sunday = today + timedelta(days=6 - today.weekday())
        return (coming, coming + timedelta(days=7)) if coming <= sunday else (coming,)
    return tuple(sorted(one for one in found if one - first <= timedelta(days=7)))


def _parse(words: str, language: str, parser: str, base: datetime) -> tuple[date, time | None] | None:
    """The library's reading, where it is of one day, names no zone of its own and is not far-fetched."""
    from dateparser.date import DateDataParser

    settings = {
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": base,
        "RETURN_TIME_AS_PERIOD": True,
        "PARSERS": [parser],
    }
    found = DateDataParser(languages=[language], settings=settings).get_date_data(words)
    at = found.date_obj
    if at is None or at.tzinfo is not None or found.period in {"month", "year"}:
        return None
    near = base - EARLIEST <= at <= base + LATEST
    if not near and not re.search(r"\b\d{4}\b", words):
        return None
    clock = at.time().replace(second=0, microsecond=0) if found.period == "time" else None
    return at.date(), clock


def _still_to_come(dates: Dates, times: Times, here: datetime) -> Dates:
    """Of several readings, those that are not over already, if there are any."""
    latest = times[-1] if times else time.max
    coming = tuple(one for one in dates if datetime.combine(one, latest) > here)
    return coming or dates
