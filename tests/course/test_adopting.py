"""A misconception more in a YAML file, and nothing else changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.minimal import write_course
from course.shipped import ROOT, shipped
from gradeprop.course.adopting import with_misconception
from gradeprop.course.load import load_course
from gradeprop.errors import UsageError

ALL = sorted((ROOT / "exercises").glob("*/*.yaml"))
SAMPLE = "def d_square(w):\n    # a comment\n\n    return 3 * w"
SAY = "That is 3w.\n\nWhere does the 3 come from?"


def added(raw: str, part: str) -> str:
    return with_misconception(raw.encode(), "x.yaml", part, "tripled", SAY, SAMPLE).decode()


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_in_every_file_of_the_course_only_lines_are_added(path: Path) -> None:
    raw = path.read_text()
    document = shipped()
    exercise = next(
        item for one in document.assignments for item in one.exercises if item.slug == path.stem
    )
    for part in exercise.spec.parts:
        if part.kind not in ("code", "repair"):
            continue
        changed = added(raw, part.part)
        before, after = raw.split("\n"), changed.split("\n")
        new = len(after) - len(before)
        assert 0 < new <= 12
        at = next(row for row, line in enumerate(after) if "id: tripled" in line)
        first = at - (1 if "misconceptions:" in after[at - 1] and new == 12 else 0)
        assert [*after[:first], *after[first + new :]] == before


def test_the_course_loads_with_it(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    (path,) = root.glob("exercises/*/square_derivative.yaml")
    path.write_text(added(path.read_text(), "by_hand"))
    course = load_course(root)
    exercise = next(
        item for item in course.assignments[0].exercises if item.slug == "square_derivative"
    )
    found = exercise.part("by_hand").misconceptions[-1]
    assert (found.id, found.from_student) == ("tripled", True)
    assert found.say.strip() == SAY
    assert found.sample is not None
    assert found.sample.strip("\n") == SAMPLE


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    (path,) = root.glob("exercises/*/square_derivative.yaml")
    changed = added(path.read_text().replace("\n", "\r\n"), "by_hand")
    assert changed.count("\n") == changed.count("\r\n")


@pytest.mark.parametrize("empty", ["misconceptions: []", "misconceptions: [ ]  # none yet"])
def test_an_empty_list_is_filled(tmp_path: Path, empty: str) -> None:
    root = write_course(tmp_path)
    (path,) = root.glob("exercises/*/square_derivative.yaml")
    raw = path.read_text()
    begin = raw.index("misconceptions:")
    end = raw.index("\n  - part:", begin) if "\n  - part:" in raw[begin:] else len(raw)
    before = f"{raw[:begin]}{empty}\n{raw[end:]}"
    path.write_text(added(before, "by_hand"))
    after = path.read_text()
    assert after.startswith(raw[:begin])
    assert after.endswith(raw[end:])
    assert ("# none yet" in after) == ("# none yet" in empty)
    exercise = load_course(root).assignments[0].exercises[0]
    assert len(exercise.part("by_hand").misconceptions) == 1


def test_a_list_in_one_line_is_refused_and_told(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    (path,) = root.glob("exercises/*/square_derivative.yaml")
    raw = path.read_text()
    begin = raw.index("misconceptions:")
    end = raw.index("\n  - part:", begin) if "\n  - part:" in raw[begin:] else len(raw)
    one = 'misconceptions: [{id: halved, say: "No.", sample: "def d_square(w): return w"}]\n'
    with pytest.raises(UsageError, match="write it as a block"):
        added(raw[:begin] + one + raw[end:], "by_hand")
