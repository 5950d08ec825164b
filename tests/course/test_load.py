from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from course.minimal import (
    EXERCISE,
    EXPLAIN,
    GRADER,
    SOLUTION,
    course_files,
    replaced,
    write_course,
)
from gradeprop.course.load import find_course, load_course
from gradeprop.errors import CourseError, UsageError

Problems = Callable[[dict[str, str | bytes | None]], list[str]]


def test_the_minimal_course_loads(tmp_path: Path) -> None:
    course = load_course(write_course(tmp_path))
    (assignment,) = course.assignments
    square, explain = assignment.exercises
    assert course.root == str(tmp_path)
    assert (assignment.id, assignment.points) == ("a01_slopes", 6)
    assert square.solution == {"by_hand": "def d_square(w):\n    return 2 * w"}
    assert explain.solution["why"] == "The loss falls as w rises,\nso w should rise."
    assert (square.path, square.solution_path, square.grader) == (EXERCISE, SOLUTION, GRADER)
    assert square.part("by_hand").checks[1].needs == ("shape",)


def test_declarations_know_their_place(tmp_path: Path) -> None:
    square = load_course(write_course(tmp_path)).assignments[0].exercises[0]
    lines = course_files()[EXERCISE].splitlines()
    line = lines.index("      - id: value_not_gradient") + 1
    assert square.place("by_hand", "value_not_gradient") == f"{EXERCISE}:{line}:9"
    assert square.place("by_hand") == f"{EXERCISE}:8:5"
    assert square.place("nowhere") == EXERCISE


def test_declared_data_files_are_carried(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {"exercises/a01_slopes/room.csv": b"\x00\xff1,2"}
    changes |= replaced(EXERCISE, "parts:\n", "files: [room.csv]\nparts:\n")
    course = load_course(write_course(tmp_path, changes))
    assert course.assignments[0].exercises[0].data == {"room.csv": b"\x00\xff1,2"}


def test_problems_of_all_files_come_at_once_in_order_of_place(problems: Problems) -> None:
    changes = {
        "course.yaml": course_files()["course.yaml"].replace("title: A", "titel: A"),
        EXERCISE: course_files()[EXERCISE]
        .replace("minutes: 5", "minutes: soon")
        .replace("points: 3", "points: no"),
        EXPLAIN: "title: [\n",
        SOLUTION: "def d_square(w): ...\n",
        GRADER: "def broken(:\n",
    }
    assert [line.split("; ")[0] for line in problems(changes)] == [
        "course.yaml:1:1: the key 'title' is missing here",
        "course.yaml:2:1: unknown key 'titel'",
        "exercises/a01_slopes/explain_sign.yaml:2:1: a value is missing, or a bracket before it "
        "is not closed",
        "exercises/a01_slopes/square_derivative.yaml:4:10: minutes must be a whole number, not "
        "the text 'soon'",
        "exercises/a01_slopes/square_derivative.yaml:5:9: points must be a number, not the text "
        "'no'",
        "graders/a01_slopes/test_square_derivative.py:1:12: is not Python: invalid syntax",
        "solutions/a01_slopes/square_derivative.py:1:1: holds no cell marker",
    ]


def test_a_course_without_yaml_is_an_error_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"course.yaml: cannot be read: No such file"):
        load_course(tmp_path)


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    write_course(tmp_path, {SOLUTION: None})
    os.mkfifo(tmp_path / SOLUTION)
    with pytest.raises(CourseError, match="cannot be read: not a file"):
        load_course(tmp_path)


def test_a_solution_that_is_not_utf8_is_said(problems: Problems) -> None:
    assert problems({SOLUTION: b"# %% part: by_hand\nx = '\xe9'\n"}) == [
        f"{SOLUTION}:2:1: byte 0xe9 is not UTF-8; save the file as UTF-8"
    ]


def test_a_schema_that_is_not_there_keeps_nothing_from_loading(tmp_path: Path) -> None:
    """It is for editors; a course that is copied without ``schemas/`` is the same course."""
    line = "# yaml-language-server: $schema=../../schemas/exercise.schema.json\n"
    write_course(tmp_path, {EXERCISE: line + course_files()[EXERCISE]})
    assert load_course(tmp_path).assignments


def test_find_course_takes_the_nearest_upward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_course(tmp_path / "course")
    assert find_course(root / "exercises/a01_slopes") == root
    monkeypatch.chdir(root / "graders")
    assert find_course() == root


def test_find_course_says_what_to_do_when_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no course\.yaml") as caught:
        find_course(tmp_path)
    assert "--course DIR" in str(caught.value)
    with pytest.raises(UsageError, match="does not exist"):
        find_course(tmp_path / "nowhere")


def test_a_file_name_that_is_not_utf8_can_be_printed(tmp_path: Path) -> None:
    write_course(tmp_path)
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/graders/\xff.py")).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    with pytest.raises(CourseError) as caught:
        load_course(tmp_path)
    str(caught.value).encode("utf-8")


def test_eight_exercises_load_without_torch(tmp_path: Path) -> None:
    names = [f"square_{number}" for number in range(8)]
    changes: dict[str, str | bytes | None] = dict.fromkeys(course_files())
    listed = "".join(f"      - {name}\n" for name in names)
    changes["course.yaml"] = course_files()["course.yaml"].split("      - sq")[0] + listed
    padding = "introduction: |\n" + "  Some prose about $f(w) = w^2$ and its slope.\n" * 100
    for name in names:
        changes[EXERCISE.replace("square_derivative", name)] = course_files()[EXERCISE].replace(
            "introduction: Let $f(w) = w^2$.\n", padding
        )
        changes[SOLUTION.replace("square_derivative", name)] = course_files()[SOLUTION]
        changes[GRADER.replace("square_derivative", name)] = course_files()[GRADER]
    write_course(tmp_path, changes)
    assert len(load_course(tmp_path).assignments[0].exercises) == 8
    code = (
        "import sys, gradeprop.course.load; assert not {'torch', 'numpy', 'IPython'} & "
        "set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_choice_needs_a_public_check_and_an_explanation_none(problems: Problems) -> None:
    changes = replaced(EXPLAIN, "        public: true\n", "")
    assert problems(dict(changes)) == [
        f"{EXPLAIN}:14:7: the part 'commit' has no public check; set public: true on one of its "
        f"checks"
    ]
