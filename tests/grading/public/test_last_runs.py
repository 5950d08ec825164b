"""Which cell's last run is spoken of, and that what IPython tells never harms."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from gradeprop.grading.public.last_runs import _MOST_FAILED, LastRuns

PLACES = {("e", "a"): {"f", "g"}, ("e", "b"): {"w"}}


def ran(source: Any, error: Any = None, cell_id: Any = None, *, begun: bool = True) -> Any:
    """As IPython tells of it; before 8.3 without a cell's id."""
    info = SimpleNamespace(raw_cell=source)
    if cell_id is not None:
        info.cell_id = cell_id
    before, within = (None, error) if begun else (error, None)
    return SimpleNamespace(info=info, error_before_exec=before, error_in_exec=within)


def note(runs: LastRuns, part: str = "a") -> str | None:
    found = runs.note_on(("e", part), PLACES, nothing_there=False)
    return None if found is None else found.words


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("def f(x):\n    return x", "a"),
        ("x = 1\n\nclass g:\n    pass", "a"),
        ("def g(x)\n    return (", "a"),
        ("async def f(): ...", "a"),
        ("w = torch.ones(2", "b"),
        ("v, w = 1, 2", "b"),
        ("w: float = 3.", "b"),
    ],
)
def test_a_cell_belongs_to_the_part_whose_names_it_defines(source: str, part: str) -> None:
    runs = LastRuns()
    runs.heard(ran(source, ValueError()))
    assert note(runs, part) is not None
    assert note(runs, "b" if part == "a" else "a") is None


@pytest.mark.parametrize("source", ["f(2)", "w == 2", "    w = 2", "w.grad = None", "# w = 1", ""])
def test_a_cell_that_defines_nothing_belongs_to_no_part(source: str) -> None:
    runs = LastRuns()
    runs.heard(ran(source, ValueError()))
    assert note(runs) is note(runs, "b") is None


def test_the_id_of_the_cell_says_more_than_its_names() -> None:
    runs = LastRuns()
    runs.heard(ran("w = f(2)", ValueError(), "e-a"))
    assert note(runs, "a") is not None
    assert note(runs, "b") is None


def test_of_a_first_run_no_version_before_is_spoken() -> None:
    runs = LastRuns()
    runs.heard(ran("w = 1\nx", NameError(), "e-b"))
    found = runs.note_on(("e", "b"), PLACES, nothing_there=False)
    assert found == (
        "Your last run of this cell stopped with a NameError before its end: only what it did "
        "until then is checked.",
        False,
    )
    runs.heard(ran("w = 1\nx", NameError(), "e-b"))
    found = runs.note_on(("e", "b"), PLACES, nothing_there=False)
    assert found is not None
    assert found.words.endswith("before its end; this may be the check of the version before.")
    assert found.outdated


def test_only_what_was_defined_anew_or_run_again_is_forgotten() -> None:
    runs = LastRuns()
    runs.heard(ran("w = (", SyntaxError(), "e-b", begun=False))
    runs.heard(ran("f = g = 1", None, "e-a"))
    assert note(runs, "b") is not None
    runs.heard(ran("w = 1", None, "e-b"))
    assert note(runs, "b") is None
    runs.heard(ran("w = (", SyntaxError(), "e-b", begun=False))
    runs.heard(ran("w = 3", None, "elsewhere"))
    assert note(runs, "b") is None


def test_a_cell_that_failed_makes_nobody_forget_another_one() -> None:
    runs = LastRuns()
    runs.heard(ran("w = f(2)", NameError(), "e-b"))
    runs.heard(ran("w = (", SyntaxError(), "scratch", begun=False))
    assert "a NameError" in (note(runs, "b") or "")
    runs.heard(ran("w = 3", None, "scratch"))
    assert note(runs, "b") is None


def test_calls_that_fail_push_no_definition_out() -> None:
    runs = LastRuns()
    runs.heard(ran("def f(x) return x", SyntaxError(), begun=False))
    for _ in range(2 * _MOST_FAILED):
        runs.heard(ran("f(2)", NameError()))
    assert "a SyntaxError" in (note(runs) or "")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (IndexError(), "stopped with an IndexError before its end"),
        (KeyboardInterrupt(), "was stopped before its end"),
        (type("E" * 900, (Exception,), {})(), f"stopped with an {'E' * 60} before its end"),
    ],
)
def test_how_it_ended_is_told_in_words(error: Any, words: str) -> None:
    runs = LastRuns()
    runs.heard(ran("w = 1", error))
    assert words in (note(runs, "b") or "")


@pytest.mark.parametrize(
    "told", [None, SimpleNamespace(), ran(None, 3), ran(b"w = 1", ValueError())]
)
def test_whatever_is_told_nothing_is_raised(told: Any) -> None:
    runs = LastRuns()
    runs.heard(told)
    assert note(runs) is None


def test_little_is_kept() -> None:
    runs = LastRuns()
    for number in range(3 * _MOST_FAILED):
        runs.heard(ran(f"x{number} = 1\n" * 9_000, ValueError()))
    assert len(runs._failed) == _MOST_FAILED
    assert sum(len(name) for item in runs._failed for name in item.names) < 10_000


def test_a_cell_that_ran_well_without_its_names_is_told() -> None:
    runs = LastRuns()
    runs.heard(ran("def f(): ...\nh = f.g  # g", None, "e-a"))
    found = runs.note_on(("e", "a"), PLACES, nothing_there=False)
    assert found is not None
    assert found.words == (
        "In this cell, as you ran it last, there is no `g`; this is the check of the version before."
    )
    assert found.outdated
    runs.heard(ran("", None, "e-a"))
    found = runs.note_on(("e", "a"), PLACES, nothing_there=True)
    assert found is not None
    assert found.words == ("In this cell, as you ran it last, there is no `f` and no `g`.")
    runs.heard(ran("f = (", SyntaxError(), "e-a", begun=False))
    assert "SyntaxError" in (note(runs) or "")


@pytest.mark.parametrize(
    ("cell_id", "source"),
    [
        ("e-b", "w = 1"),
        ("e-b", "import torch as w"),
        ("e-b", "from mine import *"),
        ("e-b", "exec(text)"),
        ("e-b", "%run mine.py"),
        ("e-b", "  !ls"),
        (None, "x = 1"),
        ("another", "x = 1"),
    ],
)
def test_a_cell_that_may_define_its_names_is_not(cell_id: str | None, source: str) -> None:
    runs = LastRuns()
    runs.heard(ran(source, None, cell_id))
    assert note(runs, "b") is None


def test_nor_is_one_whose_name_another_cell_defines() -> None:
    runs = LastRuns()
    runs.heard(ran("pass", None, "e-b"))
    assert note(runs, "b") is not None
    runs.heard(ran("w = 3", None, "mine"))
    assert note(runs, "b") is None


def test_the_error_has_its_article() -> None:
    runs = LastRuns()
    for name, told in (("UsageError", "a"), ("UnboundLocalError", "an"), ("OSError", "an")):
        runs.heard(ran("w = 1", type(name, (Exception,), {})(), "e-b"))
        assert f"stopped with {told} {name}" in (note(runs, "b") or "")
