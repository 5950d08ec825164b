"""The code's digest tells two installations of one version apart, and nothing else."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from gradeprop.own_code import code_digest, digest_of

PACKAGE = Path(__file__).parents[1] / "src" / "gradeprop"


def test_it_is_of_this_package_and_does_not_cost_a_start() -> None:
    code_digest.cache_clear()
    before = time.process_time()
    found = code_digest()
    assert time.process_time() - before < 0.2  # some 10 ms on a quiet machine
    assert found == digest_of(PACKAGE)
    assert code_digest() is found


def test_only_names_and_contents_count(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        (folder / "room").mkdir(parents=True)
        (folder / "a.py").write_text("x = 1\n")
        (folder / "room" / "b.py").write_text("y = 2\n")
    os.utime(second / "a.py", (0, 0))
    (second / "__pycache__").mkdir()
    (second / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"cache")
    assert digest_of(first) == digest_of(second)
    (second / "a.py").write_text("x = 2\n")
    assert digest_of(first) != digest_of(second)
    (second / "a.py").write_text("x = 1\n")
    shutil.move(second / "room" / "b.py", second / "b.py")
    assert digest_of(first) != digest_of(second)
