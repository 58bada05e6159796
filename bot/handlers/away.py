"""`/coach away`: one's own days away."""

from bot.handlers import showing
from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import away as views
from coaching import away
from coaching.rules.fields import Field


def register(routes: Routes) -> None:
    routes.command("away", show)
    routes.action(Action.AWAY, show)
    routes.action(Action.END_AWAY, end, writes=True)
    # Sent twice it adds nothing a second time, and the form stays open to show the list.
    routes.view(Form.AWAY, enter, once=False)


def show(context: Context) -> Reply:
    return showing.show(context.request, views.form(away.facts(context.actor(), context.now)))


def enter(context: Context) -> Reply:
    values, actor = context.request.values, context.actor()
    away.enter(context.db, actor, values.day(Field.FIRST_DAY), values.day(Field.LAST_DAY), context.now)
    return UpdateModal(views.form(away.facts(actor, context.now)))


def end(context: Context) -> Reply:
    actor = context.actor()
    away.end(context.db, actor, context.request.id_value, context.now)
    return UpdateModal(views.form(away.facts(actor, context.now)))
