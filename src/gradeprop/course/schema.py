"""JSON Schemas of the YAML files, so that editors complete and check them.

`gradeprop schema` writes them. A YAML file names its schema in the first line, relative to itself::

    # yaml-language-server: $schema=../../schemas/exercise.schema.json
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from gradeprop.course.course_spec import CourseSpec
from gradeprop.course.excuses import ExcuseList
from gradeprop.course.model import Exercise
from gradeprop.course.slips import SlipList
from gradeprop.course.voided import VoidedList

_MODELS: Final[dict[str, type[BaseModel]]] = {
    "course.schema.json": CourseSpec,
    "exercise.schema.json": Exercise,
    "mutants.schema.json": ExcuseList,
    "slips.schema.json": SlipList,
    "voided.schema.json": VoidedList,
}
SCHEMA_NAMES: Final = tuple(_MODELS)

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LINE = re.compile(r"#\s*yaml-language-server:\s*\$schema=(\S+)")


def named_schema(first_line: str) -> re.Match[str] | None:
    """The file that a YAML file's first line names as its schema (group 1); None for none or an
    address."""
    match = _LINE.match(first_line)
    return None if match is None or "://" in match[1] else match


def schemas() -> dict[str, str]:
    """File name → text of each schema; the same text every time."""
    return {
        name: json.dumps(
            {"$schema": _DIALECT, **model.model_json_schema()}, indent=2, ensure_ascii=False
        )
        + "\n"
        for name, model in _MODELS.items()
    }


def write_schemas(folder: Path) -> None:
    """Write the schemas into ``folder``, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
