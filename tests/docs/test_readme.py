"""What the README shows is what the commands print, and its figures are those of the benchmarks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradeprop.cli import show
from gradeprop.course.load import load_course
from gradeprop.grading.run.batch import Setting, Submission, grade_batch
from gradeprop.grading.run.publish import release_of
from gradeprop.records.files.results import write_result
from gradeprop.session.grader.sandbox import open_sandbox

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEMO = (ROOT / "scripts" / "demo.sh").read_text(encoding="utf-8")
COMMAND = re.compile(r"^\$ gradeprop show (\w+) (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "…"


def shown(assignment: str, student: str, folder: Path) -> None:
    """Grade the bundled hand-in and print what `gradeprop show` prints of it."""
    course = load_course(ROOT)
    loaded = course.assignment(assignment)
    release = release_of(course, loaded)
    path = ROOT / "examples" / "submitted" / student / assignment / f"{assignment}.ipynb"
    (folder / "course.yaml").touch()
    with open_sandbox("auto") as sandbox:
        setting = Setting(course, loaded, release, b"k" * 32, ("cpu",), {"cpu": sandbox})
        grade_batch(
            setting,
            [Submission(student, path.read_bytes())],
            lambda result: write_result(folder, result),
        )
    show.run(assignment, student, folder, details=False, as_json=False)


def test_the_result_that_the_readme_shows_is_what_the_demo_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    match = COMMAND.search(README)
    assert match, "the README shows a result"
    assignment, student, quoted = match.groups()
    assert f"gradeprop show {assignment} {student}\n" in DEMO
    monkeypatch.setenv("COLUMNS", "80")
    shown(assignment, student, tmp_path)
    printed = capsys.readouterr().out
    for piece in filter(None, quoted.split(f"{LEFT_OUT}\n")):
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
