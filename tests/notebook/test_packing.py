"""What a set-up cell carries of gradeprop is whole, small and the same every time."""

from __future__ import annotations

import ast
import base64
import bz2
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gradeprop.notebook.packing import as_text, packed

SOURCE = Path(__file__).parents[2] / "src"
MOST = 120_000  # characters; a notebook has 250 KB


def carried() -> dict[str, str]:
    files: dict[str, str] = json.loads(bz2.decompress(base64.b64decode(packed().text)))
    return files


@pytest.mark.parametrize("path", sorted(carried()))
def test_only_comments_and_docstrings_are_left_out(path: str) -> None:
    lean, full = carried()[path], (SOURCE / path).read_text(encoding="utf-8")
    assert lean.count("\n") == full.count("\n")
    assert ast.dump(without_docstrings(lean)) == ast.dump(without_docstrings(full))


def without_docstrings(source: str) -> ast.Module:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            match node.body:
                case [ast.Expr(ast.Constant(str())), *rest]:
                    node.body = rest
    return tree


def test_what_a_student_may_ask_for_help_on_keeps_its_words() -> None:
    assert "Run the public checks of a part" in carried()["gradeprop/__init__.py"]


def test_it_is_small_and_fits_into_any_string() -> None:
    text = packed().text
    assert len(text) < MOST
    assert text.isascii()
    assert not set(text) & set("'\"\\ ")
    assert max(map(len, text.splitlines())) <= 1000


def test_another_process_packs_the_same_bytes() -> None:
    code = "from gradeprop.notebook.packing import packed; p = packed(); print(p.digest, p.text)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{packed().digest} {packed().text}\n"


def test_any_bytes_come_back() -> None:
    data = bytes(range(256)) * 40
    assert bz2.decompress(base64.b64decode(as_text(data))) == data
