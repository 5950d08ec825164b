"""YAML's syntax errors in the words of someone who has never read the YAML specification."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

# (begins the scanner's problem or context, what to say, remedy); libyaml and PyYAML word some
# differently.
_WORDS = (
    (
        "mapping values are not allowed",
        "a ': ' where no key can stand",
        "put quotes around text that holds ': ', or check the indentation",
    ),
    (
        "could not find expected ':'",
        "a line with neither 'key: value' nor '- item'",
        "add the ': ', or indent it under a 'key: |'",
    ),
    (
        "block sequence entries",
        "a '- ' where no list can begin",
        "begin the list on a line of its own",
    ),
    ("sequence entries", "a '- ' where no list can begin", "begin the list on a line of its own"),
    (
        "did not find expected node content",
        "a value is missing, or a bracket before it is not closed",
        "add the value or the bracket",
    ),
    (
        "expected the node content",
        "a value is missing, or a bracket before it is not closed",
        "add the value or the bracket",
    ),
    (
        "while parsing a flow sequence",
        "the list that begins with '[' is not closed",
        "add ',' or ']'",
    ),
    (
        "while parsing a flow mapping",
        "the mapping that begins with '{' is not closed",
        "add ',' or '}'",
    ),
    (
        "found unknown escape",
        "an unknown escape after a backslash",
        "use 'single quotes' for text with \\",
    ),
    (
        "while parsing a block mapping",
        "this does not fit the mapping it stands in",
        "line its keys up; put quotes around the whole text, not a part of it",
    ),
    (
        "while parsing a block collection",
        "this does not fit the list it stands in",
        "line its '- ' up",
    ),
    ("while scanning a block scalar", "text after '|' or '>'", "begin the text on the next line"),
)


def in_plain_words(
    error: yaml.MarkedYAMLError, lines: Sequence[str]
) -> tuple[tuple[int, int], str, str]:
    """Position (from 1), what is wrong and the remedy of a syntax error."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    problem, context = error.problem or "", error.context or ""
    if "end of stream" in problem and "quoted scalar" in context and error.context_mark:
        start = error.context_mark
        return _from_one(start.line, start.column), "a quotation mark is never closed", "close it"
    character = lines[line][column : column + 1] if line < len(lines) else ""
    if character == "\t":
        return _from_one(line, column), "a tab where only spaces can stand", "indent with spaces"
    if "cannot start any token" in problem:
        what = f"the character {character!r} cannot begin a value"
        return _from_one(line, column), what, "put quotes around the text"
    for beginning, what, remedy in _WORDS:
        if problem.startswith(beginning) or context.startswith(beginning):
            return _from_one(line, column), what, remedy
    return _from_one(line, column), f"is not valid YAML: {problem or context}", "check this line"


def _from_one(line: int, column: int) -> tuple[int, int]:
    return line + 1, column + 1
