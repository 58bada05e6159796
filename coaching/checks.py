"""Checks of single fields that more than one form has."""

SHORTEST, LONGEST = 15, 240
LONGEST_PLACE = 200
LONGEST_LINK = 500


def length_problem(minutes: int | None) -> str | None:
    if minutes is None or not SHORTEST <= minutes <= LONGEST:
        return f"A session lasts {SHORTEST} to {LONGEST} minutes."
    return None


def place_problem(place: str | None) -> str | None:
    return f"Keep this within {LONGEST_PLACE} characters." if place and len(place) > LONGEST_PLACE else None


def link_problem(link: str | None) -> str | None:
    """Only http and https, and nothing in it that Slack would read as markup."""
    if link is None:
        return None
    if len(link) > LONGEST_LINK:
        return f"Keep the link within {LONGEST_LINK} characters."
    web = link.lower().startswith(("http://", "https://"))
    plain = not any(sign.isspace() or sign in "<>|" for sign in link)
    return None if web and plain else "A link starts with http:// or https://, without spaces."
