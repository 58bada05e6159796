"""Text objects, confirmations, options."""

from collections.abc import Iterator

from demo.limits.checks import Check, by_type, flag, listed, problem, shape, string, url

TYPE: Check = string(50)


def plain(most: int) -> Check:
    return by_type({"plain_text": _plain(most), "mrkdwn": _mrkdwn(most)}, {"plain_text"})


def any_text(most: int) -> Check:
    return by_type({"plain_text": _plain(most), "mrkdwn": _mrkdwn(most)})


def _plain(most: int) -> Check:
    return shape({"type": TYPE, "text": string(most)}, {"emoji": flag})


def _mrkdwn(most: int) -> Check:
    return shape({"type": TYPE, "text": string(most)}, {"verbatim": flag})


CONFIRM = shape(
    {"title": plain(100), "text": any_text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": string(20)},
)

PLAIN_OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75)})
RICH_OPTION = shape({"text": any_text(75), "value": string(150)}, {"description": any_text(75)})
OVERFLOW_OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": url})
OPTION_GROUP = shape({"label": plain(75), "options": listed(PLAIN_OPTION, 100)}, {})


def options_of(element: dict[str, object]) -> list[object]:
    """All options an element offers, those in groups too."""
    groups = element.get("option_groups")
    grouped = [
        option
        for group in (groups if isinstance(groups, list) else [])
        for option in (group.get("options") or [] if isinstance(group, dict) else [])
    ]
    own = element.get("options")
    return [*(own if isinstance(own, list) else []), *grouped]


def initial_among_options(element: object, place: str) -> Iterator[str]:
    """What is chosen at first must be on offer, in exactly the same words."""
    if not isinstance(element, dict):
        return
    offered = options_of(element)
    first = element.get("initial_option")
    if first is not None and first not in offered:
        yield problem("must be one of the options", f"{place}/initial_option")
    several = element.get("initial_options")
    for index, option in enumerate(several if isinstance(several, list) else []):
        if option not in offered:
            yield problem("must be one of the options", f"{place}/initial_options/{index}")


def options_or_groups(element: object, place: str) -> Iterator[str]:
    if isinstance(element, dict) and (element.get("options") is None) == (
        element.get("option_groups") is None
    ):
        yield problem("needs either options or option_groups", place)
