"""The page of mistakes and causes is what the code says of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow  # its optimizer imports torch._dynamo, which takes seconds
def test_the_page_is_what_the_script_writes() -> None:
    script = "import sys; sys.path.insert(0, 'scripts'); import mistakes_page as it; "
    script += "print('same' if it.PAGE.read_text('utf-8') == it.page() else 'differs')"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "same\n", "run python scripts/mistakes_page.py"
