"""Runs as a notebook's cell in the sandbox: which of CUDA's needs are met there, one line for each.

`sandbox` sends this text with a call of `main` below it, so it imports nothing of the kit's, and
torch only at its end. ``ok`` is met; ``FAIL`` is not, and CUDA needs it; ``no`` is not, and CUDA is
said to do without; ``none`` is not on this machine, or not shown.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

# Numbers of x86-64.
MEMFD_CREATE, GET_MEMPOLICY, MOVE_PAGES = 319, 239, 279
MAP_NORESERVE = 0x4000
FAILED = ctypes.c_void_p(-1).value
# The driver's call that every CUDA program makes first; with an empty argument it changes nothing.
FIRST_IOCTL = 0xC04846D2
# Where CUDA reserves address space, and how much of it.
RESERVED_AT, RESERVED_BYTES = 0x200000000, 0x200000000 + (2 << 20)
LIMITS = ("AS", "NOFILE", "NPROC", "MEMLOCK", "FSIZE", "CPU")
FILES = (
    "/proc/driver/nvidia/params",
    "/proc/driver/nvidia/version",
    "/proc/modules",
    "/proc/devices",
    "/proc/self/maps",
    "/proc/self/status",
    "/proc/sys/vm/mmap_min_addr",
    "/etc/ld.so.cache",
)
FOLDERS = (
    "/proc/driver/nvidia/gpus",
    "/proc/driver/nvidia/capabilities",
    "/sys/devices/system/node",
    "/sys/bus/pci/devices",
    "/sys/module/nvidia",
    "/usr/local/nvidia/lib64",
)

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


def attempt(what: str, work: Callable[[], Any], *, needed: bool = True) -> None:
    """Try one thing and print how it went."""
    try:
        got = work()
    except FileNotFoundError:
        print(f"  none  {what}")
    except Exception as error:
        word = "FAIL" if needed else "no  "
        print(f"  {word}  {what}: {type(error).__name__}: {error}"[:220])
    else:
        print(f"  ok    {what}" + ("" if got is None else f": {got}"))


def last_error() -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code))


def call(number: int, *arguments: int | bytes | None) -> int:
    """A system call by its number."""
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result: int = libc.syscall(number, *given)
    if result < 0:
        raise last_error()
    return result


def read(path: str) -> str:
    return f"{len(Path(path).read_bytes()[:4096])} bytes"


def entries(path: str) -> int:
    return len(os.listdir(path))  # noqa: PTH208


def use_device(path: str) -> str:
    """Open a device file, speak to it, map it. What the driver itself answers does not matter."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        ctypes.set_errno(0)
        libc.ioctl(descriptor, ctypes.c_ulong(FIRST_IOCTL), ctypes.create_string_buffer(4096))
        said = ctypes.get_errno()
        if said in (errno.EACCES, errno.EPERM):
            raise OSError(said, f"ioctl: {os.strerror(said)}")
        writable = mmap.PROT_READ | mmap.PROT_WRITE
        place = libc.mmap(None, mmap.PAGESIZE, writable, mmap.MAP_SHARED, descriptor, 0)
        mapped = errno.errorcode.get(ctypes.get_errno(), "?") if place == FAILED else "ok"
        return f"ioctl {errno.errorcode.get(said, 'ok')}, shared map {mapped} (EPERM is a filter's)"
    finally:
        os.close(descriptor)


def is_extra(path: str) -> bool:
    """Whether CUDA does without this device file: those for profiling and for parts of a GPU."""
    return "tools" in path or "nvidia-caps" in path


def name_a_thread() -> None:
    """As drivers from 570 on do, which open the file as if it were to be made."""
    go_on = threading.Event()
    thread = threading.Thread(target=go_on.wait)
    thread.start()
    try:
        Path(f"/proc/self/task/{thread.native_id}/comm").write_bytes(b"cuda-test")
    finally:
        go_on.set()
        thread.join()


def reserve(size: int, flags: int, where: int | None = None) -> None:
    place = libc.mmap(where, size, 0, flags, -1, 0)
    if place == FAILED:
        raise last_error()
    libc.munmap(place, size)


def file_without_name() -> None:
    descriptor = call(MEMFD_CREATE, b"cuda", 1)
    try:
        os.ftruncate(descriptor, 32 << 20)
    finally:
        os.close(descriptor)


def shared_memory() -> None:
    path = "/dev/shm/cuda.shm.test"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.ftruncate(descriptor, 4096)
    finally:
        os.close(descriptor)
        Path(path).unlink()


def make_socket(family: int, kind: int) -> None:
    socket.socket(family, kind).close()


def load(name: str) -> str:
    """Load a library of the driver's and say from where."""
    ctypes.CDLL(name)
    stem = name.partition(".so")[0]
    lines = Path("/proc/self/maps").read_text().splitlines()
    return next((line.split()[-1] for line in lines if stem in line), "?")


def start(library: str, function: str, *arguments: int) -> str:
    """Call one function of a library; 0 is right."""
    began = time.monotonic()
    code = getattr(ctypes.CDLL(library), function)(*arguments)
    took = f"{time.monotonic() - began:.2f} s"
    if code != 0:
        hint = ", the system refused something to the driver" if code == 304 else ""
        raise RuntimeError(f"gave {code}{hint}, after {took}")
    return took


def backward_pass() -> str:
    import torch

    began = time.monotonic()
    x = torch.ones(300, 300, device="cuda", requires_grad=True)
    torch.autograd.backward(((x @ x) ** 2).sum())
    torch.cuda.synchronize()
    return f"{torch.cuda.get_device_name(0)}, {time.monotonic() - began:.2f} s"


def look_around(devices: Sequence[str]) -> None:
    """What is to be seen."""
    attempt("list /dev", lambda: sorted(os.listdir("/dev")), needed=False)  # noqa: PTH208
    for path in FILES:
        attempt(f"read {path}", partial(read, path))
    for path in FOLDERS:
        attempt(f"list {path}", partial(entries, path), needed=False)
    for path in devices:
        attempt(f"use {path}", partial(use_device, path), needed=not is_extra(path))


def ask_the_kernel() -> None:
    """What is to be done."""
    anonymous = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    attempt("a file without a name", file_without_name)
    attempt("name a thread", name_a_thread)
    attempt("reserve 8.6 GB", partial(reserve, RESERVED_BYTES, anonymous, RESERVED_AT))
    attempt("reserve 1 TB", partial(reserve, 1 << 40, anonymous | MAP_NORESERVE))
    attempt("eventfd", lambda: os.close(os.eventfd(0)))
    attempt("/dev/shm", shared_memory, needed=False)
    attempt("socket unix", lambda: make_socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
    attempt("socket netlink", lambda: make_socket(socket.AF_NETLINK, socket.SOCK_RAW), needed=False)
    attempt("get_mempolicy", lambda: call(GET_MEMPOLICY, None, None, 0, 0, 0), needed=False)
    attempt("move_pages", lambda: call(MOVE_PAGES, 0, 0, None, None, None, 0), needed=False)


def load_the_driver() -> None:
    attempt("load libnvidia-ml.so.1", lambda: load("libnvidia-ml.so.1"), needed=False)
    attempt("nvmlInit", lambda: start("libnvidia-ml.so.1", "nvmlInit_v2"), needed=False)
    attempt("load libcuda.so.1", lambda: load("libcuda.so.1"))
    attempt("cuInit", lambda: start("libcuda.so.1", "cuInit", 0))
    attempt("torch: a backward pass", backward_pass)


def show_limits() -> None:
    found = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0] for name in LIMITS}
    print("  limits", found)
    attempt("count open files", lambda: entries("/proc/self/fd"), needed=False)
    attempt("count threads", lambda: entries("/proc/self/task"), needed=False)
    print("  peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10, "MB")


def main(devices: Sequence[str]) -> None:
    print("  user", os.getuid(), "groups", os.getgroups(), "home", os.environ.get("HOME"))
    print("  LD_LIBRARY_PATH", os.environ.get("LD_LIBRARY_PATH"))
    look_around(devices)
    ask_the_kernel()
    load_the_driver()
    show_limits()
