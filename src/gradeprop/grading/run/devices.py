"""Which devices a command grades on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from gradeprop.errors import MissingFacility

# torch's import on a cold disk, and a device that must be woken first.
_CUDA_START_S: Final = 120.0


def chosen_devices(asked: str, course_devices: Sequence[str]) -> tuple[str, ...]:
    """The devices for ``--device``: the CPU always; the GPU where it is asked for.

    Args:
        asked: ``"auto"`` takes the GPU only if the course lists it and there is one, ``"cpu"``,
            ``"cuda"``.

    Raises:
        MissingFacility: ``"cuda"`` was asked for and there is no usable GPU.
    """
    if asked == "cpu" or (asked == "auto" and "cuda" not in course_devices):
        return ("cpu",)
    if gpu_present():
        return ("cpu", "cuda")
    if asked == "cuda":
        raise MissingFacility(
            "there is no GPU that torch can use here",
            remedy="use --device cpu, or see `gradeprop doctor`",
        )
    return ("cpu",)


def why_no_gpu() -> str | None:
    """None if CUDA works on this machine or there is no GPU; else what is wrong, as far as it can
    be seen.

    CUDA is not started here but in a process of its own, so that this one can still be forked.
    """
    import torch

    from gradeprop.session.isolation.gpu import gpu_devices

    if not gpu_devices():
        return None
    if torch.version.cuda is None:
        built = f"torch {torch.__version__} is built without CUDA"
        return f"there are a GPU's device files, but {built}"
    try_it = "import torch; torch.zeros(1, device='cuda'); torch.cuda.synchronize()"
    try:
        started = subprocess.run(
            [sys.executable, "-c", try_it],
            capture_output=True,
            text=True,
            timeout=_CUDA_START_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"there is a GPU, but CUDA has not started in {_CUDA_START_S:.0f} s"
    if started.returncode == 0:
        return None
    lines = started.stderr.strip().splitlines() or [f"exit code {started.returncode}"]
    errors = [line for line in lines if "Error" in line] or lines
    return f"there is a GPU, but CUDA does not start: {errors[-1].strip()}"


def gpu_present() -> bool:
    """Whether torch can use a GPU, asked in a way that leaves CUDA uninitialised in this
    process."""
    import os

    # else children of a fork could not use it
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    import torch

    return bool(torch.cuda.is_available())
