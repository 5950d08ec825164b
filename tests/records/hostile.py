"""A student who tries to get HTML and scripts onto the pages that others open."""

from __future__ import annotations

import base64
from dataclasses import replace

from gradeprop.grading.result.questions import Item, Row
from gradeprop.records.answers import Answer
from gradeprop.records.gradebook.given import PartMark, Person
from gradeprop.records.marks import Marks, PartKey
from records.marked_class import BY_HAND, COMMIT, WHY, marked, wrong

HOSTILE = [
    "<script>document.title='owned'</script>",
    "</style></script></title><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"><svg onload=document.title='owned'>",
    "' onmouseover='document.title=1",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "]]><!--<script>",
    "\x1b[31m\x00\x08\ud800",
]
EVERYTHING = " ".join(HOSTILE)


def hostile_marks(text: str = EVERYTHING) -> Marks:
    """A result with hostile text wherever a student can put some."""
    result = wrong(text.replace("\ud800", ""), message=text)
    square, sign = result.exercises
    checks = tuple(
        replace(
            check,
            check=f"check{number}",
            status="failed",
            message=f"`{text}`: {text} `{text}`",
            asked=text if public else None,
            report=f"{text} `{text}`",
            rows=(Row(text, (Item(text, text, text, False),)),) if public and number else (),
            line=1,
            public=public,
        )
        for number, (check, public) in enumerate(
            zip(square.parts[0].checks * 2, (True, False) * 2, strict=True)
        )
    )
    part = replace(square.parts[0], message=text, checks=checks)
    result = replace(result, exercises=(replace(square, parts=(part,)), sign))
    return marked(
        result,
        {BY_HAND: PartMark(1.0), COMMIT: PartMark(0.0), WHY: PartMark(None, 1.0, 0.0, text)},
        person=Person(text, text),
    )


def hostile_answers(text: str = EVERYTHING) -> dict[PartKey, Answer]:
    """Answers with hostile text in code, output, prose and image."""
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"<script>").decode()
    code = f"{text}\nx = '''{text}'''\n# {text}\n\"{text}\" # \x00"
    return {
        BY_HAND: Answer(code, text, (("image/png", picture),)),
        COMMIT: Answer(code, text),
        WHY: Answer(text),
    }
