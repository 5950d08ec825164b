"""What a notebook's process begins with: random numbers from a seed, and CUDA if it is to."""

from __future__ import annotations

import random
import sys
from typing import Any

__all__ = ["seed_all", "start_gpu"]


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


def start_gpu() -> str | None:
    """Start CUDA in a fresh child, autograd's threads for it included, before any time is counted.

    Returns: what CUDA said if it did not start, else None.
    """
    import torch

    try:
        x = torch.ones(1, device="cuda", requires_grad=True)
        torch.autograd.grad(2 * x, x)
        torch.cuda.synchronize()
    except Exception as error:  # torch has several, and no common base
        return f"{type(error).__name__}: {error}"
    return None
