"""Words of a rubric's key that an answer does not have."""

from __future__ import annotations

import pytest

from gradeprop.records.marking.key_words import absent

KEY = "The step goes against the gradient's sign: w₃ grows by 5, which is small."


def words(key: str, answer: str) -> list[str]:
    return [key[begin:end] for begin, end in absent(key, answer)]


def test_what_is_not_mentioned_is_found_in_the_key() -> None:
    assert words(KEY, "It grows.") == ["step", "against", "gradient", "sign", "w₃", "5", "small"]


@pytest.mark.parametrize(
    ("word", "answer"),
    [("step", "Steps are"), ("grows", "w is growing"), ("w₃", "w_3"), ("w₃", "W3"), ("5", "-5.")],
)
def test_another_form_of_a_word_is_as_good(word: str, answer: str) -> None:
    assert word in words(KEY, "")
    assert word not in words(KEY, answer)


def test_another_number_is_not() -> None:
    assert words("It is 15", "It is 1 and 5") == ["15"]
    assert words("It is 1500", "It is 150") == ["1500"]


def test_words_for_the_marker_and_short_ones_do_not_matter() -> None:
    assert words('"It is so" alone is enough, and counts as well.', "") == []
