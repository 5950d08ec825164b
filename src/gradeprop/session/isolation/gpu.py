"""A GPU as this machine offers it: device files, folders of its driver, waking it. Trusted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from gradeprop.errors import MissingFacility

__all__ = ["DRIVER", "driver_folders", "gpu_devices", "wake"]

DRIVER: Final = "libcuda.so.1"
"""The library of NVIDIA's driver that CUDA loads when it is first used."""

# Where container runtimes and WSL put the driver without telling ldconfig.
_USUAL: Final = ("/usr/local/nvidia/lib64", "/usr/local/nvidia/lib", "/usr/lib/wsl/lib")


def gpu_devices() -> list[str]:
    """The device files of NVIDIA's GPUs, those of a GPU's slices (MIG) and WSL's included."""
    found: list[Path] = []
    for pattern in ("nvidia*", "nvidia-caps/nvidia-cap*", "dxg"):
        found += Path("/dev").glob(pattern)
    return sorted(str(path) for path in found if path.is_char_device())


def driver_folders() -> list[str]:
    """Folders with NVIDIA's driver that the caller's environment names, and not ldconfig."""
    asked = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    folders = dict.fromkeys(folder for folder in (*asked, *_USUAL) if folder)
    return [folder for folder in folders if Path(folder, DRIVER).exists()]


def wake() -> None:
    """Start CUDA in this process, which from then on holds the device.

    Two things follow from it. ``/dev/nvidia-uvm`` exists, which on many machines the first CUDA
    program makes. And no child has to wake a sleeping device, which takes seconds: its own context
    is all that it waits for.

    Raises:
        MissingFacility: CUDA does not start; says what it said.
    """
    import torch

    try:
        torch.zeros(1, device="cuda")
        torch.cuda.synchronize()
    except Exception as error:  # torch has several, an assertion among them, and no common base
        lines = str(error).strip().splitlines()
        said = lines[0] if lines else type(error).__name__
        raise MissingFacility(
            f"CUDA does not start: {said}", remedy="use --device cpu, or see `gradeprop doctor`"
        ) from None
