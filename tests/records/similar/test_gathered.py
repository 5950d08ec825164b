"""Who wrote one and the same is told once."""

from __future__ import annotations

from typing import Any

from gradeprop.records.similar.gathered import Likeness, gathered
from gradeprop.records.similar.page import similar_page
from gradeprop.records.similar.words import percent, who
from records.similar.codes import DISGUISED, LOOP
from records.similar.test_compare import compared

NEARLY = LOOP.replace("return torch.stack(out)", "print(out)\n    return w.new_tensor(out)")
OTHERS = {f"other{number}": "x = 1" for number in range(8)}
"""So that what is alike is not most of the class's."""


def found(course: Any, answers: dict[str, str]) -> list[Likeness]:
    return gathered(compared(course, {**answers, **OTHERS}).pairs)


def test_five_equal_answers_are_one_line(course: Any) -> None:
    (one,) = found(course, dict.fromkeys(["ed", "al", "bo", "di"], LOOP) | {"fi": DISGUISED})
    assert who(one.kinds) == "al, bo, di, ed, fi"
    assert (percent(one.share), one.share) == ("100 %", 1.0)
    assert [text.students for text in one.shown] == [("al", "bo", "di", "ed"), ("fi",)]


def test_a_further_answer_that_is_like_theirs_is_a_second_line(course: Any) -> None:
    equal, like = found(course, {"al": LOOP, "bo": DISGUISED, "di": NEARLY})
    assert (who(equal.kinds), who(like.kinds)) == ("al and bo", "al, bo (the same) and di")
    assert equal.share > like.share
    assert [text.source for text in like.shown] == [LOOP, NEARLY]


def test_the_page_shows_each_text_once(course: Any) -> None:
    lines = found(course, dict.fromkeys(["al", "bo", "di"], LOOP))
    page = similar_page(course, course.assignments[0], lines, []).decode()
    assert page.count("<tr><td>") == 1
    assert page.count("<figure>") == 1
    assert "<figcaption>al, bo, di</figcaption>" in page
