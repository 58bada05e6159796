"""The coaching log, and one's own hours."""

from bot.handlers import showing
from bot.ids import Action
from bot.parse import whole_number
from bot.replies import Ephemeral, OpenModal, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import log as views
from coaching import access, log
from coaching.rules.audit_facts import Deed


def register(routes: Routes) -> None:
    routes.command("log", by_command)
    routes.action(Action.SHOW_LOG, show, deed=Deed.LOOK)
    routes.action(Action.LOG_YEAR, turn, deed=Deed.LOOK)
    routes.action(Action.LOG_PAGE, turn, deed=Deed.LOOK)
    routes.action(Action.LOG_CSV, as_csv, writes=True, deed=Deed.TAKE_LOG)
    routes.action(Action.LOG_JSON, as_json, writes=True, deed=Deed.TAKE_LOG)
    routes.action(Action.MY_HOURS, my_hours)
    routes.action(Action.HOURS_CSV, hours_as_csv, writes=True)


def by_command(context: Context) -> Reply:
    """Straight to the circle's that is meant, or the question which; closed ones can be read too."""
    actor = context.actor()
    mine = access.circles(context.db, actor, closed=True)
    meant = showing.meant(mine, context.request)
    if meant:
        return OpenModal(views.page(log.of_circle(context.db, actor, meant.id)))
    return Ephemeral(views.choose_circle([(one.id, one.name) for one in mine]))


def show(context: Context) -> Reply:
    shown = log.of_circle(context.db, context.actor(), context.request.id_value)
    return showing.show(context.request, views.page(shown))


def turn(context: Context) -> Reply:
    """Another year, or another page of the same."""
    parts = [*context.request.value.split(":"), "0", "0"]  # of a year there is no page in it
    circle, year, page = (whole_number(one) for one in parts[:3])
    return UpdateModal(views.page(log.of_circle(context.db, context.actor(), circle, year or None, page)))


def as_csv(context: Context) -> Reply:
    return _send(context, "csv")


def as_json(context: Context) -> Reply:
    return _send(context, "json")


def _send(context: Context, form: str) -> Reply:
    """To the lead's own direct messages."""
    actor, circle_id = context.actor(), context.request.id_value
    log.send(context.db, actor, circle_id, form, context.now)
    return UpdateModal(views.page(log.of_circle(context.db, actor, circle_id), on_its_way=True))


def my_hours(context: Context) -> Reply:
    found = log.hours(context.db, context.actor().person)
    return showing.show(context.request, views.hours(found, log.ROLES))


def hours_as_csv(context: Context) -> Reply:
    actor = context.actor()
    log.send_hours(context.db, actor, context.now)
    return UpdateModal(views.hours(log.hours(context.db, actor.person), log.ROLES, on_its_way=True))
