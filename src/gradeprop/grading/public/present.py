"""How ``gp.check`` looks: small HTML in a notebook, plain text elsewhere. Everything shown is
escaped."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape

from gradeprop import wording
from gradeprop.grading.checks.rows import Item, Row
from gradeprop.grading.public.report import PublicCheck, PublicReport
from gradeprop.wording import counted

WIDTH = 79
"""Columns of the plain text."""
_MARK = {"passed": "✓", "skipped": "–"}
# Each is easy to tell from both a white and a dark page: a contrast of at least 4:1 with either
# (tested).
_COLOUR = {"passed": "#1b9150", "skipped": "#7f7f7f"}
_WRONG = "#d9493f"
_MAX_ROWS = 3
_MAX_MESSAGE = 700
_NOT_RUN_YET = (
    "If you have written something, run that cell first (Shift + Enter), then check again."
)


def number(value: float) -> str:
    """Points as people write them: 1, 0.5, 1.33."""
    return wording.number(round(value, 2))


def points(value: float) -> str:
    return wording.points(round(value, 2))


def mark_of(status: str) -> str:
    """One character for a check's status."""
    return _MARK.get(status, "✗")


def colour_of(status: str) -> str:
    """The colour of `mark_of`, for CSS."""
    return _COLOUR.get(status, _WRONG)


class ReportView:
    """What IPython displays for a list of part reports."""

    def __init__(self, reports: Sequence[PublicReport]) -> None:
        self.reports = tuple(reports)

    def __repr__(self) -> str:
        return "\n\n".join(_text(report) for report in self.reports)

    def _repr_html_(self) -> str:
        return "".join(_html(report) for report in self.reports)


# What to say
# -------------------------------------------------------------------------------------------


def _summary(report: PublicReport) -> str:
    right = sum(check.judgement.status == "passed" for check in report.checks)
    return f"{right} of {counted(len(report.checks), 'check')} passed"


def _outlook(report: PublicReport) -> str:
    now = f"So far {number(report.earned)} of {points(report.points)}."
    if report.hidden == 0:
        return now
    runs = "1 more check runs" if report.hidden == 1 else f"{report.hidden} more checks run"
    counts = "counts" if report.hidden == 1 else "count"
    return f"{now} {runs} after you hand in, on other inputs, and {counts} as well."


def _wrong_rows(check: PublicCheck) -> tuple[list[Row], int]:
    """The questions to show, and how many more were answered wrongly."""
    if check.judgement.status != "failed" or check.judgement.not_begun:
        return [], 0
    wrong = [row for row in check.judgement.rows if not row.right]
    return wrong[:_MAX_ROWS], max(0, len(wrong) - _MAX_ROWS)


def _said(check: PublicCheck, *, beside_rows: bool) -> str:
    """The message; beside the numbers that it begins with, only what it adds to them."""
    judgement = check.judgement
    if judgement.status == "passed" or not judgement.message:
        return ""
    if judgement.not_begun:
        return f"{judgement.message} {_NOT_RUN_YET}"
    if beside_rows and judgement.hint:
        return judgement.hint
    text = judgement.message
    if beside_rows and judgement.asked and judgement.report:
        text = judgement.report[:1].upper() + judgement.report[1:]
    return text if len(text) <= _MAX_MESSAGE else text[: _MAX_MESSAGE - 1] + "…"


# Plain text
# --------------------------------------------------------------------------------------------


def _text(report: PublicReport) -> str:
    lines = [_filled(f"{report.title}: {_summary(report)}", "", "  ")]
    for check in report.checks:
        mark = mark_of(check.judgement.status)
        lines.append(_filled(f"{check.describe} ({points(check.points)})", f"  {mark} ", "    "))
        rows, more = _wrong_rows(check)
        for row in rows:
            lines += _row_text(row)
        if more:
            lines.append(f"      and {more} more like this")
        if said := _said(check, beside_rows=bool(rows)):
            lines.append(_filled(said, "      ", "      "))
        if check.trace:
            lines += [_cut(f"        {line}") for line in check.trace.splitlines()]
    lines.append(_filled(_outlook(report), "  ", "  "))
    return "\n".join(lines)


def _row_text(row: Row) -> list[str]:
    lines = [_filled(row.expression, "      ", "        ")]
    for item in row.items:
        if item.right:
            continue
        if item.label:
            lines.append(f"        {item.label}:")
        if item.expected is not None:
            lines += _value_text("expected", item.expected)
        lines += _value_text("got", item.got)
    return lines


def _value_text(name: str, value: str) -> list[str]:
    first = f"          {name:<9}"
    lines: list[str] = []
    for line in value.splitlines() or [""]:
        lines.append(
            _filled(line, first if not lines else " " * len(first), " " * (len(first) + 1))
        )
    return lines


def _filled(text: str, first: str, then: str) -> str:
    # as it is: the columns of a matrix stay
    if len(first) + len(text) <= WIDTH and "\n" not in text:
        return first + text
    kept = text.replace(" point", "\0point")  # a number and its unit stay together
    filled = textwrap.fill(
        kept, WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    )
    return filled.replace("\0", " ")


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


# HTML
# --------------------------------------------------------------------------------------------------

_BOX = (
    "border:1px solid #8886;border-left:4px solid {colour};border-radius:4px;"
    "padding:.6em 1em;margin:.3em 0;max-width:54em;"
    "font-family:system-ui,sans-serif;font-size:14px;line-height:1.5"
)
_QUIET = "opacity:.75"
_INDENT = "margin:.3em 0 0 1.4em"
_MONO = "font-family:ui-monospace,monospace;font-size:13px;white-space:pre-wrap"
_CELL = f"text-align:left;vertical-align:top;padding:.1em 1.2em .1em 0;border:none;{_MONO}"
_HEAD = f"text-align:left;padding:.1em 1.2em .1em 0;border:none;font-weight:normal;{_QUIET}"


def _html(report: PublicReport) -> str:
    passed = all(check.judgement.status == "passed" for check in report.checks)
    box = _BOX.format(colour=colour_of("passed" if passed else "failed"))
    return (
        f'<div style="{box}"><div><strong>{escape(report.title)}</strong>'
        f' <span style="{_QUIET};margin-left:.6em">{escape(_summary(report))}</span></div>'
        + "".join(_check_html(check) for check in report.checks)
        + f'<div style="{_QUIET};margin-top:.6em">{escape(_outlook(report))}</div></div>'
    )


def _check_html(check: PublicCheck) -> str:
    status = check.judgement.status
    head = (
        '<div style="margin-top:.5em;padding-left:1.4em;text-indent:-1.4em">'
        f'<span title="{escape(status)}" style="display:inline-block;width:1.4em;text-indent:0;'
        f'color:{colour_of(status)};font-weight:bold">'
        f"{mark_of(status)}</span>{inline(check.describe)}"
        f' <span style="{_QUIET};white-space:nowrap">({points(check.points)})</span></div>'
    )
    rows, more = _wrong_rows(check)
    said = _said(check, beside_rows=bool(rows))
    blocks = [_row_html(row) for row in rows]
    if more:
        blocks.append(f'<div style="{_INDENT};{_QUIET}">and {more} more like this</div>')
    if said:
        blocks.append(f'<div style="{_INDENT}">{inline(said)}</div>')
    if check.trace:
        blocks.append(
            f'<pre style="{_INDENT};{_MONO};background:none;padding:0">{escape(check.trace)}</pre>'
        )
    return head + "".join(blocks)


def _row_html(row: Row) -> str:
    labelled = any(item.label for item in row.items)
    told = any(item.expected is not None for item in row.items)
    heads = ["" for _ in range(labelled)] + ["expected" for _ in range(told)] + ["got"]
    head = "".join(f'<th style="{_HEAD}">{name}</th>' for name in heads)
    body = "".join(_item_html(item, labelled=labelled, told=told) for item in row.items)
    return (
        f'<div style="{_INDENT};{_MONO}">{escape(row.expression)}</div>'
        '<table style="margin:.1em 0 .5em 2.8em;'
        'border:none;border-collapse:collapse;background:none">'
        f'<tr style="background:none">{head}</tr>{body}</table>'
    )


def _item_html(item: Item, *, labelled: bool, told: bool) -> str:
    cells = [item.label] if labelled else []
    cells += [item.expected or ""] if told else []
    mark = colour_of("passed" if item.right else "failed")
    got = f'{escape(item.got)} <span style="color:{mark}">{"✓" if item.right else "✗"}</span>'
    inner = "".join(f'<td style="{_CELL}">{escape(text)}</td>' for text in cells)
    return f'<tr style="background:none">{inner}<td style="{_CELL}">{got}</td></tr>'


def inline(text: str) -> str:
    """Escaped text with `code` set in a code font."""
    pieces = escape(text).split("`")
    if len(pieces) % 2 == 0:  # an odd number of backticks: leave them as they are
        return "`".join(pieces)
    return "".join(
        f"<code>{piece}</code>" if position % 2 else piece for position, piece in enumerate(pieces)
    )
