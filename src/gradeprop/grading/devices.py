"""Which devices a command grades on."""

from __future__ import annotations

from collections.abc import Sequence

from gradeprop.errors import MissingFacility


def chosen_devices(asked: str, course_devices: Sequence[str]) -> tuple[str, ...]:
    """The devices for ``--device``: the CPU always; the GPU where it is asked for.

    Args:
        asked: ``"auto"`` takes the GPU only if the course lists it and there is one, ``"cpu"``, ``"cuda"``.

    Raises:
        MissingFacility: ``"cuda"`` was asked for and there is no usable GPU.
    """
    if asked == "cpu" or (asked == "auto" and "cuda" not in course_devices):
        return ("cpu",)
    if gpu_present():
        return ("cpu", "cuda")
    if asked == "cuda":
        raise MissingFacility(
            "there is no GPU that torch can use here", remedy="use --device cpu, or see `gradeprop doctor`"
        )
    return ("cpu",)


def gpu_present() -> bool:
    """Whether torch can use a GPU, asked in a way that leaves CUDA uninitialised in this process."""
    import os

    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")  # else children of a fork could not use it
    import torch

    return bool(torch.cuda.is_available())
