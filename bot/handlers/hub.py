"""`/coach` alone, the Home tab, help, settings, and words that are none."""

from bot.directory import profile
from bot.handlers import showing
from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Done, Ephemeral, OpenModal, PublishHome, Reply
from bot.routes import UNKNOWN_WORD, Context, Routes
from bot.views import hub as views
from bot.views.circles import ALL_REMINDERS
from coaching import hub, profiles, settings
from coaching.rules.fields import Field
from coaching.rules.terms import ReminderKind


def register(routes: Routes) -> None:
    routes.command("", hub_message)
    routes.command("help", help_page)
    routes.command("settings", open_settings)
    routes.command(UNKNOWN_WORD, unknown)
    routes.action(Action.SHOW_HELP, help_modal)
    routes.action(Action.SETTINGS, open_settings)
    routes.action(Action.LINK, nothing)
    routes.view(Form.SETTINGS, save_settings)
    routes.event("app_home_opened", home_opened)
    routes.event("user_change", user_changed)


def hub_message(context: Context) -> Reply:
    return Ephemeral(views.hub_message(hub.of_person(context.db, context.actor(), context.now)))


def help_page(_context: Context) -> Reply:
    return Ephemeral(views.help_page())


def help_modal(_context: Context) -> Reply:
    return OpenModal(views.help_modal())


def unknown(context: Context) -> Reply:
    return Ephemeral(views.unknown(context.request.words))


def nothing(_context: Context) -> Reply:
    """A button that only opens an address: Slack reports the click, and there is nothing to do."""
    return Done()


def open_settings(context: Context) -> Reply:
    return showing.show(context.request, views.settings(settings.facts(context.actor())))


def save_settings(context: Context) -> Reply:
    values, actor = context.request.values, context.actor()
    on = {*values.choices(Field.REMINDERS), *values.choices(Field.REMINDERS_AFTER)}
    off = [ReminderKind(kind) for kind, _ in ALL_REMINDERS if kind not in on]
    days = [int(day) for day in values.choices(Field.WORKING_DAYS) if day.isdigit()]
    settings.change(context.db, actor, days, values.text(Field.WORKPLACE), off, context.now)
    return Done()


def home_opened(context: Context) -> Reply:
    if context.request.event.get("tab") != "home":
        return Done()
    return PublishHome(views.home(hub.opened(context.db, context.actor(), context.now)))


def user_changed(context: Context) -> Reply:
    """Slack says that somebody has a new name or zone, or has left: whom the bot knows is kept true."""
    changed = context.request.event.get("user")
    if isinstance(changed, dict):
        workspace = context.request.workspace_id
        profiles.changed(context.db, workspace, profile(changed, workspace), context.now)
    return Done()
