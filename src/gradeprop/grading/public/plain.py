"""A report as plain text, in 79 columns."""

from __future__ import annotations

import textwrap

from gradeprop.grading.checks.rows import Row
from gradeprop.grading.public.marks import mark_of
from gradeprop.grading.public.report import PublicCheck, PublicReport
from gradeprop.grading.public.saying import heard_first, points, said, state_of, wrong_rows

__all__ = ["WIDTH", "as_text"]

WIDTH = 79
"""Columns of the plain text."""
_PRINTED_LINES = 8


def as_text(report: PublicReport) -> str:
    """The report, ending without a newline."""
    lines = [_filled(report.title, "", "  "), _filled(state_of(report), "  ", "  ")]
    lines += [_filled(words, "  ", "  ") for words in heard_first(report)]
    for check in report.checks:
        lines += _check(check, report)
    return "\n".join(lines)


def _check(check: PublicCheck, report: PublicReport) -> list[str]:
    sign, word = mark_of(check.judgement.status, report.is_not_begun(check))
    lines = [_filled(f"{word}: {check.describe} ({points(check.points)})", f"  {sign} ", "    ")]
    rows, more = wrong_rows(check)
    for row in rows:
        lines += _row(row)
    if more:
        lines.append(f"      and {more} more like this")
    if not report.is_not_begun(check) and (words := said(check, beside_rows=bool(rows))):
        lines.append(_filled(words, "      ", "      "))
    if check.trace:
        lines += [_cut(f"        {line}") for line in check.trace.splitlines()]
    if check.printed and check.judgement.status != "passed":
        lines += _printed(check.printed)
    return lines


def _printed(text: str) -> list[str]:
    lines = text.splitlines()
    shown = [_cut(f"        {line}") for line in lines[:_PRINTED_LINES]]
    if len(lines) > _PRINTED_LINES:
        shown.append(f"        … and {len(lines) - _PRINTED_LINES} more lines")
    return ["      What your code printed:", *shown]


def _row(row: Row) -> list[str]:
    lines = [_filled(row.expression, "      ", "        ")]
    for item in row.items:
        if item.right:
            continue
        if item.label:
            lines.append(f"        {item.label}:")
        if item.expected is not None:
            lines += _value("expected", item.expected)
        lines += _value("got", item.got)
    return lines


def _value(name: str, value: str) -> list[str]:
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
