"""What a student is called in files, in the gradebook and on a screen.

A student's id is the name of the folder that was handed in, and a folder may be called anything
that holds neither a slash nor a zero byte."""

from __future__ import annotations

import hashlib
import re
from typing import Final
from urllib.parse import quote

__all__ = ["file_name", "gradebook_id", "shown_id"]

_MOST: Final = 255
"""Bytes that file systems give a name."""
_MOST_IN_GRADEBOOK: Final = 128
"""Characters that nbgrader's database has for a student's id."""
_LIKE_OURS: Final = re.compile("%(?=[0-9A-Fa-f]{2})")
_CUT: Final = re.compile("%[0-9A-F]?$")


def file_name(student: str, ending: str = "") -> str:
    """The name of a student's file or folder: percent-encoded, and where that would be longer than
    file systems take, its beginning, ``%~`` and the id's SHA-256.

    No two students share one: percent-encoding is injective, and nothing in it looks like ``%~``.

    Args:
        ending: what follows, such as ``.json``; in ASCII.
    """
    # Python leaves "." alone, but a name of dots only would be a folder, and a leading one a hidden
    # file.
    name = quote(student, safe="", errors="surrogateescape")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) + len(ending) > _MOST:
        mark = "%~" + hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()
        name = _CUT.sub("", name[: _MOST - len(ending) - len(mark)]) + mark
    return name + ending


def gradebook_id(student: str) -> str:
    """A student's id as nbgrader's database can hold it: the folder's name, unless that is not
    Unicode or is longer than 128 characters."""
    name = student
    try:
        name.encode()
    except UnicodeEncodeError:
        name = quote(student, errors="surrogateescape")
    if len(name) > _MOST_IN_GRADEBOOK:
        name = f"{name[:63]}-{hashlib.sha256(name.encode()).hexdigest()}"
    return name


def shown_id(student: str) -> str:
    """A student's id for a screen: one line that no terminal obeys and that no other id has.

    What cannot be seen (line ends, escapes, marks that turn the direction of writing, blanks at the
    ends) is percent-encoded, as in the name of the result file; the rest stays readable."""
    text = _LIKE_OURS.sub("%25", student)
    inner = text.strip(" ")
    before, _, after = text.partition(inner) if inner else (text, "", "")
    seen = "".join(item if item.isprintable() else _encoded(item) for item in inner)
    return _encoded(before) + seen + _encoded(after)


def _encoded(text: str) -> str:
    try:
        return quote(text, safe="", errors="surrogateescape")
    except UnicodeEncodeError:  # half a character that is no folder's, but of a doctored file
        return quote(text, safe="", errors="surrogatepass")
