"""How ``gp.check`` looks: small HTML in a notebook, plain text elsewhere. Everything shown is
escaped, and what it says can be read where a page takes the styles out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gradeprop.grading.checks.rows import Item, Row
from gradeprop.grading.plots.picture import picture
from gradeprop.grading.public.marks import chip, colour_of, mark_of
from gradeprop.grading.public.plain import as_text
from gradeprop.grading.public.report import PublicCheck, PublicReport
from gradeprop.grading.public.saying import heard_first, points, said, state_of, wrong_rows
from gradeprop.grading.result.plot import Plot

__all__ = ["ReportView", "inline"]


class ReportView:
    """What IPython displays for a list of part reports."""

    def __init__(self, reports: Sequence[PublicReport]) -> None:
        self.reports = tuple(reports)

    def __repr__(self) -> str:
        return "\n\n".join(map(as_text, self.reports))

    def _repr_html_(self) -> str:
        return "".join(map(_html, self.reports))


_BOX = (
    "border:1px solid #8886;border-left:4px solid {colour};border-radius:4px;"
    "padding:.6em 1em;margin:.3em 0;max-width:54em;"
    "font-family:system-ui,sans-serif;font-size:14px;line-height:1.5"
)
# Three quarters of a page's own colour keep a contrast of 4.5:1, in light and in dark notebooks.
_QUIET = "opacity:.8"
_INDENT = "margin:.3em 0 0 1.4em"
_MONO = "font-family:ui-monospace,monospace;font-size:13px;white-space:pre-wrap"
_PLAIN_CODE = f"{_MONO};background:none;color:inherit;padding:0"
_CELL = f"text-align:left;vertical-align:top;padding:.1em 1.2em .1em 0;border:none;{_MONO}"
_HEAD = f"text-align:left;padding:.1em 1.2em .1em 0;border:none;font-weight:normal;{_QUIET}"


def _html(report: PublicReport) -> str:
    box = _BOX.format(colour=colour_of(_sign_of(report)))
    return (
        f'<div style="{box}">'
        # An element h4 would be listed in the notebook's table of contents.
        f'<div role="heading" aria-level="4"><strong>{escape(report.title)}</strong></div>'
        f"<div>{escape(state_of(report))}</div>"
        + "".join(f'<div style="margin-top:.3em">{inline(it)}</div>' for it in heard_first(report))
        + '<ul style="list-style:none;margin:0;padding:0">'
        + "".join(_check_html(check, report) for check in report.checks)
        + "</ul></div>"
    )


def _sign_of(report: PublicReport) -> str:
    if not all(check.judgement.status == "passed" for check in report.checks):
        return mark_of("failed", report.not_begun)[0]
    return mark_of("skipped" if report.outdated else "passed")[0]


def _check_html(check: PublicCheck, report: PublicReport) -> str:
    not_begun = report.is_not_begun(check)
    head = (
        f"{chip(*mark_of(check.judgement.status, not_begun))}{inline(check.describe)}"
        f' <span style="{_QUIET};white-space:nowrap">({points(check.points)})</span>'
    )
    rows, more = wrong_rows(check)
    words = "" if not_begun else said(check, beside_rows=bool(rows))
    blocks = [_row_html(row) for row in rows]
    if more:
        blocks.append(f'<div style="{_INDENT};{_QUIET}">and {more} more like this</div>')
    if words:
        blocks.append(f'<div style="{_INDENT}">{inline(words)}</div>')
    if check.judgement.plot:
        blocks.append(_picture_html(check.judgement.plot))
    if check.trace:
        blocks.append(f'<pre style="{_INDENT};{_PLAIN_CODE}">{escape(check.trace)}</pre>')
    if check.printed:
        blocks.append(
            f'<details style="{_INDENT}"><summary>What your code printed</summary>'
            f'<pre style="{_PLAIN_CODE}">{escape(check.printed)}</pre></details>'
        )
    return f'<li style="list-style:none;margin:.5em 0 0">{head}{"".join(blocks)}</li>'


def _row_html(row: Row) -> str:
    labelled = any(item.label for item in row.items)
    told = any(item.expected is not None for item in row.items)
    several = len(row.items) > 1
    heads = ["item"] * labelled + ["expected"] * told + ["got"] + [""] * several
    head = "".join(
        f'<th scope="col" style="{_HEAD}">{name}</th>' if name else '<td style="border:none"></td>'
        for name in heads
    )
    body = "".join(
        _item_html(item, labelled=labelled, told=told, several=several) for item in row.items
    )
    return (
        f'<div style="{_INDENT}"><code style="{_PLAIN_CODE}">{escape(row.expression)}</code></div>'
        '<table style="margin:.1em 0 .5em 2.8em;'
        'border:none;border-collapse:collapse;background:none">'
        f'<tr style="background:none">{head}</tr>{body}</table>'
    )


def _item_html(item: Item, *, labelled: bool, told: bool, several: bool) -> str:
    cells = [item.expected or ""] if told else []
    cells.append(item.got)
    inner = "".join(f'<td style="{_CELL}">{escape(text)}</td>' for text in cells)
    if labelled:
        inner = (
            f'<th scope="row" style="{_CELL};font-weight:normal">{escape(item.label)}</th>{inner}'
        )
    if several:  # of one alone its being shown tells that it is wrong
        mark = "✓ right" if item.right else "✗ not yet"
        inner += f'<td style="{_CELL}">{mark}</td>'
    return f'<tr style="background:none">{inner}</tr>'


def _picture_html(plot: Plot) -> str:
    drawn = picture(plot)
    return (
        f'<div tabindex="0" style="{_INDENT};overflow-x:auto">'
        f'<img src="{drawn.address}" alt="{escape(drawn.words)}" style="max-width:none"></div>'
    )


def inline(text: str) -> str:
    """Escaped text with `code` set in a code font."""
    pieces = escape(text).split("`")
    if len(pieces) % 2 == 0:  # an odd number of backticks: leave them as they are
        return "`".join(pieces)
    return "".join(
        f"<code>{piece}</code>" if position % 2 else piece for position, piece in enumerate(pieces)
    )
