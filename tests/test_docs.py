"""What the documents say is so."""

import re
from pathlib import Path

from bot.wording import COMMANDS
from coaching.access import RIGHTS, Standing
from coaching.rules.states import MOVES
from coaching.rules.terms import SessionState

ROOT = Path(__file__).parent.parent


def test_the_drawing_of_a_sessions_life_is_its_table() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    drawing = re.findall(r"^    (\w+) --> (\w+)$", text, re.MULTILINE)
    table = {(state.value, after.value) for state, allowed in MOVES.items() for after in allowed}
    assert set(drawing) == table
    assert set(MOVES) == set(SessionState)


def test_the_page_of_permissions_shows_who_may_do_what() -> None:
    text = (ROOT / "docs/permissions.md").read_text(encoding="utf-8")
    for right, who in RIGHTS.items():
        cells = ("yes" if one in who.standings else "no" for one in Standing)
        assert f"| {right} | {' | '.join(cells)} |" in text
    assert f"| | {' | '.join(Standing)} |" in text


def test_the_readme_lists_the_commands_that_there_are() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `/coach (\w+)` \|", text, re.MULTILINE)
    assert sorted(listed) == sorted(word for word, _ in COMMANDS)


def test_whoever_runs_the_bot_installs_no_tools_for_working_on_it() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^install-run: \$\(TO_RUN\)  ##", makefile, re.MULTILINE)
    [needed] = re.findall(r"^\$\(TO_RUN\): (.*) \|", makefile, re.MULTILINE)
    assert needed == "requirements.txt pyproject.toml"
    for name in (
        "README.md",
        "docs/deploying.md",
        "docs/installing.md",
        "docs/operations.md",
        "docs/socket-mode.md",
    ):
        named = re.findall(r"make (install[a-z-]*)", (ROOT / name).read_text(encoding="utf-8"))
        assert set(named) == {"install-run"}, name


def test_links_and_pictures_of_the_documents_are_there() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"
