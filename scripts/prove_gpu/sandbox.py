"""Opens the product's own sandbox and runs a little torch in it, as a notebook's cell.

    python -m prove_gpu.sandbox LEVEL [DEVICE]

On a GPU a second session follows, in which CUDA has not been started yet. It tells need by need
what CUDA gets behind these layers (see `needs`), also where the first session did not open. The
last line begins with ``verdict:`` and is about the first session alone.
"""

from __future__ import annotations

import re
import sys
import time
from importlib.resources import files
from typing import Any, Final

from prove_gpu import product

LIMITS: Final = product.Limits(cell_s=40.0, check_s=40.0)
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_BACKWARD: Final = """
import torch
x = torch.ones(2, device={device!r}, requires_grad=True)
(x ** 2).sum().backward()
print("a cell on {device} works:", x.grad)
"""


def needs_cell() -> str:
    """`needs` as a cell that runs by itself."""
    text = files("prove_gpu").joinpath("needs.py").read_text(encoding="utf-8")
    return f"{text}\n\nmain({product.gpu_devices()!r})\n"


def shown(output: dict[str, Any]) -> str:
    """An output of a cell as plain text."""
    if "text" in output:
        return "".join(output["text"]).rstrip()
    return _COLOURS.sub("", "\n".join(output.get("traceback", [])))[-1500:]


def run(box: product.ProcessSandbox, source: str) -> str:
    """Run one cell in a session of its own, print what it printed; why it went wrong, if it did."""
    began = time.monotonic()
    try:
        with box.open(limits=LIMITS, seed=1) as session:
            print(f"-- session open after {time.monotonic() - began:.1f} s")
            outcome = session.run(product.CellSource(source, "probe"))
    except product.GradepropError as error:
        print(f"-- session not open: {error}")
        return str(error)
    for output in outcome.outputs:
        print(shown(output))
    print(f"-- cell {outcome.status} {outcome.message or ''} {outcome.seconds:.2f} s")
    return "" if outcome.status == "ok" else outcome.message or outcome.status


def tried(level: str, device: str) -> str:
    """Open the sandbox and run what there is to run; why it does not work, if it does not.

    Raises:
        GradepropError: the sandbox did not open.
    """
    began = time.monotonic()
    with product.open_sandbox(level, device=device) as box:  # type: ignore[arg-type]
        assert isinstance(box, product.ProcessSandbox)
        print(f"== {box.level} for {device}: warm after {time.monotonic() - began:.1f} s")
        problem = run(box, _BACKWARD.format(device=device))
        if device != "cpu":
            print("== what CUDA needs, behind the same layers:")
            product.without_starting_cuda(box)
            run(box, needs_cell())
        # Among others what a part that was left out says of itself.
        print("== the sandbox's own log:", box.warm().log_tail())
    return problem


def main() -> None:
    level, device = sys.argv[1], (sys.argv[2:] or ["cuda"])[0]
    try:
        problem = tried(level, device)
    except product.GradepropError as error:
        problem = str(error)
    print(f"verdict: fails: {problem[-700:]}" if problem else "verdict: works")


if __name__ == "__main__":
    main()
