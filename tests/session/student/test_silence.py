"""During a check nothing that student code writes gets out, wherever it writes to."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

CODE = """
import logging, os, sys
from gradeprop.session.student.silence import silence

print("before"); print("before", file=sys.stderr)
handler = logging.StreamHandler(sys.stderr)
logging.getLogger().addHandler(handler)
with silence():
    print("lost" * 100_000)
    print("lost", file=sys.stderr)
    print("lost", file=sys.__stdout__)
    sys.__stderr__.write("lost")
    os.write(1, b"lost"); os.write(2, b"lost")
    sys.__stdout__.buffer.write(b"lost")
    os.system("echo lost; echo lost >&2")
    logging.warning("lost")
    with silence():
        print("lost")
    print("lost")
print("after"); print("after", file=sys.stderr)
logging.warning("heard")
os.write(1, b"")
"""


def run(code: Any, **options: Any) -> Any:
    """With streams that keep what is written until they are flushed, as of a pipe."""
    buffered = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=buffered,
        **options,
    )


def test_nothing_gets_out_and_everything_is_as_before() -> None:
    done = run(CODE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["before", "after"]
    assert done.stderr.split() == ["before", "after", "heard"]


def test_an_error_ends_it() -> None:
    done = run(
        "from gradeprop.session.student.silence import silence\n"
        "try:\n    with silence():\n        print('lost'); 1 / 0\n"
        "except ZeroDivisionError:\n    print('heard')"
    )
    assert done.stdout == "heard\n"


def test_it_works_without_streams() -> None:
    """As under pythonw or a service: nothing is open."""
    done = run(
        "import os, sys\nkept = os.dup(1)\nos.close(1); os.close(2); sys.stdout = sys.stderr = "
        "None\n"
        "from gradeprop.session.student.silence import silence\n"
        "with silence():\n    print('lost')\nos.write(kept, b'ok')"
    )
    assert done.stdout == "ok"
