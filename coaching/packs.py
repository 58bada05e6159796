"""Content packs: the words of the practice as data, so that an organisation brings its own without code.

A pack is one YAML file, or a folder of them: then the first by name is the pack, and the others add their
forms. It is checked whole when it is read: whoever has a `Pack` has a right one. `docs/content-packs.md` is
for those who write one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Self, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic import model_validator as checked
from pydantic_core import ErrorDetails

from coaching.rules import agenda
from coaching.rules.terms import CircleKind

SHIPPED = Path(__file__).resolve().parent.parent / "packs" / "default.yaml"
NO_WORDS: Mapping[str, str] = MappingProxyType({})
MOST_FORMS = 20

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=70)]
"""Short enough for an option of a Slack menu."""
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=140)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class PackError(Exception):
    """A pack that cannot be used: one line per mistake, each with file, place and reason."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class _Entry(_Content):
    id: Id


T = TypeVar("T", bound=_Entry)


def _each_once(things: tuple[T, ...]) -> tuple[T, ...]:
    seen: set[str] = set()
    for one in things:
        if one.id in seen:
            raise ValueError(f"has the id '{one.id}' twice")
        seen.add(one.id)
    return things


def _many(least: int, most: int) -> AfterValidator:
    """So many entries, and no id twice."""

    def check(things: tuple[T, ...]) -> tuple[T, ...]:
        # Pydantic's own bounds count only the right entries, and so would tell one wrong entry twice.
        if not least <= len(things) <= most:
            raise ValueError(f"has {len(things)} entries, and should have {least} to {most}")
        return _each_once(things)

    return AfterValidator(check)


class Norm(_Entry):
    """What the members of a circle promise each other."""

    name: Name
    words: Words


class Principle(_Entry):
    """A practice principle that a case can be tagged with."""

    name: Name
    words: Words


class Value(_Entry):
    """A value that a case can be tagged with."""

    name: Name
    words: Words


class Statement(_Entry):
    """Answered from 1, strongly disagree, to 5, strongly agree. Figures follow ids: new words, new id."""

    text: Sentence
    corrects: Sentence | None = None
    """The words before, exactly, where the new ones ask the same and only say it better."""


class Question(_Entry):
    """Answered in words, or not at all."""

    text: Sentence


class Form(_Entry):
    """What is asked at the end of a session."""

    title: Name
    kind: CircleKind
    statements: Annotated[tuple[Statement, ...], _many(1, 10)]
    questions: Annotated[tuple[Question, ...], _many(0, 5)] = ()

    @checked(mode="after")
    def _statements_and_questions_apart(self) -> Self:
        _each_once(self.asked)
        return self

    @property
    def asked(self) -> tuple[Statement | Question, ...]:
        return (*self.statements, *self.questions)


class Agenda(_Content):
    """The names of the four parts of a session, in order."""

    group: tuple[Name, Name, Name, Name]
    pair: tuple[Name, Name, Name, Name]

    def names(self, kind: CircleKind) -> tuple[str, str, str, str]:
        return self.pair if kind is CircleKind.PAIR else self.group

    def name(self, part: agenda.Part) -> str:
        kind = next(kind for kind, parts in agenda.MINUTES.items() if part in parts)
        return self.names(kind)[list(agenda.MINUTES[kind]).index(part)]


class Pack(_Content):
    name: Name
    norms: Annotated[tuple[Norm, ...], _many(1, 10)]
    agenda: Agenda
    principles: Annotated[tuple[Principle, ...], _many(0, 50)] = ()
    values: Annotated[tuple[Value, ...], _many(0, 50)] = ()
    forms: Annotated[tuple[Form, ...], _many(2, MOST_FORMS)]

    def form(self, form_id: str, kind: CircleKind | None = None) -> Form:
        """The form of this id; if the pack has it no more, the first of its kind.

        Without `kind` an unknown id counts as a group's, unless it is `pair`.
        """
        found = next((one for one in self.forms if one.id == form_id), None)
        if found and kind in (None, found.kind):
            return found
        wanted = kind or (CircleKind.PAIR if form_id == CircleKind.PAIR else CircleKind.GROUP)
        return next(one for one in self.forms if one.kind is wanted)

    @checked(mode="after")
    def _a_form_for_each_kind(self) -> Self:
        for kind in CircleKind:
            if all(one.kind is not kind for one in self.forms):
                raise ValueError(f"has no form of the kind '{kind}'")
        return self

    @checked(mode="after")
    def _one_id_one_text(self) -> Self:
        texts: dict[str, str] = {}
        for one in (asked for form in self.forms for asked in form.asked):
            if texts.setdefault(one.id, one.text) != one.text:
                raise ValueError(f"has forms in which '{one.id}' means different things")
        return self


@cache
def default_pack() -> Pack:
    """The pack that is shipped. Found beside the packages, from whatever folder the service is started."""
    return load_pack(SHIPPED)


def load_pack(path: Path, words: Mapping[str, str] = NO_WORDS) -> Pack:
    """Read and check a file, or a folder with several. Raises `PackError`: each mistake with file and place.

    `words` are those that stood under the ids of statements so far: other words need another id.
    """
    files = _files(path)
    lines = [*_clashes(path, files), *(line for one in files for line in _new_words(one, words))]
    if lines:
        raise PackError(lines)
    forms = tuple(form for one in files for form in one.pack.forms)
    return files[0].pack.model_copy(update={"forms": forms})


def statements(pack: Pack) -> dict[str, str]:
    """The words under each id of a statement."""
    return {one.id: one.text for form in pack.forms for one in form.statements}


def as_json(pack: Pack) -> object:
    return pack.model_dump(mode="json")


def from_json(content: object) -> Pack | None:
    """None for what another version of this program has written, and this one would refuse."""
    try:
        return Pack.model_validate(content)
    except ValidationError:
        return None


@dataclass(frozen=True)
class _File:
    """A pack and where it was read, so that whatever is said of it names file and line."""

    path: Path
    root: yaml.Node | None
    pack: Pack

    def line(self, steps: Sequence[int | str], reason: str) -> str:
        return _told(self.path, self.root, steps, reason)

    @property
    def asked(self) -> Iterator[tuple[tuple[int | str, ...], Statement | Question]]:
        """Every statement and question with its place."""
        for number, form in enumerate(self.pack.forms):
            for place, statement in enumerate(form.statements):
                yield ("forms", number, "statements", place), statement
            for place, question in enumerate(form.questions):
                yield ("forms", number, "questions", place), question


def _files(path: Path) -> list[_File]:
    """At least one. Mistakes of all files are told together."""
    paths = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not paths:
        raise PackError([f"{path}: the folder: has no file that ends in .yaml"])
    files: list[_File] = []
    lines: list[str] = []
    for one in paths:
        try:
            files.append(_load(one))
        except PackError as error:
            lines += error.lines
    if lines:
        raise PackError(lines)
    return files


def _clashes(path: Path, files: Sequence[_File]) -> Iterator[str]:
    """What is right in each file of a folder, and wrong in all of them together."""
    for earlier, later in combinations(files, 2):
        taken = {form.id for form in earlier.pack.forms}
        for number, form in enumerate(later.pack.forms):
            if form.id in taken:
                yield later.line(("forms", number, "id"), f"'{form.id}' is a form of {earlier.path.name} too")
        texts = {one.id: one.text for _, one in earlier.asked}
        for place, one in later.asked:
            if texts.get(one.id, one.text) != one.text:
                yield later.line((*place, "text"), f"'{one.id}' means something else in {earlier.path.name}")
    if (many := sum(len(one.pack.forms) for one in files)) > MOST_FORMS:
        yield f"{path}: the folder: has {many} forms, and should have at most {MOST_FORMS}"


def _new_words(file: _File, words: Mapping[str, str]) -> Iterator[str]:
    for place, one in file.asked:
        before = words.get(one.id, one.text)
        if isinstance(one, Statement) and before not in (one.text, one.corrects):
            yield file.line(
                (*place, "text"),
                f"'{one.id}' had other words so far (\"{before}\"). If it asks something else, give it a new"
                " id; if it asks the same in better words, put the old ones beside it as 'corrects'",
            )


def _load(path: Path) -> _File:
    try:
        root, content = _read(path)
        twice = list(_keys_twice(root)) if root else []
    except RecursionError:  # a list that holds itself, or brackets without end
        raise PackError([f"{path}: the file: is nested too deeply"]) from None
    if twice:
        raise PackError(f"{path}: line {line}: '{key}' is there twice" for line, key in twice)
    try:
        return _File(path, root, Pack.model_validate(content))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
        raise PackError(_line(path, root, one) for one in found) from None


def _read(path: Path) -> tuple[yaml.Node | None, object]:
    """The file as a tree that knows its lines, and as plain values."""
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except OSError as error:
        raise PackError([f"{path}: the file: cannot be read ({error.strerror})"]) from None
    except UnicodeDecodeError:
        raise PackError([f"{path}: the file: is not text in UTF-8"]) from None
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}" if error.problem_mark else "the file"
        raise PackError([f"{path}: {place}: is not YAML ({error.problem})"]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise PackError([f"{path}: the file: is not YAML ({str(error).splitlines()[0]})"]) from None


def _keys_twice(node: yaml.Node) -> Iterator[tuple[int, str]]:
    """YAML lets the second of two equal keys win, without a word."""
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _keys_twice(entry)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, entry in node.value:
            if str(key.value) in seen:
                yield key.start_mark.line + 1, str(key.value)
            seen.add(str(key.value))
            yield from _keys_twice(entry)


_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not something a pack has",
    "model_type": "should be names with what they stand for",
    "tuple_type": "should be a list",
    "too_long": "should have {max_length} entries",
    "enum": "should be {expected}",
    "string_type": "should be text; put it in quotes",
    "string_pattern_mismatch": "should be up to 40 small letters, digits and _, a letter first",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "value_error": "{error}",
}


def _line(path: Path, root: yaml.Node | None, error: ErrorDetails) -> str:
    known = _REASONS.get(error["type"])
    reason = known.format_map(error.get("ctx", {})) if known else error["msg"]
    return _told(path, root, error["loc"], reason)


def _told(path: Path, root: yaml.Node | None, steps: Sequence[int | str], reason: str) -> str:
    place = ".".join(str(step) for step in steps) or "the pack"
    return f"{path}: line {_line_number(root, steps)}, {place}: {reason}"


def _line_number(root: yaml.Node | None, steps: Sequence[int | str]) -> int:
    """Where in the file a place is; for what is missing, where it should have been."""
    node = root
    line = node.start_mark.line if node else 0
    for step in steps:
        node = _child(node, step)
        if node is None:
            break
        line = node.start_mark.line
    return line + 1


def _child(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((entry for key, entry in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]  # type: ignore[no-any-return]
    return None
