"""One module per feature; each registers its commands, buttons and forms."""

from bot.handlers import circles, hub, sessions

FEATURES = (hub, circles, sessions)
