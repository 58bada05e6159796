"""What can go wrong, each with a sentence that a person can read."""

from collections.abc import Iterable, Mapping

from coaching.rules.fields import Field


class CoachingError(Exception):
    """Base of all: `sentence` says what happened, what was kept and what to do next."""

    sentence = "That did not work, and nothing was changed."

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class NotFound(CoachingError):
    """Reads the same for *not yours* and *not there*, so that nobody can find out which."""

    sentence = "That is not here any more, or it is not yours to open. Nothing was changed."


class NotAllowed(CoachingError):
    """Somebody may see it, but not do this with it."""


class NotYours(NotAllowed):
    """The same, because it is for others to do: not too late, and not settled already."""


class WorkspaceErased(CoachingError):
    """All of it went by `coach erase-workspace`, and some process still answers there."""

    sentence = (
        "Whoever looks after me has erased all that I kept of this workspace, so I do nothing here any more. "
        "If that surprises you, please ask them."
    )


class Changed(CoachingError):
    """What somebody is working on was changed by somebody else meanwhile."""

    sentence = (
        "Somebody changed this a moment ago, so yours was not saved. "
        "Copy what you typed, open it again and you will see what is so now."
    )


class Refused(CoachingError):
    """A form that cannot be taken as it is: each refusal belongs to a field."""

    def __init__(self, fields: Mapping[Field, str]) -> None:
        self.fields = dict(fields)
        super().__init__(" ".join(self.fields.values()))


class ReasonNeeded(CoachingError):
    """A remote session where one in person is due: the form asks for the reason, and keeps the rest."""

    sentence = "This session should be in person. If you meet remotely all the same, say why."


class Nobody(CoachingError):
    """Slack does not show the bot somebody who is named."""

    sentence = (
        "Slack does not show me somebody who is named here: they may have gone, or work in another "
        "organisation. Nothing was changed."
    )


class UnknownPeople(CoachingError):
    """People whom the bot has not met yet: the caller looks them up in Slack and tries again."""

    sentence = "Slack did not say who some of these people are. Try again in a minute; nothing is lost."

    def __init__(self, slack_ids: Iterable[str]) -> None:
        self.slack_ids = tuple(dict.fromkeys(slack_ids))
        super().__init__()


class UnknownChannel(CoachingError):
    """A channel that must be looked up in Slack first."""

    sentence = "Slack did not say anything about that channel. Try again in a minute; nothing is lost."

    def __init__(self, channel: str) -> None:
        self.channel = channel
        super().__init__()
