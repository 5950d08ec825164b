"""CUDA without the product: what this machine and its torch can do by themselves.

    python -m prove_gpu.torch_alone start   # a first backward pass, timed
    python -m prove_gpu.torch_alone again   # one more context, while another process holds the GPU
    python -m prove_gpu.torch_alone hold    # holds the GPU until it is ended

Whatever fails here is no fault of the product's. The last line begins with ``verdict:``.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path
from typing import Final

PACKAGES: Final = ("numpy", "IPython", "pydantic", "pyseccomp", "pytest")
LONGEST_HOLD_S: Final = 900


def seconds_since(began: float) -> str:
    return f"{time.monotonic() - began:.2f} s"


def packages() -> None:
    """Say of each package that the product needs whether it can be imported."""
    for name in PACKAGES:
        try:
            module = importlib.import_module(name)
            print("imports", name, getattr(module, "__version__", ""))
        except ImportError as error:
            print("MISSING", name, error)


def threads() -> list[str]:
    """The names of this process's threads."""
    return [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]


def start() -> None:
    """A backward pass on the GPU, with what a reader needs to judge the product's times."""
    began = time.monotonic()
    import torch

    print("torch", torch.__version__, "built for CUDA", torch.version.cuda, end=" ")
    print("imported in", seconds_since(began))
    packages()
    # The product asks in this way, since the usual one starts CUDA.
    os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    print("available by NVML:", torch.cuda.is_available())
    began = time.monotonic()
    x = torch.ones(300, 300, device="cuda", requires_grad=True)
    torch.cuda.synchronize()
    print(torch.cuda.get_device_name(0), "gave a context in", seconds_since(began))
    began = time.monotonic()
    torch.autograd.backward(((x @ x).double() ** 2).sum())
    torch.cuda.synchronize()
    print("backward pass in", seconds_since(began))
    print("threads", threads(), "open files", len(os.listdir("/proc/self/fd")))  # noqa: PTH208


def again() -> None:
    import torch

    began = time.monotonic()
    torch.zeros(1, device="cuda")
    torch.cuda.synchronize()
    print("context while another process holds the device:", seconds_since(began))


def hold() -> None:
    import torch

    torch.zeros(1, device="cuda")
    torch.cuda.synchronize()
    print("held", flush=True)
    time.sleep(LONGEST_HOLD_S)


def main() -> None:
    task = {"start": start, "again": again, "hold": hold}[sys.argv[1]]
    try:
        task()
    # torch built without CUDA asserts; a library that is missing is an OSError.
    except (ImportError, OSError, RuntimeError, AssertionError) as error:
        said = (str(error).strip().splitlines() or [""])[0]
        print(f"verdict: fails: {type(error).__name__}: {said}")
    else:
        print("verdict: works")


if __name__ == "__main__":
    main()
