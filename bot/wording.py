"""Sentences that more than one place says. What belongs to one view stands in that view."""

OLD_BUTTON = (
    "This button is from an older message and does nothing any more. Type /coach to see what is so now."
)
SLACK_SILENT = (
    "Slack did not answer me just now, so I could not finish this. Nothing was changed, and nothing "
    "you typed is lost: try again in a minute. (Reference {reference})"
)
DATABASE_AWAY = (
    "I cannot reach my memory just now, so nothing was changed. Try again in a minute; if you are filling in "
    "a form, leave it open until then. (Reference {reference})"
)
UNREADABLE = (
    "I cannot read what is stored: the key for it is missing. Nothing is lost, and nothing was changed. "
    "Please tell whoever looks after me this reference: {reference}"
)
UNEXPECTED = (
    "Something went wrong on my side. Nothing was changed, and nothing you typed is lost: try again in a "
    "minute, and if it stays so, tell whoever looks after me this reference: {reference}"
)
NO_OPTIONS = "Something went wrong. Try again; if it stays so: {reference}"
"""An entry of a list: at most 75 characters."""
REINSTALL = (
    "I am not installed in this workspace any more, or my permission has run out. Two weeks after a "
    "removal, at the latest, what was here is erased. Somebody who may install apps here can bring me back: "
    "{url}"
)
LOCKED_OUT = (
    "Slack does not let me into this workspace any more. Nothing is lost by that. Please tell whoever "
    "looks after me: `coach doctor` says what to do."
)

COMMANDS = (
    ("schedule", "schedule your circle's next session, for example `/coach schedule Dec 8 10am`"),
    ("poll", "find a time for a session: the circle picks among a few"),
    ("circle", "make a new circle or pair"),
    ("circles", "your circles, and where each stands"),
    ("roles", "who presents and who takes notes next"),
    ("case", "prepare the case you bring, or read those of your circles"),
    ("notes", "write your session's notes, or read those of earlier ones"),
    ("log", "your circle's coaching log, and your own hours"),
    ("trends", "how your circle's evaluations go on over time"),
    ("programme", "what leadership sees: sums over all circles"),
    ("calendar", "your sessions in your own calendar"),
    ("away", "days on which you are away"),
    ("settings", "your working days, your workplace, your reminders"),
    ("leave", "leave a circle"),
    ("privacy", "what is stored about you; taking it out, or being erased"),
    ("help", "this list"),
)
"""Subcommands in the order in which the help lists them. A test holds this list and the routes together."""
