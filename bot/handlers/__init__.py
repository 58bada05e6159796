"""One module per feature; each registers its commands, buttons and forms."""

from bot.handlers import away, calendar, circle_form, circles, closing, evaluations, hub, polls, sessions

FEATURES = (hub, away, circle_form, circles, sessions, polls, calendar, closing, evaluations)
