"""Solutions with one small fault each: a check sees it, or it is excused with a reason."""

from __future__ import annotations

import pytest

from cli.conftest import gradeprop
from content.conftest import ROOT


@pytest.mark.slow
def test_no_mutant_of_a_solution_gets_full_marks_without_an_excuse() -> None:
    done = gradeprop("verify", "--mutants", "--isolation", "none", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
