"""`gradeprop build` and `gradeprop grade` from end to end, as an instructor runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import HALVED, SOLVED, answered, gradeprop, hand_in, program, result_of
from course.minimal import EXERCISE, GRADER, SOLUTION
from gradeprop.course.load import load_course
from gradeprop.records.files.submissions import find_submissions
from gradeprop.records.surely_due import surely_due

NONE = ("--isolation", "none")


def test_build_writes_the_release_and_the_source_and_prints_their_paths(course: Any) -> None:
    done = gradeprop("build", "a01_slopes", cwd=course)
    assert done.stdout.splitlines() == [
        "source/a01_slopes/a01_slopes.ipynb",
        "release/a01_slopes/a01_slopes.ipynb",
    ]
    assert "return 2 * w" in (course / "source/a01_slopes/a01_slopes.ipynb").read_text()
    assert "return 2 * w" not in (course / "release/a01_slopes/a01_slopes.ipynb").read_text()


def test_building_twice_gives_the_same_bytes(course: Any) -> None:
    path = course / "release" / "a01_slopes" / "a01_slopes.ipynb"
    gradeprop("build", cwd=course)
    first = path.read_bytes()
    gradeprop("build", cwd=course)
    assert path.read_bytes() == first


def test_a_class_is_graded_into_result_files_and_a_table(built: Any) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    hand_in(built, "bob & co", answered(built, HALVED))
    hand_in(built, "cy", b"not a notebook")
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "missing factor two" in done.stdout
    assert "unreadable" in done.stdout
    assert "Warning" in done.stderr
    assert result_of(built, "ada")["auto_score"] == 4.0
    assert result_of(built, "ada")["isolation"] == "none"
    assert result_of(built, "bob%20%26%20co")["student"] == "bob & co"
    assert result_of(built, "cy")["status"] == "ungradable"


def test_a_magic_that_keeps_no_names_is_to_blame(built: Any) -> None:
    code = SOLVED["square_derivative-by_hand"]
    timed = {**SOLVED, "square_derivative-by_hand": f"%%timeit -n 1 -r 1\n{code}"}
    hand_in(built, "ada", answered(built, timed))
    gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    done = gradeprop("show", "a01_slopes", "ada", cwd=built)
    said = " ".join(done.stdout.split())
    assert "a cell that begins with %%timeit keeps no names. Take that line out." in said


@pytest.mark.slow
def test_several_workers_give_the_same_results_as_one(built: Any) -> None:
    for number in range(6):
        hand_in(built, f"s{number}", answered(built, HALVED if number % 2 else SOLVED))
    gradeprop("grade", "a01_slopes", *NONE, "--workers", "1", cwd=built)
    one = {
        path.name: json.loads(path.read_text()) for path in (built / "results/a01_slopes").iterdir()
    }
    done = gradeprop("grade", "a01_slopes", *NONE, "--workers", "2", "--force", cwd=built)
    assert done.returncode == 0, done.stderr
    two = {
        path.name: json.loads(path.read_text()) for path in (built / "results/a01_slopes").iterdir()
    }
    for result in (*one.values(), *two.values()):
        del result["timing"]
    assert one == two


def test_a_second_run_grades_only_what_changed(built: Any) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    bob = hand_in(built, "bob", answered(built, HALVED))
    gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    ada_before = (built / "results/a01_slopes/ada.json").read_bytes()
    assert due(built) == 0
    bob.write_bytes(answered(built, SOLVED))
    assert due(built) == 1
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    assert "1 of 2 unchanged" in done.stderr
    assert (built / "results/a01_slopes/ada.json").read_bytes() == ada_before
    assert result_of(built, "bob")["auto_score"] == 4.0
    (built / EXERCISE).write_text(
        (built / EXERCISE).read_text().replace("lost?", "lost on the way?")
    )
    assert due(built) == 2
    assert "unchanged" not in gradeprop("grade", "a01_slopes", *NONE, cwd=built).stderr


def due(built: Path) -> int:
    """How many are known to be due before torch is imported."""
    handed = find_submissions(built / "submitted", "a01_slopes")
    return surely_due(built, load_course(built), "a01_slopes", handed, "none")


def test_only_the_named_students_are_graded(built: Any) -> None:
    for student in ("ada", "bob"):
        hand_in(built, student, answered(built, SOLVED))
    done = gradeprop("grade", "a01_slopes", "--student", "bob", *NONE, cwd=built)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (built / "results/a01_slopes").iterdir()] == ["bob.json"]


@pytest.mark.slow
def test_the_program_prints_the_results_as_json_and_nothing_besides(built: Any) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    done = program("grade", "a01_slopes", "--json", *NONE, cwd=built)
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)["results"]
    assert result == result_of(built, "ada")


def test_a_grader_fault_is_told_the_same_way_everywhere_and_is_nobodys_zero(built: Any) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    assert gradeprop("grade", "a01_slopes", *NONE, cwd=built).returncode == 0
    grader = (built / GRADER).read_text()
    head = grader.index("def test_matches_autograd")
    (built / GRADER).write_text(
        grader[:head]
        + "def test_matches_autograd(student, reference, device):\n    raise OSError('boom')\n"
    )
    line = grader[:head].count("\n") + 2
    told = f"square_derivative matches_autograd: {GRADER}:{line}: OSError: boom"
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    assert done.returncode == 1
    assert done.stderr.count(told) == 1
    assert f"{told} (1 submission)" in done.stderr
    assert result_of(built, "ada")["score"] is None
    assert result_of(built, "ada")["status"] == "error"
    certain = f"{result_of(built, 'ada')['auto_score']:g}+?"
    assert certain in done.stdout, "the class table"
    assert f"{certain}/6" in done.stderr, "the change report"
    replayed = gradeprop("replay", "ada", "a01_slopes", *NONE, cwd=built)
    assert replayed.returncode == 1
    assert replayed.stdout.count(told) == 1
    assert "The kept result says the same." in replayed.stdout
    details = gradeprop("show", "ada", "a01_slopes", "--details", cwd=built).stdout
    assert " ".join(details.split()).count(told.partition(": ")[2]) == 1
    assert "Traceback" not in details


def test_show_prints_what_the_student_is_told(built: Any) -> None:
    hand_in(built, "bob", answered(built, HALVED))
    gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    done = gradeprop("show", "a01_slopes", "bob", cwd=built)
    assert "Was the 2 of 2w lost?" in done.stdout
    assert "[missing_factor_two]" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert gradeprop("show", "bob", "a01_slopes", cwd=built).stdout == done.stdout
    missing = gradeprop("show", "a01_slopes", "eve", cwd=built)
    assert missing.returncode == 2
    assert "gradeprop grade a01_slopes" in missing.stderr


def test_replay_asks_the_same_again_and_shows_all_of_it(built: Any) -> None:
    hand_in(built, "bob", answered(built, HALVED))
    gradeprop("grade", "a01_slopes", *NONE, cwd=built)
    before = (built / "results/a01_slopes/bob.json").read_bytes()
    done = gradeprop("replay", "bob", "a01_slopes", "--check", "shape", *NONE, cwd=built)
    assert done.returncode == 0, done.stderr
    assert "square_derivative shape: failed [missing_factor_two]" in done.stdout
    assert "expected" in done.stdout
    assert "The kept result says the same." in done.stdout
    assert "direction" not in done.stdout
    assert (built / "results/a01_slopes/bob.json").read_bytes() == before
    other_way = gradeprop("replay", "a01_slopes", "bob", "--check", "shape", *NONE, cwd=built)
    assert other_way.stdout == done.stdout
    blanks = ("--check", " matches autograd", *NONE)  # as `show` prints it
    assert gradeprop("replay", "bob", "a01_slopes", *blanks, cwd=built).returncode == 0
    unknown = gradeprop("replay", "bob", "a01_slopes", "--check", "nonsense", cwd=built)
    assert unknown.returncode == 2
    assert "known: shape, matches_autograd, direction" in unknown.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grade", "a99_none"), "no assignment 'a99_none'; known here: a01_slopes"),
        (("build", "a99_none"), "no assignment 'a99_none'; known here: a01_slopes"),
        (
            ("verify", "no_such"),
            "no assignment or exercise 'no_such'; known here: a01_slopes, square_derivative, explain_sign",
        ),
        (("grade", "a01_slopes"), "no such folder of submissions"),
        (
            ("grade", "a01_slopes", "--submitted", "graders/a01_slopes"),
            "nobody has handed in a01_slopes",
        ),
        (("grade", "a01_slopes", "--isolation", "some"), "is not one of"),
        (("grade", "a01_slopes", "--workers", "0"), "--workers"),
        (("grade",), "Missing argument"),
        (("build", "--course", "/nonexistent"), "does not exist"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_and_how(
    course: Any, arguments: Any, said: str
) -> None:
    done = gradeprop(*arguments, cwd=course)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_course_the_remedy_is_told(tmp_path: Path) -> None:
    done = gradeprop("build", cwd=tmp_path)
    assert done.returncode == 2
    assert "--course DIR" in done.stderr


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        (EXERCISE, lambda text: text + "\n\tnot: yaml", f"{EXERCISE}:"),
        (EXERCISE, lambda text: text.replace("hints:", "hnits:"), "did you mean"),
        ("course.yaml", lambda text: text + "tolerances: {float32: {rtol: -1}}\n", "course.yaml:"),
        (SOLUTION, None, SOLUTION),
        (GRADER, None, GRADER),
    ],
)
def test_an_invalid_course_exits_with_2_and_names_the_place(
    course: Any, path: Any, change: Any, said: Any
) -> None:
    if change is None:
        (course / path).unlink()
    else:
        (course / path).write_text(change((course / path).read_text()))
    done = gradeprop("build", cwd=course)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
