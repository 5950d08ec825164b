"""What a notebook's process begins with: folders, random numbers from a seed, CUDA if it is to."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["begin_in", "seed_all", "start_gpu"]


def begin_in(own: Path, matplotlibs: Mapping[str, bytes]) -> None:
    """Have libraries keep what they keep in ``own``, and not among the notebook's files.

    Args:
        own: this process's folder.
        matplotlibs: files for matplotlib to find: what it else had to find out, which takes long.
    """
    os.environ["XDG_CACHE_HOME"] = str(own / "cache")
    settings = own / "matplotlib"
    os.environ["MPLCONFIGDIR"] = str(settings)
    if matplotlibs:
        settings.mkdir()
    for name, content in matplotlibs.items():
        (settings / name).write_bytes(content)


def seed_all(seed: int) -> None:
    """Seed every random number generator that a notebook uses."""
    import torch

    # torch.manual_seed also visits every other kind of device, at some cost in a fresh child and
    # for devices that are not there. One that is gets its seed when it is first used.
    torch.default_generator.manual_seed(seed)
    if torch.version.cuda is not None:
        torch.cuda.manual_seed_all(seed)
    random.seed(seed)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)


def start_gpu(memory_mb: int) -> str | None:
    """Start CUDA in a fresh child, autograd's threads for it included, before any time is counted.

    Args:
        memory_mb: MiB of the device's memory that torch gives it. Code that means to can have more;
            what holds is that it ends with its process.

    Returns: what CUDA said if it did not start, else None.
    """
    import torch

    try:
        _, whole = torch.cuda.mem_get_info()
        torch.cuda.set_per_process_memory_fraction(min(1.0, (memory_mb << 20) / whole))
        x = torch.ones(1, device="cuda", requires_grad=True)
        torch.autograd.grad(2 * x, x)
        torch.cuda.synchronize()
    except Exception as error:  # torch has several, and no common base
        return f"{type(error).__name__}: {error}"
    return None
