"""What the kernel counts of running processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradeprop.session.isolation.processor import used_s, waited_s

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


def test_processor_time_of_a_process_and_of_those_it_waited_for_is_counted() -> None:
    before = used_s([os.getpid()])
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", busy], check=True)
    assert used_s([os.getpid()]) >= before + 0.25
    assert used_s([1 << 22]) == 0.0


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the kernel does not count")
def test_two_that_share_a_processor_wait_for_each_other() -> None:
    one = {min(os.sched_getaffinity(0))}
    pair = [
        subprocess.Popen(
            [sys.executable, "-c", "while True: pass"],
            preexec_fn=lambda: os.sched_setaffinity(0, one),
        )
        for _ in range(2)
    ]
    try:
        while waited_s([pair[0].pid]) < 0.1:
            time.sleep(0.01)
    finally:
        for process in pair:
            process.kill()
            process.wait()
    assert waited_s([pair[0].pid]) == 0.0
