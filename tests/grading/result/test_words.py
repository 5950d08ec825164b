"""What a student reads of a check, in one piece."""

from __future__ import annotations

import pytest

from gradeprop.grading.result.words import message


@pytest.mark.parametrize("text", ["'float' and 'NoneType'", "f(1)", "x[0]", 'a "b"', "2"])
def test_an_errors_own_text_and_the_hint_are_two_sentences(text: str) -> None:
    assert message("f(1)", f"raised {text}", "Look.") == f"`f(1)`: raised {text}. Look."


def test_a_sentence_gets_no_second_full_stop() -> None:
    assert message(None, "It failed.", "Look.") == "It failed. Look."
