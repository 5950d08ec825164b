"""Which answers get their mark together, and in which order they come."""

from __future__ import annotations

from typing import Any

from gradeprop.course.model import Criterion, ExplanationPart, Rubric
from gradeprop.records.marking.groups import grouped
from gradeprop.records.marking.queue import Given, Item

WHY, SIZE = ("explain_sign", "why"), ("explain_size", "why")
PART = ExplanationPart(
    part="why",
    kind="explanation",
    prompt="Why?",
    starter="*Write here, in at most 60 words.*",
    rubric=Rubric(criteria=(Criterion(id="names", text="Names it.", points=1),)),
)
FALLS = "The loss falls when w grows, so I increase w."


def groups_of(texts: Any, marks: Any = None, notes: Any = None, parts: Any = None) -> Any:
    parts = parts or [WHY] * len(texts)
    notes = notes or [None] * len(texts)
    items = [
        Item(str(number), part, text, note)
        for number, (part, text, note) in enumerate(zip(parts, texts, notes, strict=True))
    ]
    return grouped({WHY: PART, SIZE: PART}, items, marks or [Given()] * len(texts))


def members(groups: Any) -> Any:
    return [group.members for group in groups]


def test_the_same_words_are_one_group_with_each_of_its_wordings() -> None:
    (group,) = groups_of([FALLS, FALLS.upper().replace(" W", " w"), f"  {FALLS}\n", FALLS[:-1]])
    assert group.members == (0, 1, 2, 3)
    assert group.wordings == (FALLS, FALLS.upper().replace(" W", " w"), FALLS[:-1])
    assert not group.untouched


def test_starters_and_empty_answers_come_first_each_kind_at_once() -> None:
    found = groups_of([FALLS, PART.starter, None, PART.starter.replace("*", "*", 1), "  "])
    assert members(found) == [(1, 3), (2, 4), (0,)]
    assert [group.untouched for group in found] == [True, True, False]


def test_an_answer_with_another_remark_of_the_grader_is_looked_at_alone() -> None:
    found = groups_of([None, None], notes=[None, "The notebook could not be read."])
    assert members(found) == [(0,), (1,)]


def test_what_was_given_another_mark_before_keeps_it() -> None:
    done = Given("marked", frozenset({"names"}))
    found = groups_of([FALLS, FALLS, FALLS, FALLS], [Given(), done, Given(), done])
    assert members(found) == [(0, 2), (1, 3)]
    assert [(group.place, group.alike) for group in found] == [(1, 2), (2, 2)]


def test_parts_come_one_after_the_other_and_share_nothing() -> None:
    found = groups_of([FALLS, FALLS, FALLS], parts=[SIZE, WHY, SIZE])
    assert members(found) == [(1,), (0, 2)]


def test_alike_answers_follow_each_other_and_frequent_kinds_come_first() -> None:
    other = "In centimetres the same model has another gradient."
    texts = [other, FALLS, "No idea.", "The loss falls if w grows, so I would increase w.", FALLS]
    found = groups_of(texts)
    assert members(found) == [(1, 4), (3,), (0,), (2,)]
    assert [(group.place, group.alike) for group in found] == [(1, 2), (2, 2), (1, 1), (1, 1)]


def test_every_answer_is_in_one_group() -> None:
    texts = [FALLS, None, PART.starter, "x", FALLS, "y", ""]
    found = groups_of(texts, parts=[WHY, WHY, SIZE, SIZE, SIZE, WHY, WHY])
    assert sorted(number for group in found for number in group.members) == list(range(7))
