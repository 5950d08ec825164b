"""What a student reads can be read by everybody: axe-core finds nothing wrong with the check's box
and the feedback page, in light and in dark, narrow and wide, and the keyboard is enough."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
import torch

from browser.jupyter import Jupyter, jupyter
from browser.test_lab import run_all
from gradeprop.grading.public import in_notebook
from gradeprop.grading.public.checking import PublicChecks
from gradeprop.grading.public.present import ReportView
from gradeprop.grading.public.report import PublicReport
from gradeprop.records.feedback.page import page as feedback_view
from gradeprop.records.feedback.render import render
from grading.public_example import public_text
from records.graded_class import small_course
from records.marked_class import marked, wrong

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WIDTHS = (360, 768, 1280)
SCHEMES = ("light", "dark")
# JupyterLab's own colours of text and ground.
NOTEBOOKS = {
    "light": "background: #ffffff; color: rgba(0, 0, 0, .87)",
    "dark": "background: #111111; color: rgba(255, 255, 255, 1)",
}
SETUP = f"import torch\nimport gradeprop as gp\ngp.load_public_checks(r'''{public_text()}''')"
HALF = "def d_square(w):\n    print('w is', w)\n    return w.clone()"
RAISES = "def d_square(w):\n    return w * nothing"
STARTER = "def d_square(w): ...\nw = ..."


def violations(page: Any, selector: str = "html") -> list[str]:
    """What axe-core finds within the elements: rule and element."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, context={"include": [[selector]]}).response["violations"]
    return [f"{item['id']}: {node['html'][:200]}" for item in found for node in item["nodes"]]


def reports(monkeypatch: pytest.MonkeyPatch, source: str) -> list[PublicReport]:
    checks = PublicChecks()
    checks.load(public_text())
    monkeypatch.setattr(in_notebook, "PUBLIC_CHECKS", checks)
    three = torch.tensor([3.0], requires_grad=True)
    (three**2).backward()
    names: dict[str, Any] = {"w": three}
    exec(compile(source, "<ipython-input-3-00>", "exec"), names)
    return in_notebook.report("squares", None, names)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("source", [HALF, RAISES, STARTER, "def d_square(w): return 2 * w"])
def test_the_checks_box_in_a_notebooks_colours(
    page: Any, monkeypatch: pytest.MonkeyPatch, scheme: str, source: str
) -> None:
    box = ReportView(reports(monkeypatch, source))._repr_html_()
    page.set_content(
        f'<!doctype html><html lang="en"><title>{escape(scheme)}</title>'
        f'<body style="{NOTEBOOKS[scheme]}"><main><h1>1</h1><h2>2</h2><h3>3</h3>{box}</main>'
    )
    assert violations(page) == []


def test_what_was_printed_is_opened_with_the_keyboard(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.set_content(ReportView(reports(monkeypatch, HALF))._repr_html_())
    printed = page.get_by_text("w is tensor").first
    assert not printed.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert printed.is_visible()


@pytest.fixture(scope="module")
def lab(exchange: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    folder = tmp_path_factory.mktemp("accessible")
    sources = [SETUP, HALF, 'gp.check("squares", "by_hand")']
    cells = [
        {"cell_type": "code", "id": str(number), "metadata": {}, "source": source, "outputs": [],
         "execution_count": None}
        for number, source in enumerate(sources)
    ]  # fmt: skip
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}
    (folder / "n.ipynb").write_text(json.dumps(notebook))
    with jupyter(folder, tmp_path_factory.mktemp("reader"), exchange) as server:
        yield server


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_checks_box_in_jupyterlab(page: Any, lab: Jupyter, theme: str) -> None:
    settings = (
        lab.home / ".jupyter" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    )
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
    page.goto(f"{lab.url}/lab/tree/n.ipynb?reset")
    page.locator(f"body[data-jp-theme-name='{theme}']").wait_for(state="attached")
    page.locator(".jp-Cell").first.wait_for()
    page.get_by_text("| Idle").wait_for()
    run_all(page)
    box = page.locator(".jp-OutputArea-output").get_by_role("heading", name="Squares – by_hand")
    box.wait_for()
    assert page.get_by_role("columnheader", name="expected").count() == 2
    assert violations(page, ".jp-RenderedHTML") == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_feedback_page(chromium: Any, tmp_path: Path, scheme: str, width: int) -> None:
    course = small_course(tmp_path)
    view = feedback_view(course, course.assignments[0], marked(wrong()), {})
    path = tmp_path / "feedback.html"
    path.write_bytes(render(view))
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        page.goto(path.as_uri())
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        context.close()
