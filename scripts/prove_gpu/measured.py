"""Runs a command that grades, and measures submissions a second and the GPU's memory meanwhile.

    python -m prove_gpu.measured FILE.json SUBMISSIONS RESULTS COMMAND...

``per_second`` counts the whole command, its start included; ``warm_per_second`` the result files
in the folder RESULTS after the first, None where there are too few to say. Memory is what
`nvidia-smi` says is in use on the first device, by whomever: before, at most, and after the
command, which has `_RETURN_S` seconds to be what it was. The command's output comes first, the
last line begins with ``verdict:``, and the exit code is the command's.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

_QUERY: Final = (
    "nvidia-smi",
    "--query-gpu=name,memory.used,memory.total",
    "--format=csv,noheader,nounits",
)
_EVERY_S: Final = 0.5
_RETURN_S: Final = 10.0
# What the driver itself may keep, for itself or of another program.
_SLACK_MB: Final = 64


@dataclass(frozen=True)
class Memory:
    """MiB of a device."""

    device: str
    used_mb: int
    total_mb: int


@dataclass(frozen=True)
class Measured:
    """What is written down."""

    submissions: int
    seconds: float
    per_second: float
    warm_per_second: float | None
    exit_code: int
    device: str | None
    total_mb: int | None
    before_mb: int | None
    peak_mb: int | None
    after_mb: int | None

    @property
    def verdict(self) -> str:
        """What follows ``verdict:``."""
        if self.exit_code != 0:
            return f"fails: exit code {self.exit_code} after {self.seconds:.0f} s"
        speed = f"{self.per_second:.2f} submissions/s"
        if self.warm_per_second is not None:
            speed += f", {self.warm_per_second:.2f} once warm"
        if self.before_mb is None or self.after_mb is None:
            return f"fails: {speed}, and nvidia-smi says no memory"
        memory = f"{self.before_mb} MiB before, {self.peak_mb} at most, {self.after_mb} after"
        if self.after_mb > self.before_mb + _SLACK_MB:
            return f"fails: memory was not given back: {memory}"
        return f"works: {speed}; {memory}"


def memory() -> Memory | None:
    """The first device's, None where it cannot be asked."""
    try:
        said = subprocess.run(_QUERY, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parsed(said.stdout)


def parsed(said: str) -> Memory | None:
    """From a line such as ``NVIDIA H200, 512, 143771``."""
    parts = [part.strip() for part in (said.splitlines() or [""])[0].rsplit(",", 2)]
    try:
        return Memory(parts[0], int(parts[1]), int(parts[2]))
    except (IndexError, ValueError):
        return None


def measured(
    submissions: int,
    command: Sequence[str],
    results: Path,
    ask: Callable[[], Memory | None] = memory,
    return_s: float = _RETURN_S,
) -> Measured:
    """Run it and look at the memory meanwhile.

    Args:
        results: the folder of its result files.
    """
    before = ask()
    since = time.time()
    seen = [] if before is None else [before.used_mb]
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    code = None
    while code is None:
        now = ask()
        seen += [] if now is None else [now.used_mb]
        try:
            code = process.wait(_EVERY_S)
        except subprocess.TimeoutExpired:
            continue
    seconds = time.monotonic() - began
    after = ask()
    until = time.monotonic() + return_s
    while before and after and after.used_mb > before.used_mb + _SLACK_MB:
        if time.monotonic() > until:
            break
        time.sleep(_EVERY_S)
        after = ask()
    return Measured(
        submissions=submissions,
        seconds=round(seconds, 1),
        per_second=round(submissions / seconds, 3),
        warm_per_second=_warm(results, since),
        exit_code=code,
        device=before.device if before else None,
        total_mb=before.total_mb if before else None,
        before_mb=before.used_mb if before else None,
        peak_mb=max(seen, default=None),
        after_mb=after.used_mb if after else None,
    )


def _warm(results: Path, since: float) -> float | None:
    """Result files a second from the first that is new to the last."""
    written = sorted(
        at for file in results.glob("*.json") if (at := file.stat().st_mtime) >= since - 1
    )
    if len(written) < 3 or written[-1] == written[0]:
        return None
    return round((len(written) - 1) / (written[-1] - written[0]), 3)


def main() -> None:
    file, submissions, results, *command = sys.argv[1:]
    found = measured(int(submissions), command, Path(results))
    Path(file).write_text(json.dumps(asdict(found), indent=1) + "\n")
    print(f"verdict: {found.verdict}")
    sys.exit(found.exit_code)


if __name__ == "__main__":
    main()
