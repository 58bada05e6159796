"""How a circle's evaluations go on over time."""

from bot.handlers import showing
from bot.handlers.hub import hub_message
from bot.ids import Action
from bot.replies import Ephemeral, OpenModal, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import trends as views
from coaching import access, trends
from coaching.rules.terms import CircleKind


def register(routes: Routes) -> None:
    routes.command("trends", by_command)
    routes.action(Action.SHOW_TRENDS, show)
    routes.action(Action.TRENDS_PICTURE, as_picture, writes=True)


def by_command(context: Context) -> Reply:
    """Straight to the group that is meant, or the question which."""
    mine = access.circles(context.db, context.actor())
    groups = [one for one in mine if one.kind is CircleKind.GROUP]
    meant = showing.meant(groups, context.request)
    if meant:
        return OpenModal(views.page(trends.facts(context.db, meant, context.pack)))
    if groups:
        return Ephemeral(views.choose_circle([(one.id, one.name) for one in groups]))
    return Ephemeral(views.only_pairs()) if mine else hub_message(context)


def show(context: Context) -> Reply:
    shown = trends.of_circle(context.db, context.actor(), context.request.id_value, context.pack)
    return showing.show(context.request, views.page(shown))


def as_picture(context: Context) -> Reply:
    """To one's own direct messages: a modal can show only pictures that stand somewhere already."""
    actor, circle_id = context.actor(), context.request.id_value
    trends.send_picture(context.db, actor, circle_id, context.now)
    shown = trends.of_circle(context.db, actor, circle_id, context.pack)
    return UpdateModal(views.page(shown, on_its_way=True))
