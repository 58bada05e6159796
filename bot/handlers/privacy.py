"""What is stored about oneself: reading it, taking it out, being erased."""

from bot.handlers import showing
from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import privacy as views
from coaching import erasing, privacy


def register(routes: Routes) -> None:
    routes.command("privacy", show)
    routes.action(Action.SHOW_PRIVACY, show)
    routes.action(Action.MY_DATA, my_data, writes=True)
    routes.action(Action.ERASE_ME, ask)
    routes.view(Form.ERASE_ME, erase)


def show(context: Context) -> Reply:
    found = privacy.stored(context.db, context.actor(), context.keeping)
    return showing.show(context.request, views.page(found))


def my_data(context: Context) -> Reply:
    """To one's own direct messages."""
    actor = context.actor()
    privacy.send(context.db, actor, context.now)
    found = privacy.stored(context.db, actor, context.keeping)
    return UpdateModal(views.page(found, on_its_way=True))


def ask(context: Context) -> Reply:
    """Asks nobody's name: a button of before must not make somebody known again who was erased."""
    return showing.show(context.request, views.erase())


def erase(context: Context) -> Reply:
    """The first time it is asked once more, in the same place."""
    request = context.request
    if not (request.view and request.view.metadata.get("sure")):
        return UpdateModal(views.erase(sure=True))
    done = erasing.erase(context.db, request.workspace_id, request.slack_id, context.now)
    return UpdateModal(views.erased(now=done))
