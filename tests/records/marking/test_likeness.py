"""Which answers are read one after the other."""

from __future__ import annotations

import random
import time

from gradeprop.records.marking.likeness import families

FALLS = "the loss falls when w grows so i increase w"
FALLS_TOO = "the loss falls if w grows so i would increase w"
UNIT = "in centimetres the same model has another gradient"
UNIT_TOO = "in centimetres the same model has another number as its gradient"


def test_texts_that_are_worded_alike_are_together_and_others_alone() -> None:
    assert families([FALLS, UNIT, "no idea", FALLS_TOO, UNIT_TOO]) == [[0, 3], [1, 4], [2]]


def test_the_most_alike_comes_first() -> None:
    close = FALLS.replace("so", "and so")
    assert families([FALLS, FALLS_TOO, close]) == [[0, 2, 1]]


def test_nothing_and_signs_are_like_nothing() -> None:
    assert families([]) == []
    assert families(["", "x", FALLS]) == [[0], [1], [2]]


def test_a_thousand_answers_are_ordered_while_nobody_waits() -> None:
    rng = random.Random(0)
    words = (FALLS + " " + UNIT + " step slope gradient").split()
    texts = [" ".join(rng.choices(words, k=60)) for _ in range(1000)]
    before = time.process_time()
    found = families(texts)
    assert sorted(at for family in found for at in family) == list(range(1000))
    assert time.process_time() - before < 20
