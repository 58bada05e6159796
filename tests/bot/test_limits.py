"""Everything the bot can show keeps to Slack's limits, with the longest and oddest that people can type."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from slack_sdk.models.views import View

import bot.views
from bot.ids import Action
from bot.replies import Said
from bot.views import (
    actions,
    agenda,
    already_met,
    audit,
    away,
    cases,
    channels,
    choosing,
    circle_form,
    circle_states,
    circles,
    evaluations,
    hub,
    installations,
    log,
    members,
    notes,
    notices,
    pictures,
    polls,
    privacy,
    programme,
    reminders,
    rhythm,
    roles,
    sessions,
    swaps,
    trends,
)
from bot.views import calendar as calendar_page
from bot.views.text import when
from coaching import calendar
from coaching.audit import ON_A_PAGE
from coaching.checks import LONGEST_LINK
from coaching.packs import default_pack
from coaching.rules.agenda_facts import AgendaFacts, AgendaLine
from coaching.rules.audit_facts import AuditEntryFacts, AuditPage, AuditWeek, Count, Deed
from coaching.rules.case_facts import PARTS as CASE_PARTS
from coaching.rules.case_facts import CaseDraft, CaseFacts, CaseForm, TagChoices, TagFacts
from coaching.rules.circle_form import AheadFacts, CircleDraft, MoreChoices, PreviewFacts
from coaching.rules.closing_facts import AlreadyMetForm, Trend, TrendsFacts
from coaching.rules.facts import (
    ActionFacts,
    AwayFacts,
    CircleFacts,
    CircleStanding,
    Draft,
    Excused,
    HubFacts,
    InPersonFacts,
    PersonFacts,
    PollWaiting,
    ProposalFacts,
    RolesDone,
    RolesPage,
    ScheduleForm,
    SessionFacts,
    SettingsFacts,
    SwapWaiting,
    Typed,
    UpcomingRoles,
)
from coaching.rules.keeping import Keeping
from coaching.rules.log_facts import Attended, HoursFacts, LogEntry, LogFacts
from coaching.rules.note_facts import (
    MOST_ACTIONS,
    PARTS,
    ActionRow,
    NotesDraft,
    NotesForm,
    NotesPage,
    WrittenFacts,
)
from coaching.rules.poll_facts import PollDraft, PollFacts, PollForm, SlotFacts
from coaching.rules.polling import Misses
from coaching.rules.privacy_facts import StoredFacts
from coaching.rules.programme import Quarter, Sums
from coaching.rules.programme_facts import ProgrammeDuty, ProgrammeFacts
from coaching.rules.swap_facts import SwapFacts, SwapForm
from coaching.rules.terms import (
    CircleKind,
    CircleState,
    Mode,
    PollState,
    ReminderKind,
    Rhythm,
    Role,
    SessionState,
    SwapState,
    WhoMaySchedule,
)
from demo.limits import problems_of_message, problems_of_view

TEXTS = {
    "long": "W",
    "escaped": "&",
    "right to left": "שלום עולם ",
    "emoji": "👩🏾‍🏫",
    "markup": "<!here> *x* `y` ",
}
STARTS = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
ZONE = "America/Argentina/ComodRivadavia"
"""The longest name of a zone."""
HUGE = 2**62


@dataclass(frozen=True)
class World:
    """Facts with the longest of everything, in one kind of text."""

    sample: str

    def text(self, length: int) -> str:
        return (self.sample * length)[:length]

    @property
    def people(self) -> tuple[PersonFacts, ...]:
        return tuple(PersonFacts(HUGE + n, f"U0{n:09}", self.text(80), ZONE) for n in range(30))

    @property
    def link(self) -> str:
        """As long as the form takes one, and nothing but what grows on its way."""
        return ("https://meet.example/?" + "&" * LONGEST_LINK)[:LONGEST_LINK]

    def circle(self, kind: CircleKind = CircleKind.GROUP) -> CircleFacts:
        people = self.people[:2] if kind is CircleKind.PAIR else self.people
        return CircleFacts(
            id=HUGE,
            name=self.text(80),
            kind=kind,
            zone=ZONE,
            members=people,
            leads=people[:2],
            channel="C0123456789",
            channel_private=False,
            rhythm=Rhythm.SAME_WEEKDAY,
            starts_on=date(2026, 11, 25),
            weekday_position=4,
            usual_time=time(10),
            usual_length=240,
            usual_mode=Mode.IN_PERSON,
            usual_place=self.text(200),
            usual_link=self.link,
            in_person_every=3,
            who_may_schedule=WhoMaySchedule.LEADS,
            ask_first=True,
            leads_present=True,
            newcomers_observe=True,
            reminders_off=(),
            revision=HUGE,
        )

    def session(
        self,
        state: SessionState = SessionState.SCHEDULED,
        kind: CircleKind = CircleKind.GROUP,
        answered: int = 0,
    ) -> SessionFacts:
        people = self.circle(kind).members
        half = len(people) // 2
        coming, not_coming, unanswered = [
            (people, (), ()),
            ((), people, ()),
            ((), (), people),
            (people[:half], people[half:-1], people[-1:]),
        ][answered]
        return SessionFacts(
            id=HUGE,
            circle_id=HUGE,
            circle_name=self.text(80),
            kind=kind,
            state=state,
            starts_at=STARTS,
            ends_at=STARTS + timedelta(hours=4),
            local_date=date(2026, 12, 8),
            local_time=time(10),
            zone=ZONE,
            length=240,
            mode=Mode.PHONE,
            place=self.text(200),
            link=self.link,
            message=self.text(1000),
            facilitator=people[-1],
            presenter=people[0],
            note_taker=people[1],
            coming=coming,
            not_coming=not_coming,
            unanswered=unanswered,
            assumed=False,
            recorded=False,
            revision=HUGE,
            rhythm_date=date(2026, 12, 8),
        )

    def proposal(self, state: SessionState = SessionState.PROPOSED, **more: Any) -> ProposalFacts:
        people = self.circle().members
        return ProposalFacts(
            circle_id=HUGE,
            circle_name=self.text(80),
            kind=CircleKind.GROUP,
            day=date(2026, 12, 8),
            state=state,
            starts_at=STARTS,
            zone=ZONE,
            mode=Mode.IN_PERSON,
            presenter=people[0],
            note_taker=people[1],
            **more,
        )

    def draft(self, *, filled: bool = True) -> CircleDraft:
        if not filled:
            return CircleDraft(ZONE)
        people = tuple(one.slack_id for one in self.people)
        return CircleDraft(
            zone=ZONE,
            members=people,
            leads=people[:2],
            name=self.text(80),
            channel="C0123456789",
            starts_on=date(2026, 11, 25),
            usual_time=time(10),
            position=-1,
            usual_length=240,
            usual_place=self.text(200),
            usual_link=self.link,
            circle_id=HUGE,
            revision=HUGE,
        )

    def preview(self, kind: CircleKind) -> PreviewFacts:
        people = self.circle(kind).members
        ahead = AheadFacts(date(2026, 11, 25), Mode.IN_PERSON, people[0], people[1])
        return PreviewFacts(
            name=self.text(80),
            kind=kind,
            members=people,
            leads=people[:2],
            zone=ZONE,
            rhythm=Rhythm.SAME_WEEKDAY,
            starts_on=date(2026, 11, 25),
            position=-1,
            positions=(-1, 4),
            usual_time=time(10),
            sessions=(ahead,) * 30,
            public_channel=self.text(80),
            outside=True,
            new=True,
        )

    def form(self, kind: CircleKind = CircleKind.GROUP, *, choices: int = 100) -> ScheduleForm:
        circle = self.circle(kind)
        others = tuple((HUGE + n, self.text(80)) for n in range(1, choices))
        return ScheduleForm(
            circle=circle,
            choices=((circle.id, circle.name), *others),
            draft=Draft(
                date=date(2026, 12, 8),
                time=time(10),
                length=240,
                mode=Mode.VIDEO,
                place=self.text(200),
                link=self.link,
                presenter=circle.members[0].id,
                note_taker=circle.members[1].id,
                message=self.text(1000),
                remote_reason=self.text(500),
            ),
            in_person=InPersonFacts(4, True, 0, 3, (Mode.PHONE,) * 6),
            viewer_zone="Asia/Kolkata",
            typed=Typed(
                self.text(60),
                dates=(date(2026, 9, 30), date(2026, 12, 30)),
                times=(time(3), time(15)),
            ),
            session_id=HUGE,
            revision=HUGE,
            hints=("A hint.", "Another hint."),
        )

    def hub(self, many: int) -> HubFacts:
        all_of_them = tuple(self.session(answered=2) for _ in range(many))
        standing = CircleStanding(
            self.circle(),
            self.session(),
            "At least 1 in 3 in person: 0 of the last 2.",
            self.roles().upcoming[:1],
        )
        return HubFacts(
            person_id=HUGE,
            may_create=True,
            coming=all_of_them[:5],
            to_answer=all_of_them,
            to_evaluate=all_of_them,
            to_record=all_of_them,
            circles=(standing,) * max(many, 1),
            cases=all_of_them,
            notes=all_of_them,
            actions=self.actions(many),
            swaps=tuple(SwapWaiting(HUGE + n, self.session(), Role.NOTE_TAKER) for n in range(many)),
            polls=tuple(PollWaiting(HUGE + n, self.text(80), STARTS, n % 2 == 0) for n in range(many)),
        )

    def actions(self, many: int = MOST_ACTIONS) -> tuple[ActionFacts, ...]:
        owner = self.people[0]
        return tuple(
            ActionFacts(
                id=HUGE + n,
                circle_id=HUGE,
                circle_name=self.text(80),
                what=self.text(300),
                owner=owner,
                owner_left=True,
                due_on=date(2026, 9, 30),
                done=n % 3 == 2,
                may_press=True,
            )
            for n in range(many)
        )

    def notes(self, rows: int, kind: CircleKind = CircleKind.GROUP) -> NotesForm:
        row = ActionRow(self.text(300), self.people[0].id, date(2026, 12, 8), HUGE, HUGE, done=True)
        return NotesForm(
            session=self.session(kind=kind),
            draft=NotesDraft(dict.fromkeys(PARTS, self.text(3000)), (row,) * rows),
            revision=HUGE,
            people=self.people,
            for_another=self.people[1],
        )

    def poll(self, state: PollState = PollState.OPEN, *, moving: bool = True) -> PollFacts:
        people = self.people
        slots = tuple(
            SlotFacts(
                HUGE + n,
                STARTS + timedelta(days=n),
                people[:-1],
                {Misses.EARLY: people[:10], Misses.LATE: people[10:20], Misses.DAY_OFF: people[20:]},
            )
            for n in range(5)
        )
        return PollFacts(
            id=HUGE,
            circle_id=HUGE,
            circle_name=self.text(80),
            zone=ZONE,
            state=state,
            opened_by=people[0],
            closes_at=STARTS,
            moving=STARTS if moving else None,
            slots=slots,
            none_fits=people,
            missing=people,
            deciders=frozenset({people[0].id}),
            best=slots[0].id,
            chosen=STARTS if state is PollState.DECIDED else None,
        )

    def swap(self, role: Role, state: SwapState, kind: CircleKind) -> SwapFacts:
        people = self.people
        return SwapFacts(
            id=HUGE,
            session=self.session(kind=kind),
            role=role,
            state=state,
            holder=people[0],
            holder_out=kind is CircleKind.GROUP,
            could_take=people,
            nameable=people,
            asked=people[1],
            asked_until=STARTS,
            declined=frozenset(one.id for one in people),
            taker=people[2] if state is SwapState.TAKEN else None,
            has_it=people[2],
        )

    def roles(self, kind: CircleKind = CircleKind.GROUP) -> RolesPage:
        people = self.circle(kind).members
        coming = tuple(UpcomingRoles(date(2026, 12, 8), False, people[0], people[1]) for _ in range(6))
        done = tuple(RolesDone(one, 100, 100) for one in people)
        excused = tuple(Excused(one, role, date(2026, 12, 8)) for one in people for role in Role)
        return RolesPage(HUGE, self.text(80), kind, coming, done, excused)


Builder = Callable[..., View | Said]
Shown = tuple[Builder, View | Said]


def everything(w: World) -> Iterator[Shown]:
    """All that can be shown, each with what has built it."""
    yield from _of_sessions(w)
    yield from _of_dates(w)
    yield from _of_circles(w)
    yield from _of_the_hub(w)
    yield from _of_the_calendar()
    yield from _of_polls(w)
    yield from _of_cases(w)
    yield from _of_notes(w)
    yield from _of_swaps(w)
    yield from _of_log(w)
    yield from _of_trends(w)
    yield from _of_programme(w)
    yield from _of_privacy(w)
    yield from _of_audit(w)
    yield notices.notice, notices.notice(w.text(600))
    yield notices.page, notices.page(list(hub.help_page().blocks), "Help")
    yield reminders.nothing_left, reminders.nothing_left()
    yield reminders.put_off, reminders.put_off(when(STARTS, ZONE))
    for many in (1, 6):
        yield reminders.bookkeeping, reminders.bookkeeping(_parts(w, many), rest=when(STARTS, ZONE))


def _of_dates(w: World) -> Iterator[Shown]:
    """Dates of the rhythm, and what silence leads to."""
    silence: dict[str, Any] = {"schedules_itself_at": STARTS, "then_in_person": date(2027, 1, 12)}
    for one in (
        w.proposal(**silence),
        w.proposal(ask_first=True, lapses_at=STARTS),
        w.proposal(),
        *(w.proposal(state) for state in SessionState),
    ):
        yield rhythm.date_ask, rhythm.date_ask(one)
        line, buttons = rhythm.confirm_part(one)
        part = reminders.Part(line, (buttons,) if buttons else ())
        yield reminders.bookkeeping, reminders.bookkeeping([part] * 6)
    for kind in CircleKind:
        choices = tuple((HUGE + n, w.text(80)) for n in range(60))
        met = AlreadyMetForm(w.circle(kind), ((HUGE, w.text(80)), *choices), date(2026, 12, 8))
        yield already_met.form, already_met.form(met)
    yield already_met.saved, already_met.saved(w.session())
    yield rhythm.date_ask_elsewhere, rhythm.date_ask_elsewhere()


def _of_sessions(w: World) -> Iterator[Shown]:
    person, links, session = w.people[0], calendar.links(w.session()), w.session()
    standing = [w.session(answered=answered) for answered in range(4)]
    for one in [*standing, *(w.session(state) for state in SessionState)]:
        yield sessions.card, sessions.card(one)
        yield sessions.news, sessions.news(one, person, links)
        yield sessions.new_place, sessions.new_place(one, person, links)
        yield sessions.moved, sessions.moved(one, person, links, STARTS, ZONE)
        yield sessions.over, sessions.over(one)
    for kind in CircleKind:
        yield sessions.form, sessions.form(w.form(kind), STARTS, ask_reason=True)
        yield sessions.form, sessions.form(w.form(kind, choices=1), None)
        yield sessions.how_to_join, sessions.how_to_join(w.session(kind=kind))
    yield sessions.card_elsewhere, sessions.card_elsewhere()
    yield sessions.starting_soon, sessions.starting_soon(session)
    yield sessions.cancelled, sessions.cancelled(session, w.text(500))
    yield sessions.role_news, sessions.role_news(session, Role.NOTE_TAKER, "U0123456789")
    for held in (True, False):
        yield sessions.too_few, sessions.too_few(w.session(answered=3), held=held)
    yield sessions.enough_again, sessions.enough_again(session)
    yield sessions.later_due, sessions.later_due(session)
    yield sessions.thread_line, sessions.thread_line(session, "moved", STARTS, ZONE)
    yield sessions.thread_line, sessions.thread_line(session, "place", None, ZONE)
    yield sessions.cancelling, sessions.cancelling(session)
    yield sessions.skipping, sessions.skipping(session)
    yield sessions.skipped, sessions.skipped(session)
    yield evaluations.pair_not_now, evaluations.pair_not_now()
    yield sessions.replaced, sessions.replaced(session)


def _of_circles(w: World) -> Iterator[Shown]:
    norms = [(norm.name, norm.words) for norm in default_pack().norms]
    more = MoreChoices(tuple((f"form_{n}", w.text(70)) for n in range(20)), w.people, before=True)
    for draft in (w.draft(), w.draft(filled=False)):
        yield circle_form.form, circle_form.form(draft, HUGE)
        yield circle_form.settings, circle_form.settings(draft, more, HUGE)
        yield circle_form.edit, circle_form.edit(draft, more)
    for kind in CircleKind:
        yield circle_form.preview, circle_form.preview(w.preview(kind), HUGE)
    for many in (1, 60):
        listed = [(w.circle(), w.session(), "x" * 300)] * many
        yield circles.listing, circles.listing(listed, may_create=True)
    for kind in CircleKind:
        yield circles.page, circles.page(w.circle(kind), ["x" * 300] * 3, may_edit=True)
        yield circles.welcome, circles.welcome(w.circle(kind), norms, HUGE)
    yield circles.empty, circles.empty(may_create=True)
    yield circles.farewell, circles.farewell(w.text(80))
    yield circles.left_in_charge, circles.left_in_charge(w.circle())
    yield from _of_who_is_in_it(w)
    yield circles.leave, circles.leave(w.circle(), w.people[0].id)


def _of_who_is_in_it(w: World) -> Iterator[Shown]:
    two = replace(w.circle(), members=w.people[:2], leads=w.people[:1])
    resting = replace(two, paused_until=date(2027, 9, 30), state=CircleState.PAUSED)
    for circle in (two, resting, replace(two, state=CircleState.CLOSED)):
        yield circles.page, circles.page(circle, ["x" * 300] * 3, True, [w.session()] * 30)
        yield circles.left_in_charge, circles.left_in_charge(replace(circle, members=w.people[:1]))
    for circle in (w.circle(), w.circle(CircleKind.PAIR), resting):
        yield members.two_left, members.two_left(circle)
        yield members.handed_over, members.handed_over(circle, w.text(80))
        for many in (0, 1, 30):
            day, handed = date(2027, 9, 30), [(w.session(), Role.PRESENTER, w.people[0])] * many
            yield circle_states.pause, circle_states.pause(circle, day, [w.session()] * many)
            yield members.person_gone, members.person_gone(circle, w.text(80), handed, led=bool(many))
            yield circle_states.closed, circle_states.closed(w.text(80), many)
            for sure in (True, False):
                yield circle_states.close, circle_states.close(circle, many, sure=sure)
        for one in (True, False):
            yield circle_states.paused, circle_states.paused(circle, date(2027, 9, 30), leads=one)
            yield channels.lost, channels.lost(circle, archived=one, small=one)
        yield circle_states.going_on, circle_states.going_on(circle)
    yield members.hand_over, members.hand_over(w.circle(), w.people)
    yield members.invitation, members.invitation(w.text(80), w.text(80), HUGE)
    yield members.joined, members.joined(w.text(80))
    yield members.invitation_over, members.invitation_over(w.text(80))
    yield members.invited, members.invited(w.text(80), w.people)


def _of_the_hub(w: World) -> Iterator[Shown]:
    for many in (0, 1, 2, 60):
        yield hub.home, hub.home(w.hub(many))
        yield hub.hub_message, hub.hub_message(w.hub(many))
    for kind in CircleKind:
        yield roles.page, roles.page(w.roles(kind), may_excuse=True)
        yield roles.excuse, roles.excuse(w.circle(kind))
    yield hub.help_page, hub.help_page()
    yield hub.help_modal, hub.help_modal()
    for typed in ("", w.text(2000)):
        yield hub.unknown, hub.unknown(typed)
    yield roles.choose_circle, roles.choose_circle([(HUGE, w.text(80))] * 60)
    yield choosing.which_circle, choosing.which_circle("Which?", [(HUGE, w.text(80))] * 60, Action.SHOW_ROLES)
    yield hub.settings, hub.settings(SettingsFacts(ZONE, tuple(range(7)), w.text(200), ()))
    yield hub.settings, hub.settings(SettingsFacts(ZONE, (), None, ()))
    for many in (0, 1, 60):
        days = tuple((HUGE + n, date(2026, 9, 30), date(2027, 9, 30)) for n in range(many))
        yield away.form, away.form(AwayFacts(ZONE, date(2026, 9, 30), days))


def _of_the_calendar() -> Iterator[Shown]:
    longest = f"https://{'x' * 253}/calendar/{'x' * 43}.ics"
    yield calendar_page.made, calendar_page.made(longest, "0123456789ab")
    for mark in ("", "0123456789ab"):
        for possible in (True, False):
            page = calendar_page.calendar(mark, possible=possible, stopped=True)
            yield calendar_page.calendar, page


def _of_polls(w: World) -> Iterator[Shown]:
    viewer = w.people[0].id
    draft = PollDraft(((date(2026, 12, 8), time(10)),) * 5, 240)
    several = tuple((HUGE + n, w.text(80)) for n in range(100))
    for moving in (True, False):
        for state in PollState:
            poll = w.poll(state, moving=moving)
            yield polls.card, polls.card(poll)
            yield polls.closed, polls.closed(poll)
            yield polls.undecided, polls.undecided(poll, viewer)
            yield polls.lapsed, polls.lapsed(poll)
            yield polls.reminder, polls.reminder(poll, viewer)
            yield polls.reminder, polls.reminder(poll, HUGE - 1)
        yield polls.ticks, polls.ticks(poll, viewer, "Asia/Kolkata")
        yield polls.choice, polls.choice(poll, "Asia/Kolkata", ask_reason=moving)
    for running in (None, w.poll()):
        for choices in ((), several):
            shown = PollForm(w.circle(), choices, draft, HUGE, STARTS, running)
            yield polls.form, polls.form(shown, viewer)
    yield polls.card_elsewhere, polls.card_elsewhere()


def _of_cases(w: World) -> Iterator[Shown]:
    texts = tuple((part, w.text(3000)) for part in CASE_PARTS)
    tags = tuple(TagFacts(f"{'x' * 37}{n:03}", w.text(70)) for n in range(150))
    choices, chosen = TagChoices(tags[:50], tags[50:100], tags[100:]), tuple(one.id for one in tags[40:60])
    earlier = [w.session(SessionState.MISSED), w.session(SessionState.HELD)]
    for kind in CircleKind:
        session = w.session(kind=kind)
        read = CaseFacts(
            HUGE, session, w.people[0], w.text(150), texts, tuple(one.name for one in tags), may_edit=True
        )
        yield cases.page, cases.page(read)
        lines = (AgendaLine(w.text(70), STARTS, 240),) * 4
        begun = AgendaFacts(session, lines, (w.text(70), w.text(300)), 1, (read, read))
        yield agenda.agenda, agenda.agenda(begun)
        for many in (0, 1, 2):
            yield cases.there, cases.there(session, [read] * many)
        for many in (0, 20):
            yield cases.listing, cases.listing([read] * many)
            yield cases.listing_page, cases.listing_page([read] * many)
        for draft in (
            CaseDraft(),
            CaseDraft(w.text(150), dict(texts), chosen, shared=True),
        ):
            yield cases.form, cases.form(CaseForm(session, draft, HUGE, choices))
            for one in earlier:
                yield cases.form, cases.form(CaseForm(session, draft, HUGE, TagChoices(), one))


def _of_notes(w: World) -> Iterator[Shown]:
    texts = tuple((part, w.text(3000)) for part in PARTS)
    written = WrittenFacts(w.people[0], STARTS, w.people[1], STARTS, texts)
    for kind, count in ((CircleKind.GROUP, 1), (CircleKind.PAIR, 2)):
        session = w.session(kind=kind)
        page = NotesPage(session, (written,) * count, w.actions(), may_write=True)
        yield notes.page, notes.page(page)
        yield notes.page, notes.page(replace(page, written=(), actions=()))
        yield notes.there, notes.there(session)
        for open_actions in (0, 1, 1000):
            lines = (AgendaLine(w.text(70), STARTS, 240),) * 4
            shown = AgendaFacts(session, lines, (w.text(70), w.text(300)), open_actions)
            yield agenda.agenda, agenda.agenda(shown)
    for rows in (0, 1, MOST_ACTIONS):
        yield notes.form, notes.form(w.notes(rows))
        yield notes.form, notes.form(w.notes(rows), earlier=False)
    for many in (1, 100):
        yield notes.addition, notes.addition([w.session()] * many, 0, w.text(40_000))
    for many in (0, 20):
        yield notes.listing, notes.listing([w.session()] * many)
        yield notes.listing_page, notes.listing_page([w.session()] * many)
    for many in (0, 1, 200):
        yield actions.page, actions.page(HUGE, w.text(80), w.actions(many))
    yield actions.noted, actions.noted()
    yield actions.still_open, actions.still_open(w.actions(1)[0])
    due = [
        reminders.Part(actions.due(one), (actions.buttons(one),)) for one in w.actions(many) if not one.done
    ]
    yield reminders.bookkeeping, reminders.bookkeeping(due)


def _of_log(w: World) -> Iterator[Shown]:
    names = tuple(one.name for one in w.people)
    entry = LogEntry(
        day=date(2026, 9, 30),
        at=time(23, 30),
        zone=ZONE,
        length=240,
        mode=Mode.IN_PERSON,
        facilitator=names[0],
        presenter=names[1],
        note_taker=names[2],
        there=names,
        title=w.text(150),
        assumed=True,
    )
    years = tuple(range(2036, 2016, -1))
    for kind, entries in ((CircleKind.GROUP, 10), (CircleKind.PAIR, 1), (CircleKind.GROUP, 0)):
        for pages, year in ((3, 2030), (1, None)):
            shown = LogFacts(
                circle_id=HUGE,
                circle_name=w.text(80),
                kind=kind,
                years=years if entries else (),
                year=year,
                entries=(entry,) * entries,
                page=pages // 2,
                pages=pages,
                held=entries,
                not_held=entries,
                may_export=True,
                closed=False,
            )
            yield log.page, log.page(shown, on_its_way=pages > 1)
    for many in (0, 60):
        yield log.choose_circle, log.choose_circle([(HUGE, w.text(80))] * many)
        attended = [Attended(date(one, 1, 31), w.text(80), 240, ("presented",)) for one in years[:many]]
        hours = HoursFacts(tuple(attended))
        yield log.hours, log.hours(hours, ("presented", "took notes"))
        yield log.hours, log.hours(hours, ("presented", "took notes"), on_its_way=True)
    yield log.page, Said(log.log_text(w.text(80)))


def _of_privacy(w: World) -> Iterator[Shown]:
    for many, keeping in ((0, Keeping(0, 0)), (1, Keeping(1, 1)), (HUGE, Keeping(1200, 1200))):
        figures: dict[str, Any] = {one.name: many for one in fields(StoredFacts)[2:-4]}
        figures |= dict.fromkeys(("calendar", "owns_programme", "installed"), many > 0)
        shown = StoredFacts(w.text(80), ZONE, **figures, keeping=keeping)
        yield privacy.page, privacy.page(shown)
        yield privacy.page, privacy.page(shown, on_its_way=True)
    for sure in (True, False):
        yield privacy.erase, privacy.erase(sure=sure)
        yield privacy.erased, privacy.erased(now=sure)
    yield privacy.page, Said(privacy.FILE_TEXT)


def _of_trends(w: World) -> Iterator[Shown]:
    for many, lines in ((0, 0), (1, 1), (8, 80)):
        days = tuple(date(2026, 9, 30) + timedelta(days=30 * n) for n in range(many))
        lasting = (Trend(w.text(140), (None, *[4.26] * (many - 1))),) * lines
        for kind in CircleKind:
            shown = TrendsFacts(HUGE, w.text(80), kind, days, lasting)
            for on_its_way in (True, False):
                yield trends.page, trends.page(shown, on_its_way=on_its_way)
        if many > 1:
            words = pictures.trends(shown)
            assert len(words.alt) <= pictures.LONGEST_ALT
            yield trends.page, Said(words.text)
    yield trends.choose_circle, trends.choose_circle([(HUGE, w.text(80))] * 60)
    yield trends.only_pairs, trends.only_pairs()


def _of_programme(w: World) -> Iterator[Shown]:
    quarters = tuple(Quarter(2026 - n // 4, 4 - n % 4) for n in range(8))
    huge = Sums(HUGE, HUGE, HUGE, HUGE, HUGE, HUGE, HUGE, averages={}, withheld=True)
    for owner, first in ((True, False), (False, True)):
        may = ProgrammeDuty(owner=owner, names_first=first)
        for many in (0, 80):
            lines = ((w.text(140), 4.26),) * many
            shown = ProgrammeFacts(quarters, quarters[-1], HUGE, huge, lines)
            yield programme.page, programme.page(shown, may)
        yield programme.page, programme.page(ProgrammeFacts((), None, 0, None, ()), may)
        yield programme.page, programme.page(ProgrammeFacts(quarters[:1], quarters[0], 2, None, ()), may)
        yield programme.owners, programme.owners(may)
    yield programme.no_owner_yet, programme.no_owner_yet()
    yield programme.named, programme.named(w.people[:10])
    yield programme.stepped_down, programme.stepped_down()
    for one in (True, False):
        yield installations.installed, installations.installed(again=one, owner=one)


def _of_audit(w: World) -> Iterator[Shown]:
    longest = [
        AuditEntryFacts(deed, STARTS, name, date(2026, 9, 30), refused)
        for name in (w.text(80), "")
        for refused in (True, False)
        for deed in Deed
    ]
    for first in range(0, len(longest), ON_A_PAGE):
        entries = tuple(longest[first : first + ON_A_PAGE])
        yield audit.page, audit.page(AuditPage(HUGE, w.text(80), ZONE, entries, 1, 3))
    yield audit.page, audit.page(AuditPage(HUGE, w.text(80), ZONE, (), 0, 1))
    monday = date(2026, 9, 28)
    everything = dict.fromkeys(Deed, Count(HUGE, HUGE))
    days = {monday + timedelta(days=n): everything for n in range(7)}
    yield audit.week, audit.week(AuditWeek(monday, days, False, monday, monday))
    for few in (True, False):
        yield audit.week, audit.week(AuditWeek(monday, few=few))


def _of_swaps(w: World) -> Iterator[Shown]:
    for kind in CircleKind:
        session = w.session(kind=kind, answered=1)
        offered = tuple((role, w.people[0]) for role in Role)
        yield swaps.form, swaps.form(SwapForm(session, offered))
        yield swaps.offer_now, swaps.offer_now(session)
        yield swaps.offer_on_top, swaps.offer_on_top(session)
        for role in Role:
            yield swaps.news, swaps.news(session, role, w.people[0])
            yield swaps.news, swaps.news(session, role, None)
            yield sessions.role_gone, sessions.role_gone(session, role)
            for state in SwapState:
                swap = w.swap(role, state, kind)
                yield swaps.circle_ask, swaps.circle_ask(swap)
                yield swaps.offer, swaps.offer(swap, asked=True)
                yield swaps.offer, swaps.offer(swap, asked=False)
                yield swaps.convener, swaps.convener(swap)
                yield swaps.convener, swaps.convener(swap, newest=False)
                yield swaps.naming, swaps.naming(swap)
                yield swaps.settled, swaps.settled(swap)
    yield swaps.asked_now, swaps.asked_now()
    yield swaps.circle_ask_elsewhere, swaps.circle_ask_elsewhere()


def _parts(world: World, many: int) -> list[reminders.Part]:
    """A day on which everything is due, in several circles."""
    by_convener = (ReminderKind.AGREE_PLACE, ReminderKind.NOTHING_PLANNED)
    shown = (ReminderKind.PREPARE_CASE, ReminderKind.PREPARE_CASE_AGAIN, ReminderKind.LISTEN_FOR)
    return [
        reminders.part_of(kind, world.session(answered=2), HUGE)
        for _ in range(many)
        for kind in (
            *shown,
            ReminderKind.TOMORROW,
            ReminderKind.NOTES_NUDGE,
            *by_convener,
        )
    ]


def problems_of(shown: View | Said) -> list[str]:
    if isinstance(shown, View):
        return problems_of_view(shown.to_dict())
    silent = [] if shown.text.strip() else ["nothing for notifications and screen readers"]
    return [*problems_of_message(shown.text, shown.as_json() or None), *silent]


@pytest.mark.parametrize("sample", TEXTS.values(), ids=TEXTS.keys())
def test_all_is_within_slacks_limits(sample: str) -> None:
    found = [
        f"{builder.__module__}.{builder.__name__}: {problem}"
        for builder, shown in everything(World(sample))
        for problem in problems_of(shown)
    ]
    assert found == []


def test_every_builder_is_tried() -> None:
    """A view or message that is new must be added here, or to the tests of the closing's views."""
    elsewhere = (Path(__file__).parent / "views" / "test_closing.py").read_text(encoding="utf-8")
    tried = {f"{builder.__module__}.{builder.__name__}" for builder, _ in everything(World("W"))}
    missing = [
        f"{module}.{name}"
        for module, name in _builders()
        if f"{module}.{name}" not in tried and f"{module.rpartition('.')[2]}.{name}(" not in elsewhere
    ]
    assert missing == []


def _builders() -> Iterator[tuple[str, str]]:
    """Public functions of `bot.views` that build something to show."""
    for found in iter_modules(bot.views.__path__, "bot.views."):
        for name, function in inspect.getmembers(import_module(found.name), inspect.isfunction):
            own = function.__module__ == found.name and not name.startswith("_")
            if own and inspect.signature(function).return_annotation in (View, Said):
                yield found.name, name
