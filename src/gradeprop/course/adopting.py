"""A misconception more in an exercise's YAML, and nothing else changed: comments, blanks and quotes
stay as they are, which no YAML library keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gradeprop.course.document import Document, KeyPath
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.errors import UsageError

__all__ = ["with_misconception"]

_FROM_STUDENT: Final = "from_student: true"
_EMPTY: Final = re.compile(r"misconceptions:\s*\[\s*\]")


def with_misconception(raw: bytes, path: str, part: str, name: str, say: str, sample: str) -> bytes:
    """The bytes of an exercise's YAML with a misconception more, last in its part, whose sample
    came from a student.

    Args:
        raw: a file that is valid.
        path: the file's name in messages.

    Raises:
        UsageError: the file is written in a way in which this cannot be done.
    """
    document = read_yaml(raw, path)
    parts = document.data["parts"]
    number = next(place for place, item in enumerate(parts) if item["part"] == part)
    at: KeyPath = ("parts", number, "misconceptions")
    lines = list(document.lines)
    there = "misconceptions" in parts[number]
    count = len(parts[number].get("misconceptions") or ())
    key = document.key_place(at if there else ("parts", number, "part"))
    indent = " " * (key[1] - 1)
    if count:
        column = document.place((*at, count - 1))[1]
        dash = " " * (column - 3) + "- "
    else:
        dash = f"{indent}  - "
    if there and not count:
        lines[key[0] - 1] = _EMPTY.sub("misconceptions:", lines[key[0] - 1])
    block = [] if there else [f"{indent}misconceptions:"]
    block += _block(dash, name, say, sample)
    end = _end_of(document, lines, ("parts", number), at if there else None)
    if end == len(lines):
        block.append("")  # the file has no line end at its end, which the sample is to have
    lines[end:end] = block
    newline = "\r\n" if b"\r\n" in raw else "\n"
    changed = newline.join(lines).encode()
    wanted = {
        "id": name,
        "say": f"{_lines(say.strip())}\n",
        "from_student": True,
        "sample": f"{_lines(sample.strip(chr(10)))}\n",
    }
    _must_say(changed, path, document, number, wanted)
    return changed


def _block(dash: str, name: str, say: str, sample: str) -> list[str]:
    inner = " " * len(dash)
    text = inner + "  "
    rows = [f"{dash}id: {name}", f"{inner}say: |"]
    rows += [f"{text}{line}".rstrip() for line in say.strip().split("\n")]
    rows += [f"{inner}{_FROM_STUDENT}", f"{inner}sample: |"]
    rows += [f"{text}{line}".rstrip() for line in sample.strip("\n").split("\n")]
    return rows


def _end_of(document: Document, lines: list[str], part: KeyPath, own: KeyPath | None) -> int:
    """How many lines come before what follows the list of the part's misconceptions, or the part
    where there is no list; blank lines and comments of what follows not counted."""
    begin = document.key_place(own or part)[0]
    data = document.data
    after = [document.key_place((key,))[0] for key in data]
    after += [document.key_place(("parts", place))[0] for place in range(len(data["parts"]))]
    if own is not None:
        after += [document.key_place((*part, key))[0] for key in data["parts"][part[1]]]
    end = min((row - 1 for row in after if row > begin), default=len(lines))
    deepest = document.key_place(own or part)[1] + 1
    while not lines[end - 1].strip() or _is_comment(lines[end - 1], deepest):
        end -= 1
    return end


def _is_comment(line: str, deepest: int) -> bool:
    """Whether it is one of YAML's; deeper ones may be of the code that a block holds."""
    text = line.lstrip()
    return text.startswith("#") and len(line) - len(text) <= deepest


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _must_say(
    changed: bytes, path: str, before: Document, number: int, wanted: Mapping[str, object]
) -> None:
    """That nothing but the one misconception has been added."""
    after = read_yaml(changed, path)
    if after.readable and not after.problems:
        part = after.data["parts"][number]
        known = part.get("misconceptions") or [{}]
        last = known.pop()
        if not known and "misconceptions" not in before.data["parts"][number]:
            part.pop("misconceptions", None)
        if last == wanted and after.data == before.data:
            return
    raise UsageError(
        f"the misconception {wanted['id']!r} cannot be added to a file that is written like this",
        where=path,
        remedy="write it as a block, one key in a line, and call this again",
    )
