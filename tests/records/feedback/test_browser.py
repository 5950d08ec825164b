"""Feedback pages in a real browser: no script of a student's runs, nothing is loaded, nothing
sticks out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gradeprop.course.model import Course
from gradeprop.records.feedback.page import page
from gradeprop.records.feedback.render import render
from records.graded_class import result_for, small_course
from records.hostile import hostile_answers, hostile_marks
from records.marked_class import marked

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)"
    ),
]
TITLE = "Feedback: Slopes"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return small_course(tmp_path / "course")


def opened(html: bytes, folder: Path, *options: str) -> str:
    """The document as the browser has it after loading and running whatever it would run."""
    path = folder / "page.html"
    path.write_bytes(html)
    # Chromium refuses its own sandbox to root; the page is one that this test wrote.
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    done = subprocess.run(
        [
            str(CHROMIUM),
            "--headless",
            *root,
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=2000",
            *options,
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def title(document: str) -> str:
    found = re.search(r"<title>(.*?)</title>", document, re.DOTALL)
    return found[1] if found else ""


def test_no_script_of_a_students_runs(course: Course, tmp_path: Path) -> None:
    html = render(page(course, course.assignments[0], hostile_marks(), hostile_answers()))
    document = opened(html, tmp_path)
    assert title(document) == TITLE
    assert "<script" not in document
    assert "document.title='owned'" in document, "the text itself is there to be read"


def test_this_browser_would_have_run_it(tmp_path: Path) -> None:
    document = opened(b"<title>x</title><script>document.title='owned'</script>", tmp_path)
    assert title(document) == "owned"


@pytest.mark.parametrize(
    "planted",
    [
        "<script>document.title='owned'</script>",
        "<img src=x onerror=\"document.title='owned'\">",
        "<svg onload=\"document.title='owned'\"></svg>",
        "<iframe srcdoc=\"<script>parent.document.title='owned'</script>\"></iframe>",
        "<body onload=\"document.title='owned'\">",
        "<base href='http://127.0.0.1:1/'><script src='x.js'></script>",
    ],
)
def test_even_unescaped_markup_is_kept_from_running_by_the_pages_policy(
    course: Course, tmp_path: Path, planted: str
) -> None:
    html = render(page(course, course.assignments[0], marked(result_for("ada", ())), {}))
    planted_html = html.replace(b"</main>", planted.encode() + b"</main>")
    assert planted_html != html
    assert title(opened(planted_html, tmp_path)) == TITLE


def test_the_pages_own_style_is_allowed(course: Course, tmp_path: Path) -> None:
    """A style whose digest is not the policy's would be dropped without a word: the page must look
    otherwise than with a wrong digest."""
    html = render(page(course, course.assignments[0], marked(result_for("ada", ())), {}))
    plain = html.replace(b"sha256-", b"sha256-x")
    shots = []
    for number, version in enumerate((html, plain)):
        folder = tmp_path / str(number)
        folder.mkdir()
        shot = folder / "page.png"
        opened(version, folder, f"--screenshot={shot}", "--window-size=400,900")
        shots.append(shot.read_bytes())
    assert shots[0] != shots[1]


@pytest.mark.parametrize("width", [320, 412])
def test_on_a_phone_nothing_sticks_out_to_the_side(
    course: Course, tmp_path: Path, width: int
) -> None:
    html = render(
        page(course, course.assignments[0], hostile_marks("w" * 300), hostile_answers("x" * 300))
    )
    # Ask the browser itself, in a frame as wide as a phone (a headless window is never narrower
    # than 500).
    (tmp_path / "inner.html").write_bytes(
        html.split(b"<meta http-equiv")[0] + html.split(b"\n", 5)[5]
    )
    probe = (
        f"<title>?</title><iframe id=f src=inner.html "
        f"style='width:{width}px;height:800px;border:0'></iframe>"
        "<script>f.onload=()=>{const d=f.contentDocument.documentElement;"
        "document.title=d.scrollWidth<=d.clientWidth?'fits':'wide '+d.scrollWidth}</script>"
    )
    assert title(opened(probe.encode(), tmp_path, "--allow-file-access-from-files")) == "fits"
