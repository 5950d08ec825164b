"""The sign and the word for what became of a check: the same in the notebook, at the terminal and
in what was graded. Nothing is told by a colour alone."""

from __future__ import annotations

from html import escape

__all__ = ["chip", "colour_of", "mark_of"]

_PASSED = ("✓", "passed")
_NOT_YET = ("✗", "not yet")
_NOT_BEGUN = ("○", "not begun")
_MARKS = {
    "passed": _PASSED,
    "failed": _NOT_YET,
    "skipped": ("–", "not checked"),
    "timeout": ("✗", "out of time"),
    "killed": ("✗", "crashed"),
    "memory": ("✗", "out of memory"),
    "output": ("✗", "too much output"),
    "missing": ("✗", "missing"),
    "manual": ("–", "read by a person"),
    "error": ("–", "could not be checked"),
}
# White text on each has a contrast of at least 4.5:1 (tested); so a chip needs to know nothing of
# the page that it lies on.
_COLOURS = {"✓": "#1a7f4b", "✗": "#c0392b", "○": "#5f6b7a", "–": "#5f6b7a"}
_CHIP = (
    "background:{colour};color:#fff;border-radius:3px;padding:0 .45em;margin-right:.35em;"
    "font-size:12px;font-weight:bold;white-space:nowrap"
)


def mark_of(status: str, not_begun: bool = False, *, handed_in: bool = False) -> tuple[str, str]:
    """The sign and the word for a check's status: ``("✗", "not yet")``.

    Args:
        not_begun: the answer is still the starter.
        handed_in: it is final, so that nothing is "not yet".
    """
    if not_begun:
        return _NOT_BEGUN
    sign, word = _MARKS.get(status, _NOT_YET)
    return sign, "not passed" if handed_in and word == "not yet" else word


def colour_of(sign: str) -> str:
    """The colour that goes with a sign of `mark_of`, for CSS."""
    return _COLOURS[sign]


def chip(sign: str, word: str) -> str:
    """HTML of sign and word, on a ground of its own; where styles are taken out, a colon parts them
    from what follows."""
    style = _CHIP.format(colour=colour_of(sign))
    return (
        f'<strong style="{style}">{escape(sign)} {escape(word)}</strong>'
        '<span style="display:none">: </span>'
    )
