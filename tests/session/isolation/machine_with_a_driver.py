"""Run by `test_gpu.py` as root: grades on the CPU where ldconfig finds a driver of NVIDIA's.

``argv``: the driver's folder, the level. What it changes of the machine, it changes in a mount
namespace of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from gradeprop.course.limits import Limits
from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.interface import CellSource
from gradeprop.session.isolation import syscalls

SHOWN = "/usr/local/src"  # below /usr, which the sandbox shows
CELL = """
import stub_cuda, torch
x = torch.ones(2, requires_grad=True)
(x ** 2).sum().backward()
print(stub_cuda.start(), x.grad.tolist())
"""


def install(driver: str) -> None:
    """Have ldconfig find the driver."""
    syscalls.unshare(syscalls.NEW_NS)
    syscalls.make_mounts_private()
    syscalls.bind_mount(driver, SHOWN)
    folder = Path(tempfile.mkdtemp())
    (folder / "conf").write_text(SHOWN + "\n")
    cache = folder / "ld.so.cache"
    subprocess.run(
        ["/sbin/ldconfig", "-X", "-f", str(folder / "conf"), "-C", str(cache)], check=True
    )
    cache.chmod(0o644)
    syscalls.bind_mount(str(cache), "/etc/ld.so.cache")


def main() -> None:
    driver, level = sys.argv[1:]
    install(driver)
    # As torch does in its first backward pass, the package asks for the driver when it is imported.
    packages = ["stub_cuda_at_import"]
    with (
        open_sandbox(level, packages=packages) as sandbox,  # type: ignore[arg-type]
        sandbox.open(limits=Limits(), seed=1) as session,
    ):
        outcome = session.run(CellSource(CELL, "cell"))
    print(
        outcome.status,
        outcome.message,
        "".join(output.get("text", "") for output in outcome.outputs),
    )


if __name__ == "__main__":
    main()
