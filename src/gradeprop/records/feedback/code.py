"""A student's code as HTML: in colours, its lines counted, and a word below each line at which
something stopped."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from gradeprop.records.feedback.views import Stop

__all__ = ["lines_shown", "python"]

_MOST_CODE = 100_000
"""Characters of a cell that are shown; beyond, there is something else than an answer in it."""
_LINE = Markup('<span class="line">{}</span>')
_STOP = Markup(
    '<span class="line" id="{anchor}-line-{line}">{shown}</span>\n'
    '<span class="stop">▲ line {line}: {said}</span>'
)


def lines_shown(source: str) -> int:
    """How many lines of it are shown and counted."""
    return len(_shown(source).split("\n"))


def python(source: str, anchor: str = "", stops: Sequence[Stop] = ()) -> Markup:
    """Python code in colours, a span around each line so that lines can be numbered.

    Args:
        anchor: how the ids of lines begin.
        stops: the lines at which something stopped.
    """
    said = {stop.line: stop.said for stop in stops}
    # As it is: the lexer by itself would take blank lines away, and the count would be another.
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    coloured = highlight(_shown(source), lexer, HtmlFormatter(nowrap=True))
    # The formatter closes its spans at the end of each line, and escapes what is in them.
    lines = [
        _STOP.format(anchor=anchor, line=number, shown=Markup(line), said=said[number])
        if number in said
        else _LINE.format(Markup(line))
        for number, line in enumerate(coloured.rstrip("\n").split("\n"), start=1)
    ]
    if len(source) > _MOST_CODE:
        lines.append(_LINE.format("…"))
    return Markup("\n").join(lines)


def _shown(source: str) -> str:
    """From the first line on that is not blank: Python's shells count from there, and so do the
    messages."""
    text = source[:_MOST_CODE].replace("\r\n", "\n").replace("\r", "\n")
    lines = text.rstrip().split("\n")
    while len(lines) > 1 and not lines[0].strip():
        del lines[0]
    return "\n".join(lines)
