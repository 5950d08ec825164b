"""Pairs that are alike are found, and what everybody has makes nobody alike."""

from __future__ import annotations

from typing import Any

from gradeprop.course.keys import PartKey
from gradeprop.records.similar.compare import LENGTH, PartCompared, compare
from gradeprop.records.similar.gathered import gathered
from gradeprop.records.similar.page import similar_page
from gradeprop.records.similar.words import nothing_told
from records.similar.codes import AUTOGRAD, DISGUISED, LOOP, MATRIX

KEY = PartKey("square_derivative", "by_hand")
DIFFERENT = {"cy": AUTOGRAD, "di": MATRIX}


def compared(course: Any, answers: dict[str, str], least: float = 0.6) -> PartCompared:
    by_part = {student: {KEY: source} for student, source in answers.items()}
    (part,) = compare(course.assignments[0], by_part, least)
    assert part.key == KEY  # choices and texts are not compared
    return part


def names(part: PartCompared) -> list[tuple[str, str]]:
    return [(pair.first.student, pair.second.student) for pair in part.pairs]


def test_a_copy_in_disguise_is_found_and_nobody_else(course: Any) -> None:
    part = compared(course, {"al": LOOP, "bo": DISGUISED, **DIFFERENT})
    assert (part.answers, part.long_enough) == (4, 4)
    assert names(part) == [("al", "bo")]
    (pair,) = part.pairs
    assert pair.share == 1.0
    assert pair.tokens >= LENGTH
    assert DISGUISED.split("\n")[0].startswith("#")
    assert 0 not in pair.second.lines  # a comment is like nothing
    assert 9 in pair.second.lines


def test_a_half_is_found_with_its_lines(course: Any) -> None:
    cut = "\n".join([*LOOP.split("\n")[:5], *AUTOGRAD.split("\n")[1:]])
    assert names(compared(course, {"al": LOOP, "bo": cut, "di": MATRIX})) == []
    part = compared(course, {"al": LOOP, "bo": cut, "di": MATRIX}, least=0.2)
    (pair,) = part.pairs
    assert 0.2 < pair.share < 0.6
    assert max(pair.second.lines) < max(range(len(cut.split("\n"))))


def test_what_more_than_half_of_the_class_wrote_is_like_nobody(course: Any) -> None:
    everybody = dict.fromkeys(("al", "bo", "ed", "flo"), LOOP)
    part = compared(course, {**everybody, **DIFFERENT})
    assert names(part) == []
    assert part.long_enough == 2


def test_in_a_class_of_two_a_pair_is_a_pair(course: Any) -> None:
    assert names(compared(course, {"al": LOOP, "bo": DISGUISED})) == [("al", "bo")]


def test_the_solution_the_starter_and_known_mistakes_are_like_nobody(course: Any) -> None:
    exercise = course.assignments[0].exercises[0]
    known = [
        exercise.solution["by_hand"],
        exercise.part("by_hand").starter,
        *(way for ways in exercise.samples("by_hand").values() for way in ways),
    ]
    for source in known:
        part = compared(course, {"al": source, "bo": source, **DIFFERENT})
        assert names(part) == []
        assert part.long_enough == 2


def test_of_short_answers_nothing_can_be_told(course: Any) -> None:
    short = "def d_square(w):\n    return (w + w) * 1.0 - 0.0"
    part = compared(course, {"al": short, "bo": short})
    assert not part.can_tell
    assert names(part) == []
    assert nothing_told(part).startswith(
        "square_derivative by_hand: nothing can be told. 0 of 2 answers have 40 tokens or more"
    )


def test_nobody_and_nothing(course: Any) -> None:
    assert compared(course, {}).answers == 0
    assert compared(course, {"al": "  \n"}).answers == 0


def test_the_most_alike_come_first(course: Any) -> None:
    nearly = LOOP.replace("return torch.stack(out)", "print(out)\n    return w.new_tensor(out)")
    part = compared(course, {"al": LOOP, "bo": nearly, "ed": DISGUISED, **DIFFERENT, "fi": "x = 1"})
    assert names(part)[0] == ("al", "ed")
    assert set(names(part)) == {("al", "ed"), ("al", "bo"), ("bo", "ed")}
    assert part.pairs[1].share < 1


def test_the_page_shows_both_codes_with_bars_and_runs_nothing_of_them(course: Any) -> None:
    evil = LOOP.replace("out", "out</pre><script>alert(1)</script>", 1)
    part = compared(course, {"al": evil, "<b>bo": DISGUISED, **DIFFERENT}, least=0.3)
    page = similar_page(course, course.assignments[0], gathered(part.pairs), [part]).decode()
    assert page.count('<span class="line alike">') == sum(
        len(side.lines) for side in (part.pairs[0].first, part.pairs[0].second)
    )
    assert "<script" not in page
    assert ">alert</span>" in page
    assert "&lt;b&gt;bo" in page
    assert "&lt;span" not in page
    assert "a reason to look, and no proof" in page
    assert "default-src &#39;none&#39;" in page


def test_the_page_without_pairs_says_so_and_why(course: Any) -> None:
    part = compared(course, {"al": "x = 1", "bo": "x = 2"})
    page = similar_page(course, course.assignments[0], gathered(part.pairs), [part]).decode()
    assert "No two answers are that much alike." in page
    assert "nothing can be told" in page
