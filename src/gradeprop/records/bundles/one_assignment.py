"""What a bundle holds of a course: one assignment, as a course of its own that loads and grades."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from gradeprop.course.digest import FOLDERS, files_below
from gradeprop.course.layout import SHARED
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.course.scalars import resolve
from gradeprop.course.schema import named_schema
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.voided import FILE as VOIDED
from gradeprop.course.voided import as_yaml as voided_as_yaml
from gradeprop.course.voided import voided_in

__all__ = ["course_of_one", "from_students", "text_of"]

_AT_HOME: Final = ("gradebook", "engine", "scheduler")
"""Where grading at home runs and keeps its marks; the gradebook's address may hold a password."""


def course_of_one(course: Course, name: str, *, students_code: bool) -> dict[str, bytes]:
    """The files of a course that has this assignment of ``course`` and no other, by their paths in
    its folder.

    Exercises of other assignments, on which some of its own may build, are not named either:
    that line of the notebook is for reading, and hand-ins are graded alike without.

    Args:
        students_code: whether misconceptions whose samples came from students are in it; else
            they are left out, and a hand-in that shows one gets its marks and no cause.
    """
    root = Path(course.root)
    (assignment,) = (item for item in course.assignments if item.id == name)
    own = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in FOLDERS
        for path in files_below(root / folder / name)
        if path.is_file()
    }
    common: set[str] = set()
    for exercise in assignment.exercises:
        data = read_yaml(own[exercise.path], exercise.path).data
        changed = _without_others(data, assignment)
        changed |= not students_code and _without_students_code(data)
        common |= _misconceptions_of(data)
        if changed:
            own[exercise.path] = _rewritten(own[exercise.path], data)
    own |= _helpers(root, (raw for path, raw in own.items() if path.startswith("graders/")))
    own["course.yaml"] = _course_yaml(root, name, common)
    alone = course.model_copy(update={"assignments": (assignment,)})
    if voided := voided_in(alone):
        own[VOIDED] = voided_as_yaml(voided)
    return own | _schemas(root, own)


def from_students(assignment: LoadedAssignment) -> list[str]:
    """The misconceptions whose samples came from students."""
    known = (item for _, part in assignment.parts() for item in part.misconceptions)
    return [item.id for item in known if item.from_student]


def text_of(data: Any) -> str:
    """YAML that `read_yaml` reads as just these data."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """PyYAML writes YAML 1.1, in which other plain words are texts than in what `read_yaml`
    reads."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    lines = text.split("\n")
    style: str | None = '"'
    if len(lines) > 1 and all(map(str.isprintable, lines)):
        style = "|"
    elif _is_plain(text):
        style = None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _is_plain(text: str) -> bool:
    """Whether it needs no quotes here; PyYAML sets those that YAML 1.1 needs."""
    try:
        return text.isprintable() and resolve(text) == text
    except ValueError:
        return False


_Dumper.add_representer(str, _text)


def _course_yaml(root: Path, name: str, common: set[str]) -> bytes:
    raw = (root / "course.yaml").read_bytes()
    data = read_yaml(raw, "course.yaml").data
    data["assignments"] = [item for item in data["assignments"] if item["id"] == name]
    if "common" in data:
        data["common"] = [item for item in data["common"] if item["id"] in common]
    return _rewritten(raw, {key: value for key, value in data.items() if key not in _AT_HOME})


def _without_others(data: dict[str, Any], assignment: LoadedAssignment) -> bool:
    """Take out what an exercise builds on in other assignments; whether there was anything."""
    own = {exercise.slug for exercise in assignment.exercises}
    before = data.get("prerequisites", [])
    kept = [slug for slug in before if slug in own]
    if kept == before:
        return False
    data["prerequisites"] = kept
    return True


def _without_students_code(data: dict[str, Any]) -> bool:
    """Take out misconceptions whose samples came from students; whether there were any."""
    found = False
    for part in data["parts"]:
        before = part.get("misconceptions", [])
        kept = [item for item in before if not item.get("from_student")]
        if kept != before:
            part["misconceptions"] = kept
            found = True
    return found


def _misconceptions_of(data: Mapping[str, Any]) -> set[str]:
    return {item["id"] for part in data["parts"] for item in part.get("misconceptions", [])}


def _rewritten(raw: bytes, data: Any) -> bytes:
    """The data in place of what a file held; it still names its schema."""
    first = _first_line(raw)
    return ((f"{first}\n" if named_schema(first) else "") + text_of(data)).encode()


def _first_line(raw: bytes) -> str:
    return raw.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")


def _helpers(root: Path, graders: Iterable[bytes]) -> dict[str, bytes]:
    """The files of graders/shared/ that graders import, and those that these import."""
    known = {path.stem: path for path in files_below(root / SHARED) if path.suffix == ".py"}
    found: dict[str, bytes] = {}
    waiting = list(graders)
    while waiting:
        for name in sorted({"__init__", *_imported(waiting.pop())} & set(known)):
            path = f"{SHARED}{name}.py"
            if path not in found:
                found[path] = known[name].read_bytes()
                waiting.append(found[path])
    return found


def _imported(source: bytes) -> Iterator[str]:
    """Every name that stands in an import."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            dotted = [alias.name for alias in node.names]
            dotted += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in dotted:
                yield from name.split(".")


def _schemas(root: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What first lines of the YAML name, for whoever opens the bundle in an editor."""
    named = {
        Path(os.path.normpath(root / Path(path).parent / match[1]))
        for path, raw in files.items()
        if path.endswith(".yaml") and (match := named_schema(_first_line(raw)))
    }
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(named)
        if path.is_relative_to(root) and path.is_file()
    }
