"""Scheduling, answering, moving and cancelling sessions."""

from dataclasses import replace

from slack_sdk.models.views import View as Modal

from bot.handlers import showing
from bot.ids import Action, MenuItem
from bot.ids import View as Form
from bot.outgoing import as_it_stands
from bot.parse import Request, Values, readable
from bot.replies import Done, Ephemeral, OpenModal, Reply, UpdateMessage, UpdateModal
from bot.routes import Context, Routes
from bot.views import sessions as views
from bot.views import swaps as swap_views
from coaching import access, attendance, calendar, outbox, proposals, quorum, sessions
from coaching.access import Right
from coaching.errors import ReasonNeeded, Refused
from coaching.rules.audit_facts import Deed
from coaching.rules.facts import Draft, ScheduleForm, Typed
from coaching.rules.fields import Field
from coaching.rules.terms import Coming, Mode
from storage.models import Outgoing

OWN_MESSAGES = (Outgoing.SESSION_NEWS, Outgoing.SESSION_MOVED, Outgoing.SESSION_PLACE)


def register(routes: Routes) -> None:
    routes.command("schedule", schedule)
    routes.action(Action.SCHEDULE, schedule_from_button, deed=Deed.SCHEDULE)
    routes.action(Action.CHOOSE_CIRCLE, choose_circle, deed=Deed.SCHEDULE)
    routes.action(Action.ATTEND, attend, writes=True, deed=Deed.LOOK)
    routes.action(Action.DECLINE, decline, writes=True, deed=Deed.LOOK)
    routes.action(Action.HOW_TO_JOIN, how_to_join, deed=Deed.LOOK)
    routes.action(Action.CALENDAR_FILE, calendar_file, writes=True, deed=Deed.LOOK)
    routes.action(Action.RESCHEDULE, reschedule, deed=Deed.MOVE)
    routes.action(Action.HOLD_IT, hold_it, writes=True, deed=Deed.HOLD)
    routes.menu_item(MenuItem.RESCHEDULE, reschedule, deed=Deed.MOVE)
    routes.action(Action.AGREE_PLACE, reschedule, deed=Deed.MOVE)
    routes.menu_item(MenuItem.SKIP, ask_to_skip, deed=Deed.SKIP)
    routes.menu_item(MenuItem.CANCEL, ask_to_cancel, deed=Deed.CANCEL)
    routes.view(Form.SCHEDULE, save, deed=Deed.SCHEDULE)
    routes.view(Form.CANCEL, cancel, deed=Deed.CANCEL)
    routes.view(Form.SKIP, skip, deed=Deed.SKIP)


def schedule(context: Context) -> Reply:
    """The form for the circle whose channel one is in, else for the one whose next date comes first.

    Words after the command fill in date and time.
    """
    request = context.request
    words = readable(request.words.partition(" ")[2])
    shown = proposals.open_form(
        context.db, context.actor(), context.now, channel=request.channel, words=words
    )
    return OpenModal(_view(shown))


def schedule_from_button(context: Context) -> Reply:
    shown = proposals.open_form(context.db, context.actor(), context.now, circle_id=context.request.id_value)
    return show_form(context, shown)


def choose_circle(context: Context) -> Reply:
    """Another circle in the form: everything that depends on it is proposed anew.

    The message stays, and so do date and time when they were typed after the command.
    """
    request = context.request
    shown = proposals.open_form(
        context.db, context.actor(), context.now, circle_id=request.id_value, typed=_typed(request)
    )
    return UpdateModal(_view(shown))


def save(context: Context) -> Reply:
    actor, request = context.actor(), context.request
    circle_id, draft = request.metadata_id("circle"), _draft(request.values)
    moving = request.view.metadata.get("session") if request.view else None
    context.is_called(Deed.SCHEDULE if moving is None else Deed.MOVE)
    try:
        if moving is None:
            sessions.schedule(context.db, actor, circle_id, draft, context.now)
        else:
            session_id, revision = request.metadata_id("session"), request.metadata_id("revision")
            sessions.move(context.db, actor, session_id, revision, draft, context.now)
    except ReasonNeeded as needed:
        if request.values.has(Field.REMOTE_REASON):  # it was asked for already, and left empty
            raise Refused({Field.REMOTE_REASON: needed.sentence}) from needed
        return UpdateModal(_with_reason(context, circle_id, draft))
    return Done(clear=True)


def attend(context: Context) -> Reply:
    return _answer(context, Coming.YES)


def decline(context: Context) -> Reply:
    """Who has a role is at once offered to swap it: in their own message, else by an answer beside it."""
    actor, request = context.actor(), context.request
    session = attendance.answer(context.db, actor, request.id_value, Coming.NO, context.now)
    shown = sessions.facts(session)
    if shown.role_of(actor.person.id) in (None, *shown.sought) or session.starts_at <= context.now:
        return clicked_message(context)
    if request.view is not None:
        return showing.show(request, swap_views.offer_on_top(shown))
    return clicked_message(context) if _shows_offer(context) else Ephemeral(swap_views.offer_now(shown))


def _shows_offer(context: Context) -> bool:
    """Whether the clicked message is the person's own about the session: that has the button itself."""
    request = context.request
    row = outbox.at(context.db, request.workspace_id, request.channel or "", request.message_ts or "")
    return row is not None and row.kind in OWN_MESSAGES


def how_to_join(context: Context) -> Reply:
    session = access.session(context.db, context.actor(), context.request.id_value, Right.SEE)
    return OpenModal(views.how_to_join(sessions.facts(session)))


def calendar_file(context: Context) -> Reply:
    """The .ics goes to one's own direct messages; who took it gets its next versions too."""
    actor = context.actor()
    session = access.session(context.db, actor, context.request.id_value, Right.SEE, lock=True)
    calendar.take(context.db, session, actor.person, context.now)
    # In one's messages the file appears below; from a modal nobody would see that it came.
    inside = context.request.view is not None
    return UpdateModal(views.how_to_join(sessions.facts(session), file_sent=True)) if inside else Done()


def reschedule(context: Context) -> Reply:
    shown = proposals.open_move(context.db, context.actor(), context.request.id_value, context.now)
    return OpenModal(_view(shown))


def hold_it(context: Context) -> Reply:
    quorum.hold(context.db, context.actor(), context.request.id_value, context.now)
    return clicked_message(context)


def ask_to_cancel(context: Context) -> Reply:
    session = access.session(context.db, context.actor(), context.request.id_value, Right.SCHEDULE)
    sessions.check_open(session, context.now)
    return OpenModal(views.cancelling(sessions.facts(session)))


def cancel(context: Context) -> Reply:
    reason = context.request.values.text(Field.REASON)
    sessions.cancel(context.db, context.actor(), context.request.metadata_id("session"), reason, context.now)
    return Done(clear=True)


def ask_to_skip(context: Context) -> Reply:
    session = access.session(context.db, context.actor(), context.request.id_value, Right.SCHEDULE)
    sessions.check_open(session, context.now)
    sessions.check_may_skip(session)
    return OpenModal(views.skipping(sessions.facts(session)))


def skip(context: Context) -> Reply:
    sessions.skip(context.db, context.actor(), context.request.metadata_id("session"), context.now)
    return Done(clear=True)


def _answer(context: Context, coming: Coming) -> Reply:
    actor = context.actor()
    attendance.answer(context.db, actor, context.request.id_value, coming, context.now)
    return clicked_message(context)


def clicked_message(context: Context) -> Reply:
    """The message that was clicked shows the answer at once; all others follow by their refresh."""
    request = context.request
    if not request.message_ts or not request.channel:
        return Done()
    said = as_it_stands(
        context.db, request.workspace_id, request.channel, request.message_ts, context.pack, context.now
    )
    return UpdateMessage(request.channel, request.message_ts, said) if said else Done()


def _typed(request: Request) -> Typed | None:
    """Date and time as they stand in the form, where words after the command have filled it."""
    if not request.view or not request.view.metadata.get("typed"):
        return None
    return Typed(date=request.values.day(Field.DATE), time=request.values.clock(Field.TIME))


def _with_reason(context: Context, circle_id: int, draft: Draft) -> Modal:
    """The same form with one more required field; everything typed stays."""
    request = context.request
    moving = request.view.metadata.get("session") if request.view else None
    actor = context.actor()
    if moving is None:
        shown = proposals.open_form(context.db, actor, context.now, circle_id=circle_id, draft=draft)
    else:
        shown = proposals.open_move(
            context.db, actor, request.metadata_id("session"), context.now, draft=draft
        )
    return _view(_with_usual_link(shown), ask_reason=True)


def _with_usual_link(shown: ScheduleForm) -> ScheduleForm:
    """In person there was none to fill in; now one may be needed."""
    draft = shown.draft
    link = draft.link or (shown.circle.usual_link if draft.mode is Mode.VIDEO else None)
    return replace(shown, draft=replace(draft, link=link))


def show_form(context: Context, shown: ScheduleForm) -> Reply:
    """The form, on top of whatever is open."""
    return showing.show(context.request, _view(shown))


def _view(shown: ScheduleForm, *, ask_reason: bool = False) -> Modal:
    draft = shown.draft
    complete = draft.date and draft.time and draft.length
    starts_at = sessions.timing_of(draft, shown.circle.zone).starts_at if complete else None
    return views.form(shown, starts_at, ask_reason=ask_reason)


def _draft(values: Values) -> Draft:
    chosen = values.choice(Field.MODE)
    return Draft(
        date=values.day(Field.DATE),
        time=values.clock(Field.TIME),
        length=values.number(Field.LENGTH),
        mode=Mode(chosen) if chosen in set(Mode) else None,
        place=values.text(Field.PLACE),
        link=values.text(Field.LINK),
        presenter=values.number(Field.PRESENTER),
        note_taker=values.number(Field.NOTE_TAKER),
        message=values.text(Field.MESSAGE),
        remote_reason=values.text(Field.REMOTE_REASON),
    )
