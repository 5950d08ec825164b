from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.minimal import EXERCISE, EXPLAIN, replaced
from gradeprop.course.course_spec import AssignmentSpec
from gradeprop.course.model import Exercise
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import did_you_mean, validate

Problems = Callable[[dict[str, str]], list[str]]

CASES = [
    ("course.yaml", "id: minimal", "id: Minimal!", "1:5: id 'Minimal!' has characters that an id cannot have; use"),
    ("course.yaml", "id: minimal", "id: 5", "1:5: id must be text, not the number 5; put quotes around it"),
    ("course.yaml", "id: minimal\n", "id: minimal\ndevices: [cud]\n",
     "2:11: item 1 of devices cannot be the text 'cud'; did you mean 'cuda'?"),
    ("course.yaml", "id: minimal\n", "id: minimal\ndevices: []\n", "2:10: devices needs at least 1 item, has 0"),
    ("course.yaml", "id: minimal\n", "id: minimal\nlimits: {cel_s: 3}\n", "2:10: unknown key 'cel_s'; did you mean 'cell_s'?"),
    ("course.yaml", "id: minimal\n", "id: minimal\nlimits: {cell_s: 3, check_s: -1}\n",
     "2:30: check_s must be a number greater than 0, not -1"),
    ("course.yaml", "id: minimal\n", "id: minimal\nlimits: [1]\n", "2:9: limits must be a mapping, not a list"),
    ("course.yaml", "id: minimal\n", "id: minimal\ntolerances: {float31: {rtol: 1e-3}}\n",
     "2:14: unknown key 'float31'; did you mean 'float32'?"),
    ("course.yaml", "id: minimal\n", "id: minimal\ntolerances: {float32: {rtol: .inf}}\n",
     "2:30: rtol must be a finite number, not inf"),
    ("course.yaml", "id: minimal\n", "id: minimal\ncolab: {repository: me}\n",
     "2:21: repository 'me' is not a repository; write owner/name"),
    ("course.yaml", "    title: Slopes\n", "    title: Slopes\n    due: 2026-09-30\n",
     "6:10: due must be a date with a time, not the text '2026-09-30'; write it like "
     "2026-09-30T23:59"),
    ("course.yaml", "    title: Slopes\n", "    title: Slopes\n    release: soon\n",
     "6:14: release must be a date, not the text 'soon'; write it like 2026-09-30"),
    ("course.yaml", "    title: Slopes\n", "    title: Slopes\n    weight: 0\n", "6:13: weight must be greater than 0, not 0"),
    ("course.yaml", "    title: Slopes\n", "    title: Slopes\n    weight: -1\n", "6:13: weight must be greater than 0, not -1"),
    ("course.yaml", "    title: Slopes\n", "    title: Slopes\n    weight: .inf\n", "6:13: weight must be a finite number, not inf"),
    ("course.yaml", "    title: Slopes\n", "    title: Slopes\n    weight: 1e6\n", "6:13: weight must be at most 100000, not 1000000.0"),
    ("course.yaml", "    title: Slopes\n", "    title: Slopes\n    weight: heavy\n",
     "6:13: weight must be a number, not the text 'heavy'"),
    (EXERCISE, "title: The slope of a square", "title: ' '", "1:8: title must not be empty"),
    (EXERCISE, "title: The slope of a square", "title:", "1:7: title must be text, not empty"),
    (EXERCISE, "minutes: 5", "minutes: 0", "4:10: minutes must be greater than 0, not 0"),
    (EXERCISE, "minutes: 5", "minutes: 5.5", "4:10: minutes must be a whole number, not the number 5.5"),
    (EXERCISE, "minutes: 5", "minutes: '5'", "4:10: minutes must be a whole number, not the text '5'; write a number without quotes"),
    (EXERCISE, "kind: code", "kind: cod", "9:11: kind 'cod' is not known; did you mean 'code'?"),
    (EXERCISE, "    kind: code\n", "", "8:5: the key 'kind' is missing here; add kind: code, choice, prediction, repair or explanation"),
    (EXERCISE, "    kind: code\n", "    kind: code\n    code: 1\n", "10:5: unknown key 'code'"),
    (EXERCISE, "    hints:", "    hint:", "14:5: unknown key 'hint'; did you mean 'hints'?"),
    (EXERCISE, "public: true", "public: yes", "19:17: public must be true or false, not the text 'yes'"),
    (EXERCISE, "public: true", "public: 1", "19:17: public must be true or false, not the number 1"),
    (EXERCISE, "needs: [shape]", "needs: shape", "23:16: needs must be a list, not the text 'shape'; write [a, b]"),
    (EXERCISE, "{scale: 0.5}", "{scale: 0.5, value: 1}", "27:18: give exactly one of mistake, scale, value"),
    (EXERCISE, "{scale: 0.5}", "{value: {a: 1}}", "27:26: value must be a number, text, or a list (of lists) of numbers"),
    (EXERCISE, "{scale: 0.5}", "{value: [[1, x]]}", "27:26: value must be a number, text, or a list (of lists) of numbers"),
    (EXERCISE, "{scale: 0.5}", "{scale: half}", "27:26: scale must be a number, not the text 'half'"),
    (EXERCISE, "    checks:\n", "    forbid: [autgrad]\n    checks:\n",
     "16:14: item 1 of forbid cannot be the text 'autgrad'; did you mean 'autograd'?"),
    (EXERCISE, "parts:\n", "files: [../secret]\nparts:\n", "7:9: item 1 of files '../secret' is not a plain file name"),
    (EXPLAIN, "options: [increase, decrease]", "options: [increase]", "12:14: options needs at least 2 items, has 1"),
    (EXPLAIN, "    kind: choice\n", "    kind: choice\n    forbid: [autograd]\n", "9:13: forbid is too long: 1, at most 0"),
    (EXPLAIN, "    rubric:\n", "    points: 2\n    rubric:\n", "25:5: unknown key 'points'"),
    (EXPLAIN, "words: 60", "words: true", "26:14: words must be a whole number, not true"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"), CASES, ids=[case[2].strip() for case in CASES]
)
def test_one_mistake_gives_one_exact_problem(
    problems: Problems, name: str, old: str, new: str, problem: str
) -> None:
    (line,) = problems(replaced(name, old, new))
    assert line.startswith(f"{name}:{problem}")
    assert "; " in line


def test_a_misspelt_key_is_unknown_and_the_right_one_missing(problems: Problems) -> None:
    assert problems(replaced(EXERCISE, "title: The slope", "titel: The slope")) == [
        f"{EXERCISE}:1:1: the key 'title' is missing here; add it",
        f"{EXERCISE}:1:1: unknown key 'titel'; did you mean 'title'?",
    ]


def test_a_missing_key_says_what_it_means(problems: Problems) -> None:
    (line,) = problems(replaced(EXERCISE, "minutes: 5\n", ""))
    assert (
        line
        == f"{EXERCISE}:1:1: the key 'minutes' is missing here; add it: How long a student needs, in minutes."
    )


def test_a_duplicate_key_does_not_hide_other_problems(problems: Problems) -> None:
    lines = problems(replaced(EXERCISE, "minutes: 5\n", "minutes: 0\nminutes: 5\n"))
    assert len(lines) == 2


def test_no_message_speaks_the_validators_own_language(problems: Problems) -> None:
    text = (
        "title: 1\nobjectives: x\nminutes: []\npoints: {}\nintroduction: 2026-01-01\nparts: [1, "
        "{kind: code}, {}, {kind: x}]"
    )
    shown = "\n".join(problems({EXERCISE: text}))
    for word in (
        "Input",
        "discriminator",
        "union",
        "tag",
        "Tuple",
        "Field required",
        "pydantic",
        "Extra",
    ):
        assert word not in shown


def test_dates_are_read_from_plain_text() -> None:
    text = b"id: a\ntitle: t\nintroduction: i\nexercises: [x]\nrelease: 2026-09-01\ndue: 2026-09-30T23:59\nweight: 2"
    value, problems = validate(AssignmentSpec, read_yaml(text, "f"))
    assert problems == []
    assert value is not None
    assert str(value.release) == "2026-09-01"
    assert str(value.due) == "2026-09-30 23:59:00"
    assert value.weight == 2.0


def test_did_you_mean_lists_what_is_known_when_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["title", "points"]) == "known here: title, points"
    assert did_you_mean("zzz", []) == "delete it"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["title", "parts", "kind", "code", "checks", "value", "x"]), inner
            )
        ),
    )
)
def test_no_data_at_all_raises(data: object) -> None:
    document = read_yaml(b"x: 1", "f")
    object.__setattr__(document, "data", data)
    value, problems = validate(Exercise, document)
    assert value is None
    assert problems
