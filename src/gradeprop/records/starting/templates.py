"""The texts that new courses and exercises begin with; they lie beside this module.

Each carries ``.txt`` after its name, so that no tool takes one for a file of this package."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal, TypeAlias, get_args

from jinja2 import Environment, StrictUndefined

from gradeprop.course.layout import exercise_path, grader_path, solution_path

Kind: TypeAlias = Literal["code", "choice", "prediction", "repair", "explanation"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)

_TEMPLATES: Final = files("gradeprop.records.starting")
_ENDING: Final = ".txt"
# A package leaves out files whose names begin with a dot.
_NAMES: Final = {"gitignore": ".gitignore"}


def course_templates() -> dict[str, str]:
    """Path → text of every file of a new course, but for the schemas."""
    return dict(sorted(_below(_TEMPLATES / "course", "")))


def exercise_templates(assignment: str, slug: str, kind: str, *, schema: bool) -> dict[str, str]:
    """Path → text of the files of a new exercise; the engine makes the checks of a kind without a
    grader.

    Args:
        kind: one of `KINDS`.
        schema: whether its first line names the schema.
    """
    line = "# yaml-language-server: $schema=../../schemas/exercise.schema.json\n" if schema else ""
    title = slug.replace("_", " ").capitalize()
    folder = _TEMPLATES / "kinds" / kind
    written = {
        exercise_path(assignment, slug): _filled(
            folder / "exercise.yaml.txt", title=title, schema=line
        ),
        solution_path(assignment, slug): _read(folder / "solution.py.txt"),
    }
    grader = folder / "grader.py.txt"
    if grader.is_file():
        written[grader_path(assignment, slug)] = _read(grader)
    return written


def _below(folder: Traversable, path: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for item in folder.iterdir():
        name = item.name.removesuffix(_ENDING)
        where = path + _NAMES.get(name, name)
        found += _below(item, f"{where}/") if item.is_dir() else [(where, _read(item))]
    return found


def _read(template: Traversable) -> str:
    return template.read_text(encoding="utf-8")


def _filled(template: Traversable, **words: str) -> str:
    # YAML for authors, never HTML: nothing is to be escaped.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(_read(template)).render(words)
