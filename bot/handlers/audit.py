"""What was done: to a circle for its coaching leads, and in sums on the programme page."""

from bot.handlers import showing
from bot.ids import Action
from bot.parse import whole_number
from bot.replies import Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import audit as views
from coaching import audit
from coaching.rules.audit_facts import Deed


def register(routes: Routes) -> None:
    routes.action(Action.SHOW_AUDIT, show, deed=Deed.LOOK)
    routes.action(Action.AUDIT_PAGE, turn, deed=Deed.LOOK)
    routes.action(Action.SHOW_AUDIT_SUMS, show_sums, deed=Deed.LOOK)
    routes.action(Action.AUDIT_WEEK, turn_week, deed=Deed.LOOK)


def show(context: Context) -> Reply:
    shown = audit.of_circle(context.db, context.actor(), context.request.id_value)
    return showing.show(context.request, views.page(shown))


def turn(context: Context) -> Reply:
    request = context.request
    page = whole_number(request.value.partition(":")[0])
    return UpdateModal(views.page(audit.of_circle(context.db, context.actor(), request.id_value, page)))


def show_sums(context: Context) -> Reply:
    shown = audit.of_workspace(context.db, context.actor(), None, context.now)
    return showing.show(context.request, views.week(shown))


def turn_week(context: Context) -> Reply:
    monday = context.request.day_value
    return UpdateModal(views.week(audit.of_workspace(context.db, context.actor(), monday, context.now)))
