"""State that no name of the notebook holds: settings, threads, files, random numbers."""

from __future__ import annotations

import os
import random
import sys
import warnings
from pathlib import Path
from typing import Any, Final

import torch

__all__ = ["listing", "numbers", "put_back", "python_threads", "surroundings"]

_every_module: Any = torch.nn.modules.module
_HOOKS_OF_ALL_MODULES: Final = tuple(
    hooks
    for name, hooks in vars(_every_module).items()
    if name.startswith("_global") and isinstance(hooks, dict)
)
_PRINTING: Final = torch._tensor_str.PRINT_OPTS


def surroundings() -> tuple[Any, ...]:
    """State outside the student's names that student code often changes."""
    pyplot: Any = sys.modules.get("matplotlib._pylab_helpers")
    figures = () if pyplot is None else tuple(pyplot.Gcf.figs)
    return (
        python_threads(),
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_grad_enabled(),
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_anomaly_enabled(),
        tuple(vars(_PRINTING).values()),
        tuple(map(len, _HOOKS_OF_ALL_MODULES)),
        figures,
        _settings_of_numpy(),
        list(map(id, warnings.filters)),
        sys.getrecursionlimit(),
        sys.gettrace(),
        sys.getprofile(),
        tuple(sys.path),
        _working_folder(),
    )


def _settings_of_numpy() -> tuple[Any, ...]:
    numpy: Any = sys.modules.get("numpy")
    if numpy is None:
        return ()
    return (*numpy.geterr().values(), *numpy.get_printoptions().values())


def _working_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 (this is asked often, and Path.cwd takes far longer)
    except OSError:  # student code removed it
        return ""


def python_threads() -> int:
    """Threads of this process that run Python code."""
    return len(sys._current_frames())


def listing(folder: Path) -> list[tuple[str, int, int]]:
    """What lies in ``folder`` and below it; nothing if it is gone.

    Returns: paths, sizes (-1 for folders), times of change in nanoseconds.
    """
    found: list[tuple[str, int, int]] = []
    waiting = [""]
    try:
        while waiting:
            below = waiting.pop()
            with os.scandir(f"{folder}/{below}") as entries:
                for entry in entries:
                    name = below + entry.name
                    if entry.is_dir(follow_symlinks=False):
                        found.append((name, -1, 0))
                        waiting.append(f"{name}/")
                    else:
                        stat = entry.stat(follow_symlinks=False)
                        found.append((name, stat.st_size, stat.st_mtime_ns))
    except OSError:
        return []
    return sorted(found)


def numbers() -> tuple[Any, ...]:
    """Where the generators of random numbers stand."""
    numpy: Any = sys.modules.get("numpy")
    cuda: Any = torch.cuda  # in part without types
    return (
        torch.default_generator.get_state(),
        cuda.get_rng_state_all() if cuda.is_initialized() else torch.initial_seed(),
        random.getstate(),
        None if numpy is None else numpy.random.get_state(),
    )


def put_back(standing: tuple[Any, ...]) -> None:
    """Have the generators of random numbers go on from where they stood."""
    for_torch, for_cuda, for_random, for_numpy = standing
    torch.default_generator.set_state(for_torch)
    cuda: Any = torch.cuda
    if isinstance(for_cuda, list):
        cuda.set_rng_state_all(for_cuda)
    elif cuda.is_initialized():  # CUDA has started since; until then it had drawn nothing
        cuda.manual_seed_all(for_cuda)
    random.setstate(for_random)
    if for_numpy is not None:
        sys.modules["numpy"].random.set_state(for_numpy)
