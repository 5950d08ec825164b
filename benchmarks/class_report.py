"""How long an instructor of a large class waits for its report.

    python benchmarks/class_report.py --submissions 1000

A few submissions are graded for real and recorded under the names of all students; then
`gradeprop report` and what it offers beside the pages run as programs of their own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from recording import recording
from workload import make_workload

_ASKED = (("report",), ("report", "--anonymous"), ("report", "--to", "csv"), ("show",))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=1000, metavar="N")
    parser.add_argument("--assignment", default="a04_descent")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gradeprop-benchmark-") as folder:
        work = make_workload(Path(folder) / "course", options.assignment, options.submissions)
        recording(work)
        for command, *rest in _ASKED:
            asked = [command, options.assignment, *rest]
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "gradeprop", *asked],
                cwd=work.root,
                check=True,
                capture_output=True,
            )
            print(f"{time.perf_counter() - began:5.1f} s  gradeprop {' '.join(asked)}", flush=True)


if __name__ == "__main__":
    main()
