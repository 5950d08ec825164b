"""Going back to an earlier place: the names, the random numbers, and when it is refused."""

from __future__ import annotations

import os
import random
import time
import types
from pathlib import Path
from typing import Any

import pytest
import torch

from gradeprop.session.student.places import Bookmark
from gradeprop.session.student.surroundings import python_threads

CELL = """
import torch
w = torch.tensor([1.0, 2.0], requires_grad=True)
scale, log, unrelated = 2.0, [], [1]
def uses(x): return scale * x
def appends(): log.append(1); return len(log)
def through(x): return uses(x) + 1
def any_name(x): return globals()["scale"] * x
class Model:
    def __call__(self, x): return x * scale
model = Model()
inner = [lambda x: uses(x)]
def in_a_list(x): return inner[0](x)
def _private(): return scale
def calls_private(): return _private()
later_defined = lambda: not_yet
"""
ASKED = ["uses", "through", "any_name", "model", "in_a_list", "calls_private"]


def here(names: dict[str, Any], folder: Path) -> Bookmark:
    return Bookmark(names, folder, python_threads())


@pytest.fixture
def names() -> dict[str, Any]:
    found: dict[str, Any] = {"__name__": "__main__"}
    exec(CELL, found)
    return found


def test_names_are_bound_as_they_were(names: dict[str, Any], tmp_path: Path) -> None:
    place = here(names, tmp_path)
    exec("scale = 5.0\ndel w\nnot_yet = 1\ndef uses(x): return 0", names)
    assert place.go_back(["through"])
    assert names["through"](1.0) == 3.0
    assert "not_yet" not in names
    assert "w" in names


@pytest.mark.parametrize("asked", [*ASKED, "appends", "w", "not_defined"])
def test_what_did_not_change_can_be_asked(
    names: dict[str, Any], tmp_path: Path, asked: str
) -> None:
    place = here(names, tmp_path)
    assert place.go_back([asked])


@pytest.mark.parametrize("asked", ASKED)
def test_a_later_cell_that_changes_what_is_used_is_noticed(
    names: dict[str, Any], tmp_path: Path, asked: str
) -> None:
    exec("scale = torch.tensor(2.0)", names)
    place = here(names, tmp_path)
    exec("scale.mul_(3)", names)
    assert not place.go_back([asked])


def test_a_later_cell_that_changes_something_else_makes_no_difference(
    names: dict[str, Any], tmp_path: Path
) -> None:
    place = here(names, tmp_path)
    exec("unrelated.append(2)\nw.data.zero_()\nlog.append(7)", names)
    assert place.go_back(["uses", "through", "model"])
    assert not place.go_back(["any_name"])  # it may look at any name
    assert not place.go_back(["w"])
    assert not place.go_back(["uses", "w"])


def test_a_call_that_leaves_a_trace_is_noticed_by_the_next(
    names: dict[str, Any], tmp_path: Path
) -> None:
    place = here(names, tmp_path)
    assert place.go_back(["appends"])
    names["appends"]()
    assert not place.go_back(["appends"])
    assert place.go_back(["uses"])


def test_what_cannot_be_seen_through_is_not_vouched_for(
    names: dict[str, Any], tmp_path: Path
) -> None:
    exec("stream = iter([1])\ndef reads_stream(): return next(stream)", names)
    place = here(names, tmp_path)
    assert not place.go_back(["reads_stream"])
    assert not place.go_back(["stream"])
    assert place.go_back(["uses"])


def test_random_numbers_are_as_at_the_place(names: dict[str, Any], tmp_path: Path) -> None:
    exec("import random\ndef draws(): return random.random(), torch.rand(1).item()", names)
    torch.manual_seed(3)
    random.seed(3)
    place = here(names, tmp_path)
    first = names["draws"]()
    for _ in range(2):
        assert place.go_back(["draws"])
        assert names["draws"]() == first


def test_names_of_the_shell_do_not_count(names: dict[str, Any], tmp_path: Path) -> None:
    names |= {"In": ["x"], "_": iter([]), "_i1": "y", "_oh": {}, "get_ipython": object()}
    exec("def asks_shell(): return get_ipython()", names)
    place = here(names, tmp_path)
    names["In"].append("z")
    names["_"] = 5
    assert place.go_back(["uses"])
    assert not place.go_back(["asks_shell"])


def test_in_a_copy_of_the_folder_modules_of_the_notebooks_are_still_the_students(
    names: dict[str, Any], tmp_path: Path
) -> None:
    """As in a checker, whose folder is its own."""
    helper = types.ModuleType("helper")
    helper.__file__ = str(tmp_path / "notebook" / "helper.py")
    exec("count = [0]\ndef step(): count[0] += 1", helper.__dict__)
    names |= {"helper": helper, "step": helper.step}
    copy = tmp_path / "checks"
    notebook = tmp_path / "notebook"
    place = Bookmark(names, copy, python_threads(), imported_from=[notebook])
    assert place.go_back(["step"])
    helper.step()
    assert not place.go_back(["step"])


def test_a_file_written_later_is_noticed(names: dict[str, Any], tmp_path: Path) -> None:
    place = here(names, tmp_path)
    (tmp_path / "data.txt").write_text("x")
    assert not place.go_back(["uses"])


def test_a_file_that_has_just_been_written_could_be_written_again_without_a_sign(
    names: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "data.txt"
    file.write_text("x")
    soon = time.time() + 3600  # whenever it is looked at, it has just been written
    os.utime(file, (soon, soon))
    assert not here(names, tmp_path).go_back(["uses"])
    os.utime(file, (1e9, 1e9))
    assert here(names, tmp_path).go_back(["uses"])


def test_a_tensor_with_a_graph_may_be_read_and_not_used(
    names: dict[str, Any], tmp_path: Path
) -> None:
    exec("loss = (w**2).sum()\ndef uses_loss(): return loss", names)
    place = here(names, tmp_path)
    assert place.go_back([], ["loss"])
    assert not place.go_back(["uses_loss"])
    assert place.go_back(["uses"], ["loss"])


def test_with_a_thread_of_student_code_nothing_is_certain(
    names: dict[str, Any], tmp_path: Path
) -> None:
    place = here(names, tmp_path)
    with_thread = Bookmark(names, tmp_path, python_threads() - 1)
    assert place.go_back(["uses"])
    assert not with_thread.go_back(["uses"])


def test_what_is_large_is_not_kept(tmp_path: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(
        "import torch, weakref\nlarge = torch.ones(8 << 20)\nalive = weakref.ref(large)\nsmall = 1",
        names,
    )
    alive = names.pop("alive")
    place = here(names, tmp_path)
    del names["large"]
    assert alive() is None
    assert place.go_back(["small"])
    assert not place.go_back(["large"])


def test_names_that_came_later_are_gone(names: dict[str, Any], tmp_path: Path) -> None:
    place = here(names, tmp_path)
    exec("later = iter([1])", names)
    names["_"] = 7
    assert place.go_back(["uses"])
    assert "later" not in names
    assert names["_"] == 7
    assert names["__name__"] == "__main__"


def test_two_places_of_one_notebook(names: dict[str, Any], tmp_path: Path) -> None:
    first = here(names, tmp_path)
    exec("scale = 10.0\nextra = 1", names)
    second = here(names, tmp_path)
    exec("scale = 100.0", names)
    assert second.go_back(["uses"])
    assert names["uses"](1.0) == 10.0
    assert first.go_back(["uses"])
    assert names["uses"](1.0) == 2.0
    assert "extra" not in names
    assert second.go_back(["extra"])
    assert names["extra"] == 1
