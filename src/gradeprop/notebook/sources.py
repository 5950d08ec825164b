"""What can be told of a cell's source by looking at its text.

Sources of students are compared and searched, never parsed: a hostile source can bring Python's own
parser down.
"""

from __future__ import annotations

import re

_DEFINITION = re.compile(r"(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*(?:[ \t]*,[ \t]*[A-Za-z_]\w*)*)[ \t]*(?::[^=]*)?=(?!=)")
_LINE = 500  # characters of a line that are looked at


def plain(source: str) -> str:
    """The source without what an editor may change by itself: trailing spaces, blank lines at the
    ends."""
    return "\n".join(map(str.rstrip, source.split("\n"))).strip("\n")


def functions_and_classes(source: str) -> frozenset[str]:
    """Names that ``def`` and ``class`` define at the top level."""
    found = (_DEFINITION.match(line[:_LINE]) for line in source.split("\n"))
    return frozenset(item[1] or item[2] for item in found if item)


def defined_names(source: str) -> frozenset[str]:
    """Names that are defined or assigned at the top level."""
    names = set(functions_and_classes(source))
    for line in source.split("\n"):
        if item := _ASSIGNMENT.match(line[:_LINE]):
            names.update(name.strip() for name in item[1].split(","))
    return frozenset(names)
