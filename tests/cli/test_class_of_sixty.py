"""An instructor's desk before a class of sixty: what was made up is found, and all figures are what
pandas makes of the rows that docs/class-report.md offers it."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.class_of_sixty import ASSIGNMENT, planted, write_class
from cli.conftest import gradeprop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

DOCS = Path(__file__).parents[2] / "docs" / "class-report.md"
INTEGRATED = "That is an area: a derivative lowers the power of $w$ by one, from 2 to 1."


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sixty") / "course"
    write_class(root)
    done = gradeprop("grade", ASSIGNMENT, "--workers", "2", cwd=root)
    assert done.returncode == 0, done.stderr
    assert "60 handed in" in done.stdout
    assert "0 unreadable, 0 with a grader fault" in done.stdout
    return root


def said(*arguments: str, cwd: Path) -> str:
    done = gradeprop(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def causes(root: Path, student: str) -> set[str]:
    data = json.loads((root / "results" / ASSIGNMENT / f"{student}.json").read_text())
    checks = [
        check for item in data["exercises"] for part in item["parts"] for check in part["checks"]
    ]
    return {check["misconception"] for check in checks} - {None}


@pytest.fixture(scope="module")
def with_pandas(graded: Path) -> dict[str, Any]:
    """What the names mean at the end of the page's example."""
    (graded / "checks.csv").write_text(said("report", ASSIGNMENT, "--to", "csv", cwd=graded))
    (example,) = re.findall(r"```python\n(import pandas.*?)```", DOCS.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.chdir(graded)
        exec(example.replace("a04_descent", ASSIGNMENT), names)
    return names


def test_all_figures_are_what_pandas_makes_of_the_rows(
    graded: Path, with_pandas: dict[str, Any]
) -> None:
    (figures,) = json.loads(said("report", ASSIGNMENT, "--json", cwd=graded))["assignments"]
    checks, points = with_pandas["checks"], with_pandas["points"]
    assert points.shape == (60, len(figures["checks"]))

    discrimination = with_pandas["right"].corrwith(with_pandas["rest"])
    shares = checks.groupby(["exercise", "check"])["right"].mean()
    for item in figures["checks"]:
        place = (item["exercise"], item["check"])
        assert item["asked"] == 60
        assert item["share_right"] == pytest.approx(shares[place])
        if discrimination.isna()[place]:  # everybody or nobody passed
            assert item["discrimination"] is None
            assert item["share_right"] in (0, 1)
            continue
        assert item["discrimination"]["value"] == pytest.approx(discrimination[place])
    assert discrimination.count() > len(discrimination) / 2

    totals = points.sum(axis=1)
    assert figures["distribution"]["scores"] == pytest.approx(sorted(totals))
    quartiles = totals.quantile([0.25, 0.5, 0.75]).tolist()
    assert list(figures["distribution"]["quartiles"].values()) == pytest.approx(quartiles)
    by_exercise = points.T.groupby(level="exercise").sum().T
    share = by_exercise.var().sum() / totals.var()
    count = by_exercise.shape[1]
    assert figures["alpha"] == pytest.approx(count / (count - 1) * (1 - share))

    had = checks.groupby("misconception")["student"].nunique()
    assert {item["id"]: len(item["students"]) for item in figures["causes"]} == had.to_dict()


def test_what_was_planted_is_found_named_and_told(graded: Path) -> None:
    groups = json.loads(said("discover", ASSIGNMENT, "--json", cwd=graded))["groups"]
    found = {(item["exercise"], item["part"], *item["students"]): item for item in groups}
    for part, written in planted():
        assert (*part, *written) in found, sorted(found)
    unforeseen = sum(len(written) for _, written in planted())
    students = [student for item in groups for student in item["students"]]
    assert len(students) > unforeseen  # some of the slips have no cause, either
    assert len(groups) <= 10, "an instructor reads ten things"

    part, written = planted()[0]
    number = found[(*part, *written)]["group"]
    said("adopt", ASSIGNMENT, str(number), "--id", "integrated", "--say", INTEGRATED, cwd=graded)
    said("verify", part[0], cwd=graded)
    before = {path.stem: causes(graded, path.stem) for path in results(graded)}
    done = gradeprop("grade", ASSIGNMENT, "--workers", "2", cwd=graded)
    assert done.returncode == 0, done.stderr
    assert f"{len(written)} × integrated  ({part[0]})" in done.stderr
    for student, told in before.items():
        new = {"integrated"} if student in written else set()
        assert causes(graded, student) == told | new


def results(root: Path) -> list[Path]:
    found = sorted((root / "results" / ASSIGNMENT).glob("*.json"))
    assert len(found) == 60
    return found
