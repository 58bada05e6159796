"""Answers to a date of the rhythm: "Confirm", "Change", "Skip this month"."""

from bot.handlers import sessions as scheduling
from bot.ids import Action
from bot.replies import Reply
from bot.routes import Context, Routes
from coaching import rhythm
from coaching.rules.audit_facts import Deed


def register(routes: Routes) -> None:
    routes.action(Action.CONFIRM_DATE, confirm, writes=True, deed=Deed.SCHEDULE)
    routes.action(Action.CHANGE_DATE, change, deed=Deed.SCHEDULE)
    routes.action(Action.SKIP_DATE, skip, writes=True, deed=Deed.SKIP)


def confirm(context: Context) -> Reply:
    """Schedules what is proposed; the message that was clicked says so at once."""
    request = context.request
    rhythm.confirm(context.db, context.actor(), request.id_value, request.day_value, context.now)
    return scheduling.clicked_message(context)


def skip(context: Context) -> Reply:
    request = context.request
    rhythm.skip(context.db, context.actor(), request.id_value, request.day_value, context.now)
    return scheduling.clicked_message(context)


def change(context: Context) -> Reply:
    """The form, standing at what is proposed."""
    request = context.request
    found = rhythm.open_form(context.db, context.actor(), request.id_value, request.day_value, context.now)
    return scheduling.show_form(context, found)
