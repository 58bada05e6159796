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
    """Only the bot's own token is kept; those of people and of others are none of ours."""
    request = context.request
    tokens = request.event.get("tokens")
    users = tokens.get("bot") if isinstance(tokens, dict) else None
    if isinstance(users, list):
        at = request.event_at or context.now
        installations.revoked(context.db, request.workspace_id, users, at, context.now)
    return Done()
