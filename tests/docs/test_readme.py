"""What the README shows is what the commands print, and its figures are those of the benchmarks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course.minimal import write_course
from gradeprop.cli import show
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.files.results import write_result

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEMO = (ROOT / "scripts" / "demo.sh").read_text(encoding="utf-8")
COMMAND = re.compile(r"^\$ (gradeprop show (\w+) (\w+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "…\n"


def test_the_result_that_the_readme_shows_is_what_the_demo_prints(
    shown_result: SubmissionResult,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    match = COMMAND.search(README)
    assert match, "the README shows a result"
    command, assignment, student, quoted = match.groups()
    assert (assignment, student) == (shown_result.assignment, shown_result.student)
    assert f"{command}\n" in DEMO
    monkeypatch.setenv("COLUMNS", "80")
    root = write_course(tmp_path)
    write_result(root, shown_result)
    show.run(assignment, student, root, details=False, as_json=False)
    printed = capsys.readouterr().out
    for piece in filter(None, quoted.split(LEFT_OUT)):
        assert piece in printed


def test_the_pictures_words_are_those_of_the_quoted_result() -> None:
    described = re.search(r"!\[(.*?)\]\(", README, re.DOTALL)
    assert described
    said = re.search(r'"(.*?)"', " ".join(described[1].split()))
    assert said
    assert said[1] in " ".join(README[described.end() :].split())


def test_figures_are_those_of_the_last_benchmark() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    quoted = re.search(r"\*\*Fast\.\*\*.*?(?=^- )", README, re.MULTILINE | re.DOTALL)
    assert quoted
    figures = re.findall(r"[\d.]+(?=×| ms| submissions)", quoted[0])
    assert len(figures) == 3
    for figure in figures:
        assert re.search(rf"\b{re.escape(figure)}(×| \|)", page), (
            f"{figure} is not in benchmarks.md"
        )
