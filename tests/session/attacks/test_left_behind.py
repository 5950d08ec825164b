"""What one function leaves running costs no other function of the same notebook an answer."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gradeprop.session.interface import Call, CellSource, Returned, Sandbox, Stopped
from session.patience import SHORT_S

from .conftest import LIMITS

RIGHT = "def right(): return 6 * 7\n"
LEFT = {
    "forks of forks": """
        import os
        def wrong():
            while True:
                try: os.fork()
                except OSError: pass
    """,
    "forks that sleep": """
        import os, time
        def wrong():
            while True:
                try:
                    if os.fork() == 0: time.sleep(1000)
                except OSError: pass
    """,
    "forks, and an answer": """
        import os, time
        def wrong():
            try:
                while True:
                    if os.fork() == 0: time.sleep(1000)
            except OSError:
                return 1
    """,
    "programs, and an end": """
        import os, subprocess
        def wrong():
            try:
                while True: subprocess.Popen(["sleep", "1000"], start_new_session=True)
            except OSError: os._exit(3)
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("left", LEFT)
def test_what_a_call_leaves_running_costs_no_other_its_answer(fortress: Sandbox, left: str) -> None:
    with fortress.open(limits=LIMITS, seed=1) as session:
        session.run(CellSource(RIGHT + dedent(LEFT[left]), "cell"))
        first = session.mark(["wrong"])
        session.run(CellSource("later = 1", "cell"))
        second = session.mark(["right"])
        session.run(CellSource("still_later = 1", "cell"))
        for _ in range(2):
            (wrong,) = session.ask([Call("wrong")], at=first, seconds=SHORT_S)
            assert isinstance(wrong, Returned | Stopped), wrong
        for _ in range(2):
            (right,) = session.ask([Call("right")], at=second)
            assert isinstance(right, Returned), right
            assert right.value == 42
