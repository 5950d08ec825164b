"""Each student's score and, check by check, where the devices disagree.

    python -m prove_gpu.verdicts RESULTS_FOLDER...

A folder is ``results/<assignment>`` of a run with ``--device cuda``, in which every check was
made on the CPU and on the GPU. The last line begins with ``verdict:``.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

_SHOWN: Final = 3
_TAIL: Final = 110

# Of an exercise's check: its verdict on each device.
Verdicts = dict[tuple[str, str], dict[str, dict[str, Any]]]


def by_device(result: dict[str, Any]) -> Verdicts:
    found: Verdicts = defaultdict(dict)
    for exercise in result.get("exercises", []):
        for part in exercise["parts"]:
            for check in part["checks"]:
                found[exercise["exercise"], check["check"]][check["device"]] = check
    return found


def apart(verdicts: Verdicts) -> list[str]:
    """A line for each check whose status is not the same on all devices."""
    lines = []
    for (exercise, check), found in verdicts.items():
        if len({verdict["status"] for verdict in found.values()}) > 1:
            words = [f"{device}: {_words(verdict)}" for device, verdict in found.items()]
            lines.append(f"{exercise}.{check}: {'; '.join(words)}")
    return lines


def _words(verdict: dict[str, Any]) -> str:
    why = verdict.get("detail") or verdict.get("message") or ""
    return f"{verdict['status']} {why[-_TAIL:]}".rstrip()


def line_of(name: str, result: dict[str, Any]) -> str:
    """One student, without the checks that disagree."""
    verdicts = by_device(result)
    devices = sorted({device for found in verdicts.values() for device in found})
    score = f"{result['status']} {result['score']} of {result['max_score']}"
    where = f"{result['isolation']} on {', '.join(devices) or 'no device'}"
    return f"{name}: {score}, {where}; checks {len(verdicts)}, apart {len(apart(verdicts))}"


def _name(path: Path, folders: list[Path]) -> str:
    return path.stem if len(folders) == 1 else f"{path.stem} {path.parent.name}"


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]]
    paths = [path for folder in folders for path in sorted(folder.glob("*.json"))]
    results = {_name(path, folders): json.loads(path.read_text()) for path in paths}
    disagree, on_gpu = 0, 0
    for name, result in results.items():
        print(line_of(name, result))
        lines = apart(by_device(result))
        disagree += len(lines)
        on_gpu += any("cuda" in found for found in by_device(result).values())
        for line in lines[:_SHOWN]:
            print("     ", line)
    if not results:
        print(f"verdict: fails: there are no results in {', '.join(map(str, folders))}")
    elif not on_gpu:
        print("verdict: fails: no check was made on a GPU")
    elif disagree:
        print(f"verdict: fails: the devices disagree about {disagree} checks")
    else:
        print(f"verdict: works: {on_gpu} of {len(results)} submissions on the GPU, none apart")


if __name__ == "__main__":
    main()
