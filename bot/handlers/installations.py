"""The bot was removed from a workspace. Slack says so when its token has ended already."""

from bot.replies import Done, Reply
from bot.routes import Context, Routes
from coaching import installations


def register(routes: Routes) -> None:
    routes.event("app_uninstalled", removed, tokenless=True)
    routes.event("tokens_revoked", revoked, tokenless=True)


def removed(context: Context) -> Reply:
    request = context.request
    installations.removed(context.db, request.workspace_id, request.event_at or context.now, context.now)
    return Done()


def revoked(context: Context) -> Reply:
    """Only the bot's own token is kept; those of people are none of ours."""
    tokens = context.request.event.get("tokens")
    return removed(context) if isinstance(tokens, dict) and tokens.get("bot") else Done()
