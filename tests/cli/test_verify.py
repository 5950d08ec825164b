"""`gradeprop verify` proves graders, and finds the ones that are wrong."""

import json

import pytest

from cli.conftest import gradeprop
from course.minimal import EXERCISE, GRADER

NONE = ("--isolation", "none")


def test_a_good_course_is_proven(course):
    done = gradeprop("verify", *NONE, cwd=course)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2" in done.stdout
    assert done.stdout.count("proven") == 2


def test_json_lists_every_proof(course):
    done = gradeprop("verify", "square_derivative", "--json", *NONE, cwd=course)
    proofs = json.loads(done.stdout)["proofs"]
    assert sorted(proof["case"]["kind"] for proof in proofs) == [
        "misconception", "misconception", "solution", "starter",
    ]  # fmt: skip
    assert all(proof["problems"] == [] for proof in proofs)


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        # a grader that wants something else than the solution gives
        (GRADER, "return w**2", "return w**3", "the solution does not pass"),
        # a starter that is already right
        (EXERCISE, "          ...", "          return w + w", "the starter earns"),
        # a sample that is no mistake at all
        (EXERCISE, "              return w\n", "              return w + w\n", "gets full marks"),
        # a sample of something else
        (EXERCISE, "              return w\n", "              return w * 1.3\n", "is not named"),
        # a pattern that explains another mistake
        (EXERCISE, "scale: 0.5", "scale: 0.25", "is not named"),
        # a grader with a bug
        (
            GRADER,
            'reference.inputs((3,), dtype="float64"',
            "reference.inputs((3,), colour=1",
            "fails by itself",
        ),
    ],
)
def test_a_wrong_grader_or_sample_is_found_with_its_place(course, path, old, new, said):
    text = (course / path).read_text()
    assert old in text
    (course / path).write_text(text.replace(old, new, 1))
    done = gradeprop("verify", *NONE, cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stdout + done.stderr
    assert "square_derivative" in done.stdout + done.stderr
