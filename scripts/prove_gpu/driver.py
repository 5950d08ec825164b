"""NVIDIA's driver without torch: start it, make a context, copy something to the GPU."""

from __future__ import annotations

import ctypes
import os
import time
from ctypes import byref
from typing import Any, Final

__all__ = ["drive"]

LIBRARY: Final = "libcuda.so.1"
_MIB: Final = 1 << 20


def drive() -> str:
    """``ok`` and how long it took, or ``FAIL``, the call that failed and what the driver said."""
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError as error:
        return f"FAIL  {error}"
    began = time.monotonic()
    times = []
    for name, *arguments in _calls():
        call_began = time.monotonic()
        try:
            code = getattr(library, name)(*arguments)
        except AttributeError:
            return f"FAIL  {name}: this driver has no such call"
        took = f"{time.monotonic() - call_began:.2f} s"
        if code != 0:
            return f"FAIL  {name} gave {_named(library, code)} after {took}"
        times.append(f"{name} {took}")
    files, threads = _entries("/proc/self/fd"), _entries("/proc/self/task")
    whole = f"{time.monotonic() - began:.2f} s in all"
    return f"ok    {whole}; {times[0]}, {times[3]}; open files {files}, threads {threads}"


def _calls() -> list[tuple[Any, ...]]:
    """The calls in their order, each with its arguments; later ones use what earlier ones wrote."""
    count, device = ctypes.c_int(), ctypes.c_int()
    context, memory, pinned = ctypes.c_void_p(), ctypes.c_uint64(), ctypes.c_void_p()
    size = ctypes.c_size_t(_MIB)
    return [
        ("cuInit", 0),
        ("cuDeviceGetCount", byref(count)),
        ("cuDeviceGet", byref(device), 0),
        ("cuDevicePrimaryCtxRetain", byref(context), device),
        ("cuCtxSetCurrent", context),
        ("cuMemAlloc_v2", byref(memory), size),
        ("cuMemHostAlloc", byref(pinned), size, 0),
        ("cuMemcpyHtoD_v2", memory, ctypes.create_string_buffer(_MIB), size),
        ("cuCtxSynchronize",),
    ]


def _named(library: ctypes.CDLL, code: int) -> str:
    """An error's number with the driver's name for it."""
    name = ctypes.c_char_p()
    if library.cuGetErrorName(code, byref(name)) != 0 or name.value is None:
        return str(code)
    return f"{code} ({name.value.decode()})"


def _entries(folder: str) -> int:
    return len(os.listdir(folder))  # noqa: PTH208
