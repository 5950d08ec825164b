"""The table of nbgrader's weaknesses names tests that exist, one at least in every row but that of
speed."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "nbgrader-weaknesses.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_row_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert [row for row in rows if not NAMED.search(row) and "benchmarks.md" not in row] == []


def test_every_test_that_is_named_exists() -> None:
    found = NAMED.findall(PAGE)
    assert len(found) == PAGE.count("::test_")
    for path, name in found:
        tests = re.findall(
            r"^def (test_\w+)\(", (REPOSITORY / path).read_text(encoding="utf-8"), re.MULTILINE
        )
        assert name in tests
