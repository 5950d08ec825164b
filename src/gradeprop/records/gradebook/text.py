"""Text for nbgrader's pages, which render what the gradebook and autograded/ hold as Markdown and
HTML without escaping any of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gradeprop.grading.result.score import at_worst
from gradeprop.grading.result.verdict import CheckVerdict, PartResult, SubmissionResult
from gradeprop.wording import number

# A zero-width space cannot be seen and ends every construct that could carry code: "<" followed by
# it begins no tag by the HTML standard, and no Markdown link has it between its two halves.
# Escaping with entities would show them, as they are, within `code` and in formgrader's comment
# fields.
_GAP = "\u200b"
_DANGEROUS = re.compile(
    r"<(?=[A-Za-z/!?])"  # tags, comments, <javascript:…>
    r"|\](?=\s*[(:\[])"  # [text](target), [text][name] and their [name]: target
    # MathJax
    r"|\\(?=(?:href|url|require|class|cssId|style|html|data|unicode|bbox|def|newcommand|let)\b)"
)


def inert(text: str) -> str:
    """Markdown that looks the same but can hold no HTML, no link and no MathJax command with
    effects."""
    return _DANGEROUS.sub(lambda found: found[0] + _GAP, text)


def shown_text(text: str) -> str:
    """Text that `inert` was applied to, as it was before."""
    return text.replace(_GAP, "")


def auto_comment(
    part: PartResult, result: SubmissionResult, describe: Mapping[str, str]
) -> str | None:
    """What a student reads of a part beside the own answer, as inert Markdown; None if all is well.

    Args:
        part: of ``result``.
        describe: by check, what it checks, in the student's words.
    """
    lines = []
    if part.message:
        lines.append(part.message)
    elif result.status == "ungradable" and result.message:
        lines.append(result.message)
    for verdict in at_worst(part.checks):
        if verdict.status != "passed":
            lines.append(_line(verdict, describe.get(verdict.check, verdict.check)))
    return "\n\n".join(inert(" ".join(line.split())) for line in lines) or None


def _line(verdict: CheckVerdict, describe: str) -> str:
    earned = (
        "not graded"
        if verdict.score is None
        else f"{number(round(verdict.score, 2))}/{number(round(verdict.max_score, 2))}"
    )
    mark = "·" if verdict.status == "skipped" else "✗"
    message = f" {verdict.message}" if verdict.message else ""
    points = f" ({earned})" if verdict.max_score else ""
    return f"{mark} {describe.strip()}{points}{message}"
