"""`gradeprop discover` and `adopt` as an instructor uses them: a class with mistakes that nobody
foresaw."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import HALVED, SOLVED, answered, gradeprop, hand_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TRIPLED = (
    "def d_square(w):\n    return 3 * w",
    "def d_square(w):\n    # by me\n    return w + w + w",
    "import torch\n\n\ndef d_square(w):\n    return torch.mul(w, 3.0)",
    "def thrice(x):\n    return x * 3\n\n\ndef d_square(w):\n    return thrice(w)",
)
RAISED = (
    "def d_square(w):\n    raise ValueError('size 3 is wrong')",
    "def d_square(w):\n    raise ValueError(f'size {w.numel()} is wrong')",
)
SINE = ("def d_square(w):\n    return w.sin() * 7 + 1",)
WORDS = "That is 3w: differentiate again, and count the factors."


ENDED = "def d_square(w):\n    import os\n\n    os.abort()"


def code(source: str) -> dict[str, str]:
    return {**SOLVED, "square_derivative-by_hand": source}


@pytest.fixture
def graded(built: Path) -> Path:
    """Nine whose mistakes are known to nobody or to all, and two who are right."""
    planted = {
        **{f"tri{number}": code(source) for number, source in enumerate(TRIPLED)},
        **{f"err{number}": code(source) for number, source in enumerate(RAISED)},
        "wav": code(SINE[0]),
        "half": HALVED,
        "right0": SOLVED,
        "right1": SOLVED,
    }
    for student, answers in planted.items():
        hand_in(built, student, answered(built, answers))
    done = gradeprop("grade", "a01_slopes", "--workers", "2", cwd=built)
    assert done.returncode == 0, done.stderr
    return built


def groups(root: Path) -> Any:
    done = gradeprop("discover", "a01_slopes", "--json", cwd=root)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["groups"]


def causes(root: Path, student: str) -> set[str | None]:
    data = json.loads((root / "results" / "a01_slopes" / f"{student}.json").read_text())
    parts = [part for exercise in data["exercises"] for part in exercise["parts"]]
    return {check["misconception"] for part in parts for check in part["checks"]} - {None}


def test_from_a_class_to_a_named_mistake(graded: Path) -> None:
    found = groups(graded)
    assert [item["students"] for item in found] == [
        ["tri0", "tri1", "tri2", "tri3"],
        ["err0", "err1"],
        ["wav"],
    ]
    tripled = found[0]
    assert (tripled["exercise"], tripled["part"]) == ("square_derivative", "by_hand")
    assert tripled["code"] == TRIPLED[0]
    assert tripled["got"] != tripled["expected"]
    assert "ValueError" in found[1]["got"]

    adopted = gradeprop("adopt", "a01_slopes", "1", "--id", "tripled", "--say", WORDS, cwd=graded)
    assert adopted.returncode == 0, adopted.stderr
    (path,) = graded.glob("exercises/*/square_derivative.yaml")
    assert "id: tripled" in path.read_text()

    again = gradeprop("adopt", "a01_slopes", "1", "--id", "other", "--say", "No.", cwd=graded)
    assert again.returncode == 2
    assert "has become tripled already" in again.stderr
    second = gradeprop("adopt", "a01_slopes", "3", "--id", "sine", "--say", "No.", cwd=graded)
    assert second.returncode == 0, second.stderr  # the others did not become stale by the first

    verified = gradeprop("verify", "square_derivative", cwd=graded)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    unsafe = gradeprop("verify", "square_derivative", "--isolation", "none", cwd=graded)
    assert unsafe.returncode == 2
    assert "came from a student" in unsafe.stderr

    done = gradeprop("grade", "a01_slopes", "--workers", "2", cwd=graded)
    assert done.returncode == 0, done.stderr
    for number in range(len(TRIPLED)):
        assert causes(graded, f"tri{number}") == {"tripled"}
    assert causes(graded, "half") == {"missing_factor_two"}
    told = (
        "Told now, and not before:\n    4 × tripled  (square_derivative)\n        tri0, tri1, tri2,"
    )
    assert told in done.stderr
    assert [item["students"] for item in groups(graded)] == [["err0", "err1"]]


def test_what_a_group_handed_in_is_asked_and_counted_once(built: Path) -> None:
    for student, source in (("tri0", TRIPLED[0]), ("tri1", TRIPLED[1]), ("sine", SINE[0])):
        hand_in(built, student, answered(built, code(source)))
    (built / "roster.csv").write_text("id\nmate\n")
    (built / "groups.csv").write_text("group,students\npair,tri0;mate\nalone,sine\n")
    done = gradeprop("grade", "a01_slopes", cwd=built)
    assert done.returncode == 0, done.stderr
    (tripled, sine) = groups(built)
    assert (tripled["students"], tripled["hand_ins"]) == (["mate", "tri0", "tri1"], 2)
    assert (sine["students"], sine["hand_ins"]) == (["sine"], 1)
    shown = gradeprop("discover", "a01_slopes", cwd=built)
    assert "3 answers without a cause, 2 groups" in shown.stdout
    assert "3 students with 2 hand-ins: mate, tri0, tri1" in shown.stdout

    hand_in(built, "mate", answered(built, SOLVED))  # and nothing tells which is the later
    shutil.rmtree(built / "submitted" / "sine")
    left = gradeprop("discover", "a01_slopes", "--json", cwd=built)
    assert left.returncode == 0, left.stderr
    assert [item["students"] for item in json.loads(left.stdout)["groups"]] == [["tri1"]]
    assert "Not asked again: the group “pair” has several hand-ins" in left.stderr
    assert "nothing of theirs is in submitted/ any more: sine." in left.stderr


def test_what_is_stale_names_somebody_or_is_not_proven_is_refused(graded: Path) -> None:
    found = groups(graded)
    (path,) = graded.glob("exercises/*/square_derivative.yaml")
    before = path.read_bytes()

    def refused(number: int, *options: str) -> str:
        done = gradeprop("adopt", "a01_slopes", str(number), *options, cwd=graded)
        assert done.returncode in (1, 2), done.stdout
        assert path.read_bytes() == before
        return str(done.stderr)

    assert "there is no group 9" in refused(9, "--id", "a", "--say", "b")
    assert "tri1" in refused(1, "--id", "tripled", "--say", "As tri1 wrote: 3w.")
    taken = refused(1, "--id", "missing_factor_two", "--say", "No.")
    assert "already" in taken
    assert len(found) == 3
    kept = graded / ".gradeprop" / "discovered" / "a01_slopes.json"
    groups_before = kept.read_text()
    data = json.loads(groups_before)
    data["groups"][0]["code"] = "def d_square(w):\n    return 2.0 * w"  # which is right
    kept.write_text(json.dumps(data))
    unproven = refused(1, "--id", "tripled", "--say", WORDS)
    assert "tripled is not proven, and nothing is written" in unproven
    kept.write_text(groups_before)
    notebook = graded / "submitted" / "tri0" / "a01_slopes" / "a01_slopes.ipynb"
    notebook.write_bytes(answered(graded, SOLVED))
    assert "has handed in again" in refused(1, "--id", "tripled", "--say", WORDS)


def test_what_was_stopped_is_told_and_cannot_be_adopted(built: Path) -> None:
    hand_in(built, "end", answered(built, code(ENDED)))
    hand_in(built, "wav", answered(built, code(SINE[0])))
    done = gradeprop("grade", "a01_slopes", cwd=built)
    assert done.returncode == 0, done.stderr
    shown = gradeprop("discover", "a01_slopes", cwd=built).stdout
    assert "1 answer without a cause, 1 group" in shown
    assert "1 other answer took too long or was stopped" in shown
    kept = built / ".gradeprop" / "discovered" / "a01_slopes.json"
    data = json.loads(kept.read_text())
    data["groups"][0] |= {"students": ["end"], "code": ENDED}  # as earlier versions offered it
    kept.write_text(json.dumps(data))
    done = gradeprop("adopt", "a01_slopes", "1", "--id", "ended", "--say", "No.", cwd=built)
    assert done.returncode == 2
    assert "end's answer took too long or was stopped" in done.stderr


def test_before_grading_and_without_isolation_the_remedy_is_told(course: Any) -> None:
    done = gradeprop("discover", "a01_slopes", cwd=course)
    assert done.returncode == 2
    assert "run `gradeprop grade a01_slopes` first" in done.stderr
    done = gradeprop("adopt", "a01_slopes", "1", "--id", "a", "--say", "b", cwd=course)
    assert done.returncode == 2
    assert "run `gradeprop discover a01_slopes` first" in done.stderr
    done = gradeprop("discover", "a01_slopes", "--isolation", "none", cwd=course)
    assert done.returncode == 2
    assert "sandbox" in done.stderr
