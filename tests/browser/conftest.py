"""A browser, and Jupyter servers for it to visit. Debian's Chromium is used; none is ever
downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.jupyter import Jupyter, jupyter
from course.minimal import write_course
from gradeprop.records.files.notebooks import write_notebooks
from gradeprop.records.nbgrader.grading import Order, deliver
from records.graded_class import ASSIGNMENT

NOTEBOOK = f"{ASSIGNMENT}.ipynb"
_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
_ARGUMENTS = [
    "--no-sandbox",  # Chromium refuses its own sandbox to root; it visits this test's pages only
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_PATIENCE_MS = 60_000
_SHIPPED = Path(__file__).parents[2] / "nbgrader_config.py"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """For one file: while Playwright lives its event loop counts as this thread's running one, and
    whatever test came next could not run one of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs pip install playwright")
    if _CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """An empty page; it asks this machine only, so that a test does not depend on the network."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.route(
        lambda url: not url.startswith(("http://127.0.0.1", "file:", "data:", "blob:")),
        lambda route: route.abort(),
    )
    opened = context.new_page()
    opened.set_default_timeout(_PATIENCE_MS)
    yield opened
    context.close()


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """nbgrader's exchange: a folder that everybody may write."""
    folder = tmp_path_factory.mktemp("exchange")
    folder.chmod(0o777)
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course after ``gradeprop build``, with two hand-ins: a right one, and one with a known
    mistake."""
    root = write_course(tmp_path_factory.mktemp("browser") / "course")
    shutil.copy(_SHIPPED, root)
    delivery = deliver(Order(root, ASSIGNMENT, root / "submitted"))
    write_notebooks(root, delivery.course.assignments[0], delivery.release)
    solved = (root / "source" / ASSIGNMENT / NOTEBOOK).read_text()
    halved = solved.replace("return 2 * w", "return w")
    assert halved != solved
    for student, text in (("ada", solved), ("bob", halved)):
        folder = root / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_text(text)
        (folder / "timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
    return root


@pytest.fixture(scope="module")
def instructor(
    course: Path, exchange: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Jupyter]:
    """The instructor's Jupyter server, started in the course folder."""
    with jupyter(course, tmp_path_factory.mktemp("instructor"), exchange) as server:
        yield server


@pytest.fixture(scope="module")
def student(exchange: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A student's Jupyter server in an empty folder."""
    with jupyter(
        tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("student"), exchange
    ) as server:
        yield server
