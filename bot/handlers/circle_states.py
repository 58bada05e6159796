"""Pausing a circle, letting it go on, closing it."""

from bot.handlers import showing
from bot.handlers.circles import page
from bot.handlers.sessions import clicked_message
from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Done, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import circle_states as views
from coaching import access, circle_states, circles, sessions
from coaching.access import Right
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field


def register(routes: Routes) -> None:
    routes.action(Action.PAUSE_CIRCLE, ask_until, deed=Deed.PAUSE)
    routes.action(Action.GO_ON, go_on, writes=True, deed=Deed.GO_ON)
    routes.action(Action.CLOSE_CIRCLE, ask_to_close, deed=Deed.CLOSE)
    routes.view(Form.PAUSE, pause, deed=Deed.PAUSE)
    routes.view(Form.CLOSE_CIRCLE, close, deed=Deed.CLOSE)


def ask_until(context: Context) -> Reply:
    circle = circle_states.to_pause(context.db, context.actor(), context.request.id_value)
    return showing.show(context.request, views.pause(circles.facts(circle)))


def pause(context: Context) -> Reply:
    """At once where nothing is scheduled before that day; else what becomes of those sessions is asked."""
    db, actor, request, now = context.db, context.actor(), context.request, context.now
    circle = circle_states.to_pause(db, actor, request.metadata_id("circle"))
    until = circle_states.check_until(circle, request.values.day(Field.DATE), now)
    choice = request.values.choice(Field.CHOICE)
    kept = circle_states.before(db, circle, until, now)
    if kept and choice is None:
        return UpdateModal(views.pause(circles.facts(circle), until, [sessions.facts(one) for one in kept]))
    revision, cancels = request.metadata_id("revision"), choice == views.CANCEL
    circle_states.pause(db, actor, circle.id, revision, until, now, cancels=cancels)
    return Done(clear=True)


def go_on(context: Context) -> Reply:
    """From the circle's page, which shows it at once, or from the message that it is paused."""
    circle = circle_states.go_on(context.db, context.actor(), context.request.id_value, context.now)
    if context.request.view and not context.request.view.home:
        return UpdateModal(page(context, circle))
    return clicked_message(context)


def ask_to_close(context: Context) -> Reply:
    circle = access.circle(context.db, context.actor(), context.request.id_value, Right.EDIT)
    coming = len(circle_states.to_come(context.db, circle, context.now))
    return showing.show(context.request, views.close(circles.facts(circle), coming))


def close(context: Context) -> Reply:
    """The first time it is asked once more, in the same place."""
    db, actor, request = context.db, context.actor(), context.request
    circle_id = request.metadata_id("circle")
    circle = access.circle(db, actor, circle_id, Right.EDIT)
    if not (request.view and request.view.metadata.get("sure")):
        coming = len(circle_states.to_come(db, circle, context.now))
        return UpdateModal(views.close(circles.facts(circle), coming, sure=True))
    circle_states.close(db, actor, circle_id, request.metadata_id("revision"), context.now)
    return Done(clear=True)
