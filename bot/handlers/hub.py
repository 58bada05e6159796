"""`/coach` alone, its help, and words it does not know."""

from bot.replies import Ephemeral, Reply
from bot.routes import UNKNOWN_WORD, Context, Routes
from bot.views import hub as views


def register(routes: Routes) -> None:
    routes.command("help", help_page)
    routes.command("", help_page)
    routes.command(UNKNOWN_WORD, unknown)


def help_page(_context: Context) -> Reply:
    return Ephemeral(views.help_page())


def unknown(context: Context) -> Reply:
    return Ephemeral(views.unknown(context.request.words))
