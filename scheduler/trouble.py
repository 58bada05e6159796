"""How an error is named in rows and logs: its type and place, never its words, which may be a person's."""

from traceback import extract_tb


def name_of(error: Exception) -> str:
    """For example `KeyError in card:31`."""
    frames = extract_tb(error.__traceback__)
    return type(error).__name__ + (f" in {frames[-1].name}:{frames[-1].lineno}" if frames else "")
