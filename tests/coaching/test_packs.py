import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from coaching import packs
from coaching.packs import Pack, PackError
from coaching.rules.agenda import Part
from coaching.rules.terms import CircleKind

ROOT = Path(packs.__file__).parent.parent
SHIPPED = (ROOT / "packs" / "default.yaml").read_text(encoding="utf-8")

Content = dict[str, Any]


def mistakes(path: Path, text: str | bytes) -> tuple[str, ...]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PackError) as refused:
        packs.load_pack(path)
    return refused.value.lines


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ours.yaml"


def test_the_shipped_pack_has_the_practice_of_the_method() -> None:
    pack = packs.default_pack()
    assert len(pack.norms) == 5
    assert len(pack.principles) == 8
    assert len(pack.values) == 11
    group, pair = pack.form("group"), pack.form("pair")
    assert (group.kind, len(group.statements), len(group.questions)) == (CircleKind.GROUP, 5, 3)
    assert (pair.kind, len(pair.statements), len(pair.questions)) == (CircleKind.PAIR, 4, 1)


def test_the_shipped_pack_is_found_from_any_folder(tmp_path: Path) -> None:
    command = "from coaching.packs import default_pack; print(len(default_pack().norms))"
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "5"


def test_every_part_of_a_session_has_its_name() -> None:
    agenda = packs.default_pack().agenda
    names = [agenda.name(part) for part in Part]
    assert names == [*agenda.names(CircleKind.GROUP), *agenda.names(CircleKind.PAIR)]


def test_a_form_that_is_gone_gives_way_to_the_first_of_its_kind() -> None:
    shipped = packs.default_pack()
    short = shipped.form("group").model_copy(update={"id": "short"})
    look = shipped.form("pair").model_copy(update={"id": "look"})
    pack = shipped.model_copy(update={"forms": (look, short, shipped.form("group"))})
    assert pack.form("group").id == "group"
    assert pack.form("gone").id == "short"
    assert pack.form("pair").id == "look"
    assert pack.form("gone", CircleKind.PAIR).id == "look"
    assert pack.form("look", CircleKind.GROUP).id == "short"


def test_a_pack_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        setattr(packs.default_pack(), "name", "Another")  # noqa: B010 - the type checker refuses it already


def test_one_norm_is_enough(path: Path) -> None:
    content = yaml.safe_load(SHIPPED)
    del content["norms"][1:]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert isinstance(packs.load_pack(path), Pack)


def with_two_forms_of_one_id(content: Content) -> None:
    content["forms"][1]["id"] = "group"


def with_a_norm_twice(content: Content) -> None:
    content["norms"].append(dict(content["norms"][0], name="Another"))


def with_a_question_named_as_a_statement(content: Content) -> None:
    content["forms"][0]["questions"][0]["id"] = "norms_kept"


def with_two_meanings(content: Content) -> None:
    content["forms"][1]["statements"][0]["id"] = "norms_kept"


def with_a_long_statement(content: Content) -> None:
    content["forms"][0]["statements"][1]["text"] = "x" * 141


def with_a_long_question(content: Content) -> None:
    content["forms"][0]["questions"][2]["text"] = "x" * 141


def with_a_long_name(content: Content) -> None:
    content["values"][3]["name"] = "x" * 71


def without_norms(content: Content) -> None:
    content["norms"] = []


def without_a_name(content: Content) -> None:
    del content["name"]


def without_a_form_for_pairs(content: Content) -> None:
    content["forms"][1]["kind"] = "group"


def with_three_parts(content: Content) -> None:
    del content["agenda"]["pair"][3]


def with_a_strange_kind(content: Content) -> None:
    content["forms"][0]["kind"] = "crowd"


def with_a_strange_key(content: Content) -> None:
    content["forms"][0]["statement"] = []


def with_an_id_of_two_words(content: Content) -> None:
    content["principles"][0]["id"] = "two words"


def with_blanks_for_words(content: Content) -> None:
    content["norms"][2]["words"] = "   "


def with_a_number_for_a_name(content: Content) -> None:
    content["norms"][2]["name"] = 12


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (with_two_forms_of_one_id, "forms: has the id 'group' twice"),
        (with_a_norm_twice, "norms: has the id 'respect' twice"),
        (with_a_question_named_as_a_statement, "forms.0: has the id 'norms_kept' twice"),
        (with_two_meanings, "'norms_kept' means different things"),
        (with_a_long_statement, "forms.0.statements.1.text: is longer than 140 characters"),
        (with_a_long_question, "forms.0.questions.2.text: is longer than 140 characters"),
        (with_a_long_name, "values.3.name: is longer than 70 characters"),
        (without_norms, "norms: has 0 entries, and should have 1 to 10"),
        (without_a_name, "name: is missing"),
        (without_a_form_for_pairs, "has no form of the kind 'pair'"),
        (with_three_parts, "agenda.pair.3: is missing"),
        (with_a_strange_kind, "forms.0.kind: "),
        (with_a_strange_key, "forms.0.statement: is not something a pack has"),
        (with_an_id_of_two_words, "principles.0.id: should be"),
        (with_blanks_for_words, "norms.2.words: is empty"),
        (with_a_number_for_a_name, "norms.2.name: should be text"),
    ],
)
def test_a_wrong_pack_is_refused_with_file_and_place(
    path: Path, spoil: Callable[[Content], None], place: str
) -> None:
    content = yaml.safe_load(SHIPPED)
    spoil(content)
    (line,) = mistakes(path, yaml.safe_dump(content))
    assert line.startswith(f"{path}: line ")
    assert place in line


def test_every_mistake_is_told_at_once(path: Path) -> None:
    content = yaml.safe_load(SHIPPED)
    with_a_long_name(content)
    without_a_name(content)
    with_a_strange_kind(content)
    assert len(mistakes(path, yaml.safe_dump(content))) == 3


def test_the_line_is_that_of_the_mistake(path: Path) -> None:
    lines = SHIPPED.splitlines()
    at = next(number for number, line in enumerate(lines) if line.endswith("We kept to the norms."))
    lines[at] = "        text: ''"
    (line,) = mistakes(path, "\n".join(lines))
    assert line == f"{path}: line {at + 1}, forms.0.statements.4.text: is empty"


def test_a_key_that_is_there_twice_is_told(path: Path) -> None:
    again = len(SHIPPED.splitlines()) + 1
    assert mistakes(path, f"{SHIPPED}name: Another\n") == (f"{path}: line {again}: 'name' is there twice",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "norms: [",
        "a: b: c",
        "? [a]\n: b",
        b"\xff\xfe\xfd",
        "a: \x07",
        "a: *b",
        "!!x 1",
        "x: &a [*a]",
        "x: " + "[" * 3000,
    ],
)
def test_what_is_not_a_pack_is_refused_with_the_file(path: Path, text: str | bytes) -> None:
    told = mistakes(path, text)
    assert told
    assert all(line.startswith(f"{path}: ") and "\n" not in line for line in told)


def test_a_file_that_is_not_there_is_told(path: Path) -> None:
    with pytest.raises(PackError, match=r"ours\.yaml: the file: cannot be read"):
        packs.load_pack(path)


def test_the_pack_for_pairs_that_lead_asks_about_four_levels() -> None:
    pack = packs.load_pack(ROOT / "packs" / "pair_leadership.yaml")
    look = pack.forms[0]
    assert (look.kind, len(look.statements), len(look.questions)) == (CircleKind.PAIR, 5, 2)
    assert pack.form("gone").kind is CircleKind.GROUP


def test_all_shipped_packs_can_be_used_together() -> None:
    pack = packs.load_pack(ROOT / "packs")
    assert pack.name == packs.default_pack().name
    assert [form.id for form in pack.forms] == ["group", "pair", "leadership_pair", "leadership_group"]


def test_a_folder_is_refused_when_its_files_do_not_fit_together(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="has no file that ends in"):
        packs.load_pack(tmp_path)
    (tmp_path / "1.yaml").write_text(SHIPPED, encoding="utf-8")
    content = yaml.safe_load(SHIPPED)
    content["forms"][0]["id"] = "ours"
    content["forms"][0]["statements"][1]["text"] = "I am braver now."
    (tmp_path / "2.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        packs.load_pack(tmp_path)
    form, statement = refused.value.lines
    assert form.startswith(f"{tmp_path / '2.yaml'}: line ")
    assert "forms.1.id: 'pair' is a form of 1.yaml too" in form
    assert "forms.0.statements.1.text: 'more_confident' means something else in 1.yaml" in statement


DOCUMENT = (ROOT / "docs" / "content-packs.md").read_text(encoding="utf-8")
NAMED: dict[str, type[BaseModel]] = {
    "the pack": Pack,
    "a norm": packs.Norm,
    "a principle": packs.Principle,
    "a value": packs.Value,
    "the agenda": packs.Agenda,
    "a form": packs.Form,
    "a statement": packs.Statement,
    "a question": packs.Question,
}


def test_the_document_lists_the_fields_that_there_are() -> None:
    rows = re.findall(r"^\| (an? \w+|the \w+) \| `(\w+)` \| (yes|no) \|", DOCUMENT, re.MULTILINE)
    fields = [
        (place, name, "yes" if field.is_required() else "no")
        for place, model in NAMED.items()
        for name, field in model.model_fields.items()
    ]
    assert sorted(rows) == sorted(fields)


def test_the_example_of_the_document_is_a_pack(path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    path.write_text(example, encoding="utf-8")
    assert len(packs.load_pack(path).forms) == 2
