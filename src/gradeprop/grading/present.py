"""How ``gp.check`` looks: small HTML in a notebook, plain text elsewhere. Everything shown is escaped."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape

from gradeprop.grading.judge import Row
from gradeprop.grading.public import PublicCheck, PublicReport

_MARK = {"passed": "✓", "skipped": "·"}
# Colours that keep a contrast of at least 4.5:1 on both JupyterLab's light and dark background.
_COLOUR = {"passed": "#1a8a4a", "skipped": "#8a8a8a"}
_WRONG = "#d0453a"
_MAX_ROWS = 6


def number(value: float) -> str:
    """Points as people write them: 1, 0.5."""
    return f"{value:g}"


def points(value: float) -> str:
    return f"{number(value)} point{'' if value == 1 else 's'}"


class ReportView:
    """What IPython displays for a list of part reports."""

    def __init__(self, reports: Sequence[PublicReport]) -> None:
        self.reports = tuple(reports)

    def __repr__(self) -> str:
        return "\n\n".join(_text(report) for report in self.reports)

    def _repr_html_(self) -> str:
        return "".join(_html(report) for report in self.reports)


def _shown_rows(check: PublicCheck) -> list[Row]:
    if check.judgement.status == "passed":
        return []
    return [row for row in check.judgement.rows if not row.right][:_MAX_ROWS]


def _summary(report: PublicReport) -> str:
    right = sum(check.judgement.status == "passed" for check in report.checks)
    return f"{right} of {len(report.checks)} public check{'' if len(report.checks) == 1 else 's'} passed"


def _outlook(report: PublicReport) -> str:
    if report.hidden == 0:
        return ""
    hidden = "1 more check runs" if report.hidden == 1 else f"{report.hidden} more checks run"
    return f"{hidden} after you hand in, on other inputs."


def _text(report: PublicReport) -> str:
    lines = [f"{report.title}: {_summary(report)}"]
    for check in report.checks:
        judgement = check.judgement
        lines.append(f"  {_MARK.get(judgement.status, '✗')} {check.describe} ({points(check.points)})")
        for row in _shown_rows(check):
            lines += [
                f"      {row.expression}",
                f"        expected {row.expected}",
                f"        got      {row.got}",
            ]
        if judgement.status != "passed" and judgement.message:
            lines.append(textwrap.indent(textwrap.fill(judgement.message, 72), "      "))
    if outlook := _outlook(report):
        lines.append(f"  {outlook}")
    return "\n".join(lines)


def _html(report: PublicReport) -> str:
    checks = "".join(_check_html(check) for check in report.checks)
    outlook = _outlook(report)
    foot = f'<div style="opacity:.75;margin-top:.4em">{escape(outlook)}</div>' if outlook else ""
    return (
        '<div style="border:1px solid #8888;border-radius:4px;padding:.6em .9em;margin:.3em 0;'
        'max-width:60em;font-family:system-ui,sans-serif;line-height:1.45">'
        f"<div><strong>{escape(report.title)}</strong>: {escape(_summary(report))}</div>{checks}{foot}</div>"
    )


def _check_html(check: PublicCheck) -> str:
    judgement = check.judgement
    colour = _COLOUR.get(judgement.status, _WRONG)
    mark = _MARK.get(judgement.status, "✗")
    head = (
        f'<div style="margin-top:.5em"><span style="color:{colour};font-weight:bold">{mark}</span> '
        f'{escape(check.describe)} <span style="opacity:.65">({points(check.points)})</span></div>'
    )
    if judgement.status == "passed":
        return head
    message = (
        f'<div style="margin:.2em 0 0 1.2em">{_inline(judgement.message)}</div>' if judgement.message else ""
    )
    return head + _rows_html(_shown_rows(check)) + message


def _rows_html(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    cell = "text-align:left;padding:.1em .8em .1em 0;white-space:pre-wrap;font-family:monospace"
    head = "text-align:left;padding:.1em .8em .1em 0;font-weight:normal;opacity:.65"
    body = "".join(
        f'<tr><td style="{cell}">{escape(row.expression)}</td><td style="{cell}">{escape(row.expected)}</td>'
        f'<td style="{cell}">{escape(row.got)}</td></tr>'
        for row in rows
    )
    return (
        '<table style="margin:.2em 0 0 1.2em;border-collapse:collapse;background:none">'
        f'<tr><th style="{head}">asked</th><th style="{head}">expected</th><th style="{head}">got</th></tr>'
        f"{body}</table>"
    )


def _inline(message: str | None) -> str:
    """Escaped text with `code` set in a code font."""
    pieces = escape(message or "").split("`")
    if len(pieces) % 2 == 0:  # an odd number of backticks: leave them as they are
        return "`".join(pieces)
    return "".join(
        f"<code>{piece}</code>" if position % 2 else piece for position, piece in enumerate(pieces)
    )
