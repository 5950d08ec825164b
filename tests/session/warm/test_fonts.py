"""Fonts are looked for before any notebook, so that none waits for it."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable

import pytest

from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.interface import CellSource, Limits, Sandbox
from gradeprop.session.warm.fonts import FontList

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

LISTED = """
import os, matplotlib
print(os.listdir(matplotlib.get_cachedir()))
import matplotlib.pyplot as plt
plt.plot([1]);
"""


def test_the_list_is_matplotlibs_own() -> None:
    ((name, content),) = FontList([]).files().items()
    assert name.startswith("fontlist-")
    assert json.loads(content)["ttflist"]


def test_a_preloaded_matplotlib_has_it_already() -> None:
    assert FontList(["matplotlib.pyplot"]).files() == {}


def test_without_matplotlib_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert FontList([]).files() == {}


def test_a_notebook_finds_the_list_and_hears_nothing_of_fonts(sandbox: Sandbox) -> None:
    with sandbox.open(limits=Limits(cell_s=60.0), seed=1) as session:
        outcome = session.run(CellSource(LISTED, "plot"))
    stream = outcome.outputs[0]
    assert (stream["name"], "fontlist-" in stream["text"]) == ("stdout", True)
    assert not any(output.get("name") == "stderr" for output in outcome.outputs)


@pytest.mark.slow
def test_fontconfig_finds_its_settings(sandbox_at: Callable[[str], Sandbox]) -> None:
    sandbox_at("full")
    with open_sandbox("full") as sandbox, sandbox.open(limits=Limits(), seed=1) as session:
        outcome = session.run(CellSource("!fc-list --version && fc-match serif", "fonts"))
    assert "Fontconfig error" not in str(outcome.outputs)
