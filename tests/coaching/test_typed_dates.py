"""What people type after the command, read in their language and order, and never guessed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coaching.rules.facts import Typed
from coaching.typed_dates import LONGEST, read
from tests.coaching.rules.instants import moments, zones

ZONE = "America/New_York"
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""Ten in the morning there."""
SCRAPS = ("dec", "8", "10am", "next", "in", "12/1", "tue", "at", "noon", "day", "2026", "ago")
AMERICAN, BRITISH, GERMAN, FRENCH, UNKNOWN = "en-US", "en-GB", "de-DE", "fr-FR", ""


def typed(words: str, locale: str = AMERICAN, now: datetime = MONDAY) -> Typed:
    found = read(words, ZONE, locale, now)
    assert found is not None
    return found


def settled(words: str, locale: str = AMERICAN) -> str:
    """Date and time as they are taken, "-" for what is not."""
    found = typed(words, locale)
    assert found.dates == found.times == ()
    return f"{found.date or '-'} {f'{found.time:%H:%M}' if found.time else '-'}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Dec 8 10am", "2026-12-08 10:00"),
        ("dec 8, 10:30 AM", "2026-12-08 10:30"),
        ("Dec 8, 2026 10am", "2026-12-08 10:00"),
        ("8 December at 2 p.m.", "2026-12-08 14:00"),
        ("10am on tuesday", "2026-11-24 10:00"),
        ("december 8", "2026-12-08 -"),
        ("8 dec 26", "2026-12-08 -"),
        ("dec 8 10", "2026-12-08 10:00"),
        ("tomorrow 9", "2026-11-24 09:00"),
        ("tomorrow at 12am", "2026-11-24 00:00"),
        ("noon tomorrow", "2026-11-24 12:00"),
        ("today 17:00", "2026-11-23 17:00"),
        ("friday", "2026-11-27 -"),
        ("next monday", "2026-11-30 -"),
        ("in two weeks", "2026-12-07 -"),
        ("in 3 hours", "2026-11-23 13:00"),
        ("2026-12-08 10:00", "2026-12-08 10:00"),
        ("2026-12-08T10:00", "2026-12-08 10:00"),
        ("14:00", "- 14:00"),
        ("15", "- 15:00"),
        ("dec 8 07:30", "2026-12-08 07:30"),
        ("Nov 23", "2026-11-23 -"),  # today
        ("Nov 22", "2027-11-22 -"),  # past without a year: the next one
        ("Feb 29", "2028-02-29 -"),
        ("2/29", "2028-02-29 -"),
        ("Nov 22 2026", "2026-11-22 -"),  # past with a year stays, for the form to refuse
        ("yesterday", "2026-11-22 -"),
    ],
)
def test_what_can_be_read_in_one_way_is_taken(words: str, expected: str) -> None:
    assert settled(words) == expected


@pytest.mark.parametrize(
    ("words", "american", "elsewhere"),
    [
        ("12/1 3pm", "2026-12-01 15:00", "2027-01-12 15:00"),
        ("12-1 3pm", "2026-12-01 15:00", "2027-01-12 15:00"),
        ("1/12/2027 15:00", "2027-01-12 15:00", "2027-12-01 15:00"),
        ("1/12/27", "2027-01-12 -", "2027-12-01 -"),
        ("13/12", "2026-12-13 -", "2026-12-13 -"),  # there is no thirteenth month
        ("12/13", "2026-12-13 -", "2026-12-13 -"),
        ("12/12", "2026-12-12 -", "2026-12-12 -"),
    ],
)
def test_day_and_month_follow_the_locale(words: str, american: str, elsewhere: str) -> None:
    assert settled(words, AMERICAN) == american
    for locale in (BRITISH, GERMAN, FRENCH, "es-LA", "pt-BR", "it-IT"):
        assert settled(words, locale) == elsewhere


@pytest.mark.parametrize("locale", [UNKNOWN, "xx-YY", "nonsense", "../..", "sv-SE", "en-CA"])
def test_where_the_locale_does_not_settle_it_both_are_shown(locale: str) -> None:
    found = typed("12/1 3pm", locale)
    assert (found.date, found.dates) == (None, (date(2026, 12, 1), date(2027, 1, 12)))
    assert found.time == time(15)


@pytest.mark.parametrize(
    ("words", "locale", "expected"),
    [
        ("8.12. 10 Uhr", GERMAN, "2026-12-08 10:00"),
        ("am 8.12. um 10:30 Uhr", GERMAN, "2026-12-08 10:30"),
        ("8. Dezember 10 Uhr", GERMAN, "2026-12-08 10:00"),
        ("Dienstag 14 Uhr", GERMAN, "2026-11-24 14:00"),
        ("morgen 9 Uhr", GERMAN, "2026-11-24 09:00"),
        ("Dec 8 10am", GERMAN, "2026-12-08 10:00"),
        ("8 décembre 10h", FRENCH, "2026-12-08 10:00"),
        ("demain 9h30", FRENCH, "2026-11-24 09:30"),
        ("tomorrow 9am", FRENCH, "2026-11-24 09:00"),
    ],
)
def test_ones_own_language_is_read_and_english(words: str, locale: str, expected: str) -> None:
    assert settled(words, locale) == expected


def test_what_can_be_read_in_two_ways_is_not_taken() -> None:
    early = typed("tomorrow 3")
    assert (early.date, early.time, early.times) == (date(2026, 11, 24), None, (time(3), time(15)))
    assert typed("dec 8 7:30").times == (time(7, 30), time(19, 30))
    points = typed("8.12. 10am")  # with points the day comes first, in most places
    assert (points.dates, points.time) == ((date(2026, 12, 8), date(2027, 8, 12)), time(10))
    this_week = typed("next tuesday 14:00")
    assert this_week.dates == (date(2026, 11, 24), date(2026, 12, 1))
    assert typed("monday").dates == (date(2026, 11, 23), date(2026, 11, 30))


def test_a_reading_that_is_over_is_none() -> None:
    assert typed("monday 9am").date == date(2026, 11, 30)
    assert typed("1/12/2026", UNKNOWN).date == date(2026, 12, 1)


def test_next_is_clear_once_its_weekday_is_behind_us() -> None:
    thursday = MONDAY + timedelta(days=3)
    assert typed("next tuesday 14:00", now=thursday).date == date(2026, 12, 1)


@pytest.mark.parametrize(
    "words",
    [
        "asdf",
        "the 8th",
        "12 8",
        "december",
        "next month",
        "30 feb",
        "2/30",
        "0/0",
        "dec 8 25:00",
        "dec 8 13pm",
        "dec 8 10-11am",
        "dec 8 10am 11am",
        "Dec 8 10am CET",  # times are in the circle's zone: another one is not passed over
        "tomorrow asdf",
        "1/1/0001",
        "9999-12-31",
        "<!channel>",
        "in 99999999999 years",
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(words: str) -> None:
    found = typed(words)
    assert not found.understood
    assert found.words == words


def test_no_words_are_no_date() -> None:
    assert read("", ZONE, AMERICAN, MONDAY) is None
    assert read(" \t ", ZONE, AMERICAN, MONDAY) is None


@given(
    words=st.one_of(
        st.text(max_size=200),
        st.text("0123456789./-: apmdectunxth,@", max_size=80),
        st.lists(
            st.sampled_from(SCRAPS),
            max_size=6,
        ).map(" ".join),
    ),
    locale=st.sampled_from([AMERICAN, BRITISH, GERMAN, FRENCH, UNKNOWN, "ja-JP"]),
    zone=zones,
    now=moments,
)
@example("1 " * 100, AMERICAN, ZONE, MONDAY)
@example("in " * 100, AMERICAN, ZONE, MONDAY)
@example("٣/٤ \u202e😀\x00", AMERICAN, ZONE, MONDAY)
def test_nothing_that_can_be_typed_breaks_it(words: str, locale: str, zone: str, now: datetime) -> None:
    found = read(words, zone, locale, now)
    assert (found is None) == (not words.split())
    if found:
        assert len(found.words) <= LONGEST
        assert not (found.date and found.dates)
        assert not (found.time and found.times)
        assert len(found.dates) != 1
        assert len(found.times) != 1


@given(
    now=moments, zone=zones, ahead=st.integers(0, 364), locale=st.sampled_from([AMERICAN, BRITISH, GERMAN])
)
def test_a_date_in_figures_without_a_year_is_the_next_one(
    now: datetime, zone: str, ahead: int, locale: str
) -> None:
    today = now.astimezone(ZoneInfo(zone)).date()
    meant = today + timedelta(days=ahead)
    day_first = locale != AMERICAN
    figures = f"{meant.day}/{meant.month}" if day_first else f"{meant.month}/{meant.day}"
    found = read(f"{figures} 10:00", zone, locale, now)
    assert found is not None
    assert (found.date, found.time) == (meant, time(10))
