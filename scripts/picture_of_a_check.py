"""Draw docs/images/check.png: an answer in JupyterLab and what the check below it says.

The notebook is the one that students get, the answer the sample of a known mistake, the program a
real JupyterLab in Debian's Chromium: the picture shows what is there, and can be made anew::

    .venv/bin/python scripts/picture_of_a_check.py [--write docs/images/check.png]
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from gradeprop.course.load import load_course
from gradeprop.grading.run.publish import release_of
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.render import to_notebook

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser.jupyter import Jupyter, jupyter  # noqa: E402

ASSIGNMENT, EXERCISE, PART, MISTAKE = "a04_descent", "solve_x_plus_1", "code", "grad_accumulated"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"
COLOURS = 128
MARGIN = 8


def notebook() -> bytes:
    """The released notebook with a known mistake's sample as the answer."""
    course = load_course(ROOT)
    assignment = course.assignment(ASSIGNMENT)
    assert assignment is not None
    (exercise,) = (item for item in assignment.exercises if item.slug == EXERCISE)
    wrong = exercise.samples(PART)[MISTAKE][0]
    release = release_of(course, assignment)
    return to_notebook(filled_in(release, {(EXERCISE, PART): wrong.rstrip("\n")}))


def photographed(page: Any, server: Jupyter) -> bytes:
    """The answer and its check, after all cells have run."""
    page.goto(f"{server.url}/lab/tree/{NOTEBOOK}?reset")
    page.get_by_text("| Idle").wait_for()
    page.locator(".lm-MenuBar-itemLabel").get_by_text("Run", exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text("Run All Cells", exact=True).click()
    # The output itself, without the number of points that Jupyter shows below it.
    box = page.locator(".jp-OutputArea-output").filter(has_text="picks up speed")
    box.wait_for()
    page.get_by_text("| Idle").wait_for()
    answer = page.locator(".jp-CodeCell").filter(has_text="def solve(x0, lr, steps)").first
    answer.scroll_into_view_if_needed()
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # JupyterLab draws cells as they come into view
    above, below = answer.bounding_box(), box.bounding_box()
    height = below["y"] + below["height"] - above["y"] + MARGIN
    frame = {"x": above["x"], "y": above["y"], "width": above["width"], "height": height}
    taken: bytes = page.screenshot(clip=frame)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", type=Path, default=ROOT / "docs" / "images" / "check.png")
    path = parser.parse_args().write
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        home, work = Path(scratch, "home"), Path(scratch, "work")
        home.mkdir()
        work.mkdir()
        (work / NOTEBOOK).write_bytes(notebook())
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1180, "height": 1400}, device_scale_factor=1.5)
        page.set_default_timeout(120_000)
        with jupyter(work, home, work) as server:
            taken = photographed(page, server)
        browser.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    taken_image = Image.open(io.BytesIO(taken))
    image = taken_image.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS)
    image.save(path, optimize=True)
    print(f"wrote {path}, {image.width} × {image.height}, {path.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main()
