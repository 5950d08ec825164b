"""Whether a text names anybody."""

import pytest

from gradeprop.records.discovered.names import named_in

CLASS = [
    "Max",
    "Norm",
    "ada",
    "Grace",
    "Lovelace",
    "van der Berg",
    "Li",
    "grace@example.org",
    "s1234567",
    "",
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def f(x): return x", []),
        ("def ada(x): return x", ["ada"]),
        ("name = 'ADA'", ["ada"]),
        ("adam = torch.optim.Adam", []),
        ("my_grace = 1", ["Grace"]),
        ('by = "van der Berg"', ["van der Berg"]),
        ("van = der = 1", []),
        ("li = 3", []),
        ("x = max(y)", []),
        ("x = y.norm()", ["Norm"]),
        ("x = 's1234567'", ["s1234567"]),
        ("mail = 'grace@example.org'", ["Grace", "grace@example.org"]),
    ],
)
def test_names_are_found_as_words(text: str, found: list[str]) -> None:
    assert named_in(text, CLASS) == found


def test_a_word_of_the_vocabulary_names_nobody() -> None:
    assert named_in("x = y.norm()", CLASS, ["norm"]) == []
