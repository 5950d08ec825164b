"""Whatever happens to the cells of a notebook, it is restored: nothing is lost, and soon."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from notebook_example import SOLUTIONS
from student_notebook import (
    BLANK,
    MODEL,
    extra,
    locked_are_released,
    order,
    put_back,
    solved,
    strip,
)

from gradeprop.errors import UngradableSubmission
from gradeprop.notebook.restore import restore

_DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(
            ["delete", "copy", "move", "edit", "no_id", "no_metadata", "add", "type", "swap_id"]
        ),
        st.integers(0, 40),
        st.integers(0, 40),
    ),
    max_size=25,
)


def _damaged(steps: list[tuple[str, int, int]]) -> dict[str, Any]:
    notebook = solved()
    cells: list[dict[str, Any]] = notebook["cells"]
    for step, one, two in steps:
        if not cells:
            break
        at, to = one % len(cells), two % len(cells)
        if step == "delete":
            del cells[at]
        elif step == "copy":
            cells.insert(to, copy.deepcopy(cells[at]))
        elif step == "move":
            cells.insert(to, cells.pop(at))
        elif step == "edit":
            cells[at]["source"] = f"edited_{two} = 1"
        elif step == "no_id":
            cells[at].pop("id", None)
        elif step == "no_metadata":
            cells[at]["metadata"] = {}
        elif step == "add":
            cells.insert(at, extra(f"added_{two} = 1", ("code", "markdown", "raw")[two % 3]))
        elif step == "type":
            cells[at]["cell_type"] = ("code", "markdown", "raw")[two % 3]
        else:
            cells[at]["id"] = cells[to].get("id", 3)
    return notebook


@settings(max_examples=150, deadline=None)
@given(_DAMAGE)
def test_whatever_happens_to_the_cells_the_locked_ones_come_back_exactly(
    steps: list[tuple[str, int, int]],
) -> None:
    damaged = _damaged(steps)
    try:
        restored = put_back(damaged)
    except UngradableSubmission:
        names = {item["id"] for item in BLANK["cells"]}
        assert not any(item.get("id") in names for item in damaged["cells"])
        return
    assert locked_are_released(restored)
    assert set(restored.parts) == set(SOLUTIONS)
    assert set(restored.answers) == {
        key for key, state in restored.parts.items() if state != "missing"
    }
    released = [item.grade_id for item in restored.cells if item.grade_id]
    assert len(released) == len(set(released))
    assert [
        name for name in (item.grade_id for item in MODEL.cells) if name in released
    ] == released


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(len(BLANK["cells"]))))
def test_any_order_gives_the_same_answers(permutation: list[int]) -> None:
    notebook = solved()
    notebook["cells"] = [notebook["cells"][at] for at in permutation]
    restored = put_back(notebook)
    assert restored.answers == SOLUTIONS
    assert order(restored) == [item.grade_id for item in MODEL.cells]


def test_no_added_code_is_lost() -> None:
    notebook = solved()
    sources = [f"added_{at} = 1" for at in range(20)]
    for at, source in enumerate(sources):
        notebook["cells"].insert(2 * at, extra(source))
    restored = put_back(notebook)
    assert [item.source for item in restored.cells if item.origin == "extra"] == sources


def test_thousands_of_long_cells_are_restored_quickly() -> None:
    long = "a, " * 3000 + "\n" + "x = 1\n" * 1000
    notebook = strip(solved())
    notebook["cells"] += [extra(f"{long}{at}") for at in range(2000)]
    data = json.dumps(notebook).encode()
    start = time.process_time()
    restore(data, MODEL)
    assert time.process_time() - start < 10
