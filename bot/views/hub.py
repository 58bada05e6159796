"""The hub: help, words that are none."""

from difflib import get_close_matches

from bot.replies import Said
from bot.views.text import escape, section, shortened, small
from bot.wording import COMMANDS

WORDS = [word for word, _ in COMMANDS]


def help_page() -> Said:
    lines = [f"`/coach {word}` – {what}" for word, what in COMMANDS]
    text = "What I can do: " + "; ".join(f"/coach {word}, {what}" for word, what in COMMANDS)
    return Said(
        text,
        [
            section(
                "*What I can do*\n`/coach` – what is coming up and what waits for you\n" + "\n".join(lines)
            ),
            small("Slash commands do not work in threads; type them in a channel or a direct message."),
        ],
    )


def unknown(typed: str) -> Said:
    """The nearest word, or the help."""
    word = typed.split(maxsplit=1)[0] if typed.split() else ""
    near = get_close_matches(word.lower(), WORDS, n=1, cutoff=0.5)
    if not near:
        return Said(f"I do not know “{escape(shortened(word, 40))}”. /coach help lists what I can do.")
    return Said(f"I do not know “{escape(shortened(word, 40))}”. Did you mean `/coach {near[0]}`?")
