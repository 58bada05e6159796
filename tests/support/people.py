"""The cast at the page of a running demo, and the things they do in many tests."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from demo import cast
from demo.person import Person
from demo.records import Json
from service.demo import Demo
from tests.support.instants import wall

CIRCLE = "Practice circle"
FIVE = ("Ana Torres", "Bo Jensen", "Chidi Okafor", "Dee Novak", "Eli Stern")
ROOM = "#practice-circle"


class People:
    """Everybody in the sample workspace, each at a page of their own."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.ana, self.bo, self.chidi, self.dee, self.eli, self.fay, self.gus, self.hana = (
            Person(demo.url, one)
            for one in (
                cast.ANA,
                cast.BO,
                cast.CHIDI,
                cast.DEE,
                cast.ELI,
                cast.FAY,
                cast.GUS,
                cast.HANA,
            )
        )

    @property
    def five(self) -> list[Person]:
        """The members of the circle that most tests have, in its order."""
        return [self.ana, self.bo, self.chidi, self.dee, self.eli]

    def circle(
        self,
        *,
        name: str = CIRCLE,
        members: Iterable[str] = FIVE,
        channel: str | None = ROOM,
        by: Person | None = None,
        more: Mapping[str, object] | None = None,
        **fields: str,
    ) -> None:
        """Ana makes a circle, and everything about it is sent."""
        maker = by or self.ana
        maker.command("/coach circle")
        maker.fill(circle_fields(name=name, members=members, channel=channel, **fields))
        previewed(maker)
        if more:
            maker.click("More settings")
            maker.fill(more)
            previewed(maker)
        accepted(maker)
        self.demo.settle()

    def session(self, by: Person | None = None, *, channel: str | None = None, **fields: object) -> None:
        """Somebody schedules a session by the form as it opens, but for these fields, and all is told."""
        maker = by or self.ana
        maker.command("/coach schedule", channel=channel)
        maker.fill(session_fields(**fields))
        accepted(maker)
        self.demo.settle()

    def wait(self, until: str) -> None:
        """Lets time pass, by New York's clock, in long steps: messages keep their minute all the same."""
        self.demo.live_until(wall(until), step=timedelta(days=1))

    def card(self, session: int = -1, channel: str = ROOM) -> Json:
        """A session's card in the channel, the newest one if none is named."""
        cards = [one for one in self.ana.messages(channel) if one["is_bot"]]
        return cards[session]


def circle_fields(
    *,
    name: str | None = CIRCLE,
    members: Iterable[str] = FIVE,
    channel: str | None = ROOM,
    rhythm: str = "Same weekday each month",
    starts_on: str = "2026-12-08",
    usual_time: str = "10:00",
) -> dict[str, object]:
    """The six fields of "New circle"; 8 December 2026 is the second Tuesday."""
    return {
        "Name": name,
        "Members": list(members),
        "Channel": channel,
        "Rhythm": rhythm,
        "Starts on": starts_on,
        "Usual time": usual_time,
    }


LABELS = {
    "circle": "Circle",
    "date": "Date",
    "time": "Time",
    "length": "Length in minutes",
    "mode": "How will you meet?",
    "reason": "Meet remotely anyway?",
    "place": "Place or number",
    "link": "Meeting link",
    "presenter": "Presenter",
    "note_taker": "Note-taker",
    "message": "Message to the circle",
}


def session_fields(**fields: object) -> dict[str, object]:
    """The fields of "Schedule a session" by our names for them."""
    return {LABELS[name]: value for name, value in fields.items()}


def accepted(person: Person) -> None:
    """Submits the form on top, which must be taken without a question."""
    assert person.submit() == {}
    assert not person.has_modal, person.modal


def previewed(person: Person) -> None:
    """Submits a form of a circle, which must be taken; what the year looks like is on top then."""
    assert person.submit() == {}
    assert person.modal["title"] == "What the year looks like"


def refused(person: Person) -> dict[str, str]:
    """Submits the form on top, which must come back; what it says, by the labels of the fields."""
    errors = person.submit()
    assert errors, "the form was taken"
    labels = {block["block_id"]: block["label"]["text"] for block in inputs(person)}
    return {labels[block_id]: sentence for block_id, sentence in errors.items()}


def inputs(person: Person) -> list[Json]:
    return [block for block in person.modal["blocks"] if block["type"] == "input"]


def filled_in(person: Person) -> dict[str, object]:
    """What stands in the form on top by label, as a person reads it: words of options, ids of people."""
    typed = person.values
    return (
        {
            block["label"]["text"]: _value(typed[block["block_id"]][block["element"]["action_id"]])
            for block in inputs(person)
        }
        if person.modal
        else {}
    )


def _value(entry: Json) -> object:
    [value] = [value for key, value in entry.items() if key != "type"]
    if isinstance(value, dict):
        return value["text"]["text"]
    if isinstance(value, list):
        return [one["text"]["text"] if isinstance(one, dict) else one for one in value]
    return value
