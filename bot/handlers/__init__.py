"""One module per feature; each registers its commands, buttons and forms."""

from bot.handlers import (
    already_met,
    away,
    calendar,
    circle_form,
    circle_states,
    circles,
    closing,
    evaluations,
    hub,
    members,
    polls,
    rhythm,
    roles,
    sessions,
    swaps,
)

FEATURES = (
    hub,
    away,
    circle_form,
    circles,
    circle_states,
    members,
    roles,
    sessions,
    rhythm,
    swaps,
    polls,
    calendar,
    closing,
    already_met,
    evaluations,
)
