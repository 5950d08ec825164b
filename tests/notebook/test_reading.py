from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.errors import UngradableSubmission
from gradeprop.notebook import reading
from gradeprop.notebook.reading import read_notebook


def _notebook(*cells: Any, **more: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}


def _code(source: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


TEXT = json.dumps(_notebook(_code("x = 'Θ'\r\ny = 1\rz = 2")), ensure_ascii=False, indent=1)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_encoding_and_line_end_gives_the_same_source(encoding: str, newline: str) -> None:
    found = read_notebook(TEXT.replace("\n", newline).encode(encoding))
    assert found.cells[0].source == "x = 'Θ'\ny = 1\nz = 2"
    assert found.notes == ()


def test_bytes_that_are_no_utf8_are_replaced_and_said() -> None:
    found = read_notebook(TEXT.replace("Θ", "é").encode("latin-1"))
    assert found.cells[0].source.startswith("x = '�'")
    assert "not in UTF-8" in found.notes[0]


@pytest.mark.parametrize("source", ["a\nb", ["a\n", "b"], ["a\r\n", "b"], ["a\n", 3, None, "b"]])
def test_a_source_may_be_text_or_lines(source: Any) -> None:
    assert read_notebook(json.dumps(_notebook(_code(source))).encode()).cells[0].source == "a\nb"


@pytest.mark.parametrize("source", [None, 3, {}, {"a": 1}])
def test_a_source_of_another_type_is_empty(source: Any) -> None:
    assert read_notebook(json.dumps(_notebook(_code(source))).encode()).cells[0].source == ""


def test_half_characters_are_replaced() -> None:
    found = read_notebook(json.dumps(_notebook(_code("x = '\ud800'"))).encode())
    found.cells[0].source.encode()


def test_nbformat_3_is_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "source": ["Slopes"], "metadata": {}},
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python", "outputs": []},
    ]
    found = read_notebook(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode())
    assert [(cell.kind, cell.source) for cell in found.cells] == [
        ("markdown", "Slopes"),
        ("code", "x = 1\ny = 2"),
    ]


def test_ids_are_found_where_jupyter_and_where_colab_keep_them() -> None:
    cells = [
        _code("", id="a"),
        _code("", metadata={"id": "b", "nbgrader": {"grade_id": "c"}}),
        _code("", id=3),
    ]
    found = read_notebook(json.dumps(_notebook(*cells)).encode())
    assert [(cell.ids, cell.grade_id) for cell in found.cells] == [
        (("a",), None),
        (("b",), "c"),
        ((), None),
    ]


def test_damaged_cells_are_left_out_and_said() -> None:
    found = read_notebook(json.dumps(_notebook(3, _code("x"), None, {"cell_type": []})).encode())
    assert [cell.kind for cell in found.cells] == ["code", "raw"]
    assert found.notes == ("2 damaged cells of the file could not be read.",)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"\x00" * 50, "empty"),
        (b"[1, 2]", "not a notebook"),
        (b'{"a": 1}', "not a notebook"),
        (b"3", "not a notebook"),
        (b'{"cells": 3}', "not a notebook"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"\xef\xbb\xbf\n<html>", "web page"),
        (b"import torch\nw = 3\n", "Python script"),
        (b"# %%\nw = 3\n", "Python script"),
        (b"PK\x03\x04\x14\x00\x00\x00", "zip archive"),
        (b"%PDF-1.7", "PDF"),
        (TEXT[:100].encode(), "damaged"),
        (b'{\n<<<<<<< HEAD\n"cells": []\n=======\n>>>>>>> b\n}', "merge conflict"),
        (b"hello", "not a notebook"),
        (b"\xff\xfe\x00", "not a notebook"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"cells": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
        (b'{"cells": [], "a": ' + b"9" * 10_000 + b"}", "far too long"),
    ],
)
def test_what_is_no_notebook_is_refused_with_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(UngradableSubmission, match=words) as caught:
        read_notebook(data)
    assert caught.value.what.endswith(".")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with pytest.raises(UngradableSubmission):
        read_notebook(data)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
_ODD_CELLS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("cell_type", "source", "metadata", "id", "input", "outputs"), _VALUES),
)


@given(st.lists(_ODD_CELLS | _VALUES), _VALUES)
def test_no_odd_cell_or_metadata_raises(cells: list[Any], metadata: Any) -> None:
    read_notebook(json.dumps({"cells": cells, "metadata": metadata}).encode())


def test_saved_outputs_of_a_hundred_megabytes_are_dropped_quickly() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["0.123456789, [1]\n"] * 200}
    ] * 20_000
    data = json.dumps(_notebook(_code("x = 1", outputs=outputs))).encode()
    data += b" " * (100_000_000 - len(data))
    start = time.process_time()
    assert read_notebook(data).cells[0].source == "x = 1"
    assert time.process_time() - start < 10


def test_a_notebook_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(UngradableSubmission, match=r"128 MB can be read\. Clear all outputs"):
        read_notebook(b" " * (reading.MAX_BYTES + 1))


def test_a_file_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(UngradableSubmission, match="too much data"):
        read_notebook(b'{"cells": [' + b"[]," * (reading.MAX_VALUES // 2) + b"[]]}")


def test_too_many_cells_are_refused() -> None:
    cells = [_code("")] * (reading.MAX_CELLS + 1)
    with pytest.raises(UngradableSubmission, match="5001 cells"):
        read_notebook(json.dumps(_notebook(*cells)).encode())


@pytest.mark.parametrize("kind", ["code", "markdown", "raw"])
def test_what_was_released_as_code_runs_whatever_it_is_now(kind: str) -> None:
    cells = [
        {**_code("x = 1"), "cell_type": kind, "metadata": {"nbgrader": {"cell_type": "code"}}},
        {**_code("some words"), "cell_type": "markdown"},
    ]
    found = read_notebook(json.dumps(_notebook(*cells)).encode())
    assert [cell.source for cell in found.code_cells()] == ["x = 1"]
