"""What a watcher sees of graders' code, and what that code may take."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gradeprop.grading.checks.watch import WORDS, Seen, Watch


def test_who_watches_sees_which_check_runs_and_since_when() -> None:
    words = [0] * WORDS
    mine, theirs = Watch(words), Watch(words)
    assert theirs.seen() is None
    mine.begins(3, 0)
    first = theirs.seen()
    assert first is not None
    assert (first.submission, first.check) == (3, 0)
    mine.begins()
    assert theirs.seen() == Seen(words[0] * 1e-9)
    mine.imports(0)
    assert theirs.seen() == Seen(words[0] * 1e-9, imported=0)
    mine.ends()
    assert theirs.seen() is None


def test_what_runs_away_from_the_grader_is_not_seen_and_the_stretch_begins_anew() -> None:
    watch = Watch()
    watch.begins(1, 2)
    before = watch.seen()
    assert before is not None
    with watch.away():
        assert watch.seen() is None
    after = watch.seen()
    assert after is not None
    assert (after.submission, after.check) == (1, 2)
    assert after.since > before.since
    watch.ends()
    with watch.away():
        pass
    assert watch.seen() is None, "it had ended before"


BOUNDED = """
import numpy
from gradeprop.grading.checks.watch import Watch
watch = Watch(bounded=True)
def take():
    try:
        return len([numpy.empty(1 << 28) for _ in range(20)])
    except MemoryError:
        return "refused"
before = take()
watch.begins()
during = take()
with watch.away():
    away = take()
watch.ends()
print(before, during, away, take())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
def test_memory_is_bounded_while_graders_code_runs_and_only_then() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["20", "refused", "20", "20"]
