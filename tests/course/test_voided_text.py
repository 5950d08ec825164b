"""``voided.yaml`` is changed where it must be; what people wrote there stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import validate
from gradeprop.course.voided import Voided, VoidedList, as_yaml, changed, removed
from gradeprop.course.voided_text import edited
from gradeprop.errors import UsageError

A = Voided(exercise="one", check="a")
B = Voided(exercise="one", check="b", give=True)
C = Voided(exercise="two", check="c", reason='Say "please": # or not')

BY_HAND = """\
# yaml-language-server: $schema=schemas/voided.schema.json
# Decided on 3 March.

checks:   # see the minutes
  # The first one is Ada's find.
  - exercise: one   # slopes
    check: a
  # And this is unfair, too:
  - exercise: one
    # hers again
    check: b        # the hidden one
    give: true      # all of them

  # Nothing more, please.
"""


def read(raw: Any) -> Any:
    document = read_yaml(raw, "voided.yaml")
    spec, problems = validate(VoidedList, document)
    assert not problems
    assert not document.problems
    return spec.checks


def edit(text: Any, *entries: Any) -> Any:
    result = edited(text.encode(), entries, schema=False).decode()
    assert sorted(read(result.encode()), key=str) == sorted(entries, key=str)
    return result


def test_a_new_entry_comes_last_and_nothing_else_changes() -> None:
    new = '  - exercise: two\n    check: c\n    reason: "Say \\"please\\": # or not"\n'
    assert edit(BY_HAND, A, B, C) == BY_HAND.replace("# all of them\n", f"# all of them\n{new}")


def test_an_entry_that_goes_takes_only_its_own_lines() -> None:
    assert edit(BY_HAND, B) == BY_HAND.replace("  - exercise: one   # slopes\n    check: a\n", "")


def test_when_the_last_entry_goes_the_comments_stay() -> None:
    text = edit(BY_HAND)
    assert "checks: []   # see the minutes\n" in text
    for comment in (
        "# Decided on 3 March.",
        "# The first one is Ada's find.",
        "# Nothing more, please.",
    ):
        assert comment in text
    assert "exercise" not in text
    assert edit(text, A).endswith("# Nothing more, please.\n")


def test_of_an_entry_that_stays_only_the_keys_change_that_must() -> None:
    told = A.model_copy(update={"give": True, "reason": "Unclear."})
    assert edit(BY_HAND, told, B) == BY_HAND.replace(
        "    check: a\n", '    check: a\n    give: true\n    reason: "Unclear."\n'
    )
    assert edit(BY_HAND, A, B.model_copy(update={"give": False})) == BY_HAND.replace(
        "give: true      #", "give: false      #"
    )
    reworded = BY_HAND.replace(
        "check: a\n", "check: a\n    reason: >-\n      Two\n      lines.\n\n"
    )
    assert edit(reworded, A, B) == BY_HAND.replace("check: a\n", "check: a\n\n")
    assert 'reason: "New."' in edit(reworded, A.model_copy(update={"reason": "New."}), B)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_stay_as_they_are(end: str) -> None:
    text = BY_HAND.replace("\n", end)
    changed = edit(text, B, C)
    assert changed.count("\n") == changed.count(end)


def test_a_file_without_a_line_end_at_its_end_can_grow() -> None:
    assert edit("checks: # mine\n- exercise: one\n  check: a", A, C).startswith(
        "checks: # mine\n- exercise: one\n  check: a\n- exercise: two\n"
    )


def test_a_file_of_this_program_is_written_as_it_always_is() -> None:
    assert edited(None, [C, A], schema=True) == as_yaml([A, C], schema=True)
    assert edited(as_yaml([C]), [C, A], schema=True) == as_yaml([A, C], schema=True)
    assert edited(as_yaml([C], schema=True), [C, A], schema=False) == as_yaml([A, C])
    assert edited(as_yaml([C]), [], schema=True) is None
    assert edited(None, [], schema=True) is None


def test_without_comments_any_layout_is_written_anew() -> None:
    assert edited(b"checks: [{exercise: one, check: a}]", [A, C], schema=False) == as_yaml([A, C])


@pytest.mark.parametrize(
    "text",
    [
        "checks: [{exercise: one, check: a}]  # flow",
        "checks:  # dashes alone\n  -\n    exercise: one\n    check: a\n",
        "checks:  # anchors\n  - exercise: &x one\n    check: a\n",
        "{checks: [{exercise: one, check: a}]}  # all of it",
    ],
)
def test_where_a_comment_would_be_lost_nothing_is_changed_and_the_remedy_told(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        edited(text.encode(), [C], schema=False)
    said = str(caught.value)
    assert "delete the entry of one.a" in said
    assert "add - {exercise: two, check: c, reason:" in said


names = st.sampled_from(["a", "b", "c"])
words = st.text(st.characters(categories=["L", "P", "S", "Zs"]), min_size=1).filter(str.strip)
entries = st.builds(
    Voided, exercise=names, check=names, give=st.booleans(), reason=st.none() | words
)
several = st.lists(entries, unique_by=lambda item: item.key, max_size=5)


@st.composite
def written_by_hand(draw: Any) -> Any:
    """A file with comments anywhere, and which of them stand on lines of their own between
    entries."""
    voided, kept = draw(several), []

    def comment(indent: str = "") -> Any:
        if not draw(st.booleans()):
            return []
        kept.append(f"# note {len(kept)}: - {{'}}\"")
        return [f"{indent}{kept[-1]}"]

    lines = [*comment(), "checks:" if voided else "checks: []", *comment("  ")]
    for entry in voided:
        first, *others = as_yaml([entry]).decode().splitlines()[2:]
        lines.append(first)
        for line in others:
            lines.append(line + draw(st.sampled_from(["", "  # theirs"])))
            if draw(st.booleans()):
                lines.append("    # inside")
        lines += comment(draw(st.sampled_from(["", "  ", "    "])))
    return "\n".join(["# by hand", *lines]) + "\n", voided, kept


@given(written_by_hand(), entries)
def test_whatever_is_changed_comments_between_entries_stay(written: Any, entry: Any) -> None:
    text, voided, kept = written
    assert read(text.encode()) == tuple(voided)
    for after in (changed(voided, entry), removed(voided, entry.key), ()):
        result = edited(text.encode(), after, schema=False)
        assert sorted(read(result), key=str) == sorted(after, key=str)
        lines = [line.strip() for line in result.decode().splitlines()]
        assert [line for line in lines if line in kept] == kept
