"""NVIDIA's driver behind one layer of the product after the other, each in a fresh process.

    python -m prove_gpu.layers [SECONDS]

``ok`` in every line is right. Where the first ``FAIL`` stands is the layer to look at; 304 says
that the system refused something to the driver. As root, it becomes the user that student code runs
as. The last line begins with ``verdict:``.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from prove_gpu import product
from prove_gpu.driver import drive

Level = Literal["full", "restricted"]

LONGEST_S: Final = 20.0
REQUEST: Final = {"memory_mb": 2048, "processes": 64, "file_bytes": 16 << 20, "cpu_s": 500}
_PR_SET_DUMPABLE: Final = 4


@dataclass(frozen=True)
class Variant:
    """What is put on before the driver starts.

    Attributes:
        user: become the user that student code runs as.
        limits: the limits of a child with a GPU.
        no_rights: drop all capabilities and the way to new ones.
        landlock: the level whose Landlock rules are put on (capabilities go with them).
        seccomp: the level whose refusing filters are put on.
        namespaces: make a user, a mount and a PID namespace.
    """

    user: bool = True
    limits: bool = False
    no_rights: bool = False
    landlock: Level | None = None
    seccomp: Level | None = None
    namespaces: bool = False


VARIANTS: Final = {
    "nothing, as you are": Variant(user=False),
    "user": Variant(),
    "limits": Variant(limits=True),
    "no rights": Variant(no_rights=True),
    "seccomp full": Variant(seccomp="full"),
    "seccomp restricted": Variant(seccomp="restricted"),
    "landlock full": Variant(landlock="full"),
    "landlock restricted": Variant(landlock="restricted"),
    "all of full": Variant(limits=True, landlock="full", seccomp="full"),
    "all of restricted": Variant(limits=True, landlock="restricted", seccomp="restricted"),
    "namespaces": Variant(namespaces=True),
}


def made(level: Level) -> product.Layers:
    """The product's layers of ``level`` for this machine's GPU, without the supervisor."""
    wanted = [Path(sys.base_prefix), *product.package_paths()]
    # The product binds what lies in a closed folder; the driver alone does without.
    readable = [str(path) for path in wanted if product.closed_to_others(path) is None]
    readable += product.driver_folders()
    layers: product.Layers = product.layers_for(
        level, readable, supervise=False, devices=product.gpu_devices()
    )
    return layers


def put_on(variant: Variant, uid: int | None) -> None:
    """Put it on this process, in the order in which the product does."""
    own = tempfile.mkdtemp()
    Path(own).chmod(0o777)
    os.environ["HOME"] = own
    # Built before the user changes: later it may not be possible.
    layers = {level: made(level) for level in (variant.landlock, variant.seccomp) if level}
    if variant.user and uid is not None:
        become(uid)
    if variant.namespaces:
        enter_namespaces()
    if variant.limits:
        limits = product.layers.resource_limits(REQUEST, 0, "full", gpu=True)
        product.layers.limit_resources(limits)
    if variant.no_rights:
        product.syscalls.no_new_privileges()
        product.syscalls.drop_capabilities()
    if variant.landlock:
        replace(layers[variant.landlock], refuse=()).close_in(own)
    if variant.seccomp:
        for program in layers[variant.seccomp].refuse:
            product.syscalls.load_filter(program)


def become(uid: int) -> None:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    # In the product Python starts after this, and a process's /proc files are its own again.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def enter_namespaces() -> None:
    """Go on as the first process of a PID namespace, with a ``/proc`` of its own."""
    calls = product.syscalls
    uid, gid = os.getuid(), os.getgid()
    calls.unshare(calls.NEW_USER | calls.NEW_NS | calls.NEW_PID)
    calls.map_own_ids(uid, gid)
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status))
    calls.make_mounts_private()
    calls.mount("proc", "/proc", calls.MS_NOSUID | calls.MS_NODEV | calls.MS_NOEXEC)


def one(name: str, uid: int | None) -> None:
    """In a fresh process: one variant."""
    try:
        put_on(VARIANTS[name], uid)
    except (OSError, product.GradepropError) as error:
        print(f"FAIL  cannot be put on: {type(error).__name__}: {error}")
        return
    # Not by the usual way out: the driver's own clean-up may not be possible behind a layer.
    print(drive(), flush=True)
    os._exit(0)


def told(name: str, uid: int | None) -> str:
    """What a fresh process says of one variant."""
    command = [sys.executable, "-m", "prove_gpu.layers", "--one", name]
    command += [] if uid is None else [str(uid)]
    with tempfile.TemporaryDirectory(prefix="prove-gpu-") as folder:
        Path(folder).chmod(0o755)
        try:
            done = subprocess.run(
                command,
                cwd="/",
                env={**os.environ, "TMPDIR": folder},
                capture_output=True,
                text=True,
                timeout=LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"FAIL  not done after {LONGEST_S:.0f} s"
    lines = done.stderr.strip().splitlines() or ["it ended without a word"]
    return done.stdout.strip() or f"FAIL  exit code {done.returncode}: {lines[-1]}"


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], int(sys.argv[3]) if sys.argv[3:] else None)
        return
    end = time.monotonic() + float(sys.argv[1] if sys.argv[1:] else 55)
    uid = product.sandbox_uid()
    print("device files:", ", ".join(product.gpu_devices()) or "none, so there is no GPU here")
    folders = product.driver_folders()
    print("the driver's folders:", ", ".join(folders) or "those that ldconfig knows")
    failed = []
    for name in VARIANTS:
        if time.monotonic() > end:
            print(f"  {name:20} left out: no time")
            continue
        said = told(name, uid)
        print(f"  {name:20} {said}", flush=True)
        if not said.startswith("ok"):
            failed.append(name)
    print(f"verdict: fails: first at: {failed[0]}" if failed else "verdict: works")


if __name__ == "__main__":
    main()
