"""One module per feature; each registers its commands, buttons and forms."""

from bot.handlers import circles, closing, evaluations, hub, sessions

FEATURES = (hub, circles, sessions, closing, evaluations)
