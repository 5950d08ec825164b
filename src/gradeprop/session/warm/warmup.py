"""What the warm process does once, so that every child forked from it starts ready.

Runs on the untrusted side, before any student code, in one thread.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import gc
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

__all__ = [
    "be_interpreter",
    "freeze",
    "import_kernel",
    "import_packages",
    "import_torch",
    "restore_site_builtins",
    "system_threads",
    "warm_up",
]

# A training step in one thread is safe before a fork, and each child is spared what the first one
# loads. What is not safe is any region of more than one OpenMP thread: the child would wait for
# threads that it does not have.
_TRAINING = """
import torch
_x = torch.randn(8, 4, requires_grad=True)
_m = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
for _kind in (torch.optim.Adam, torch.optim.SGD):
    _o = _kind(_m.parameters(), lr=0.1)
    for _ in range(3):
        _o.zero_grad(); _l = (_m(_x) ** 2).mean(); _l.backward(); _o.step()
torch.nn.functional.cross_entropy(_m(_x).expand(8, 3), torch.zeros(8, dtype=torch.long)).backward()
print(_l, _x.grad)
_x
"""
_SHOWING = (
    "1 / 0",
    "from IPython.display import display; display(1)",
    "def _f(:",
    "%time 1",
    "!true",
)
_FIGURE: Final = "import matplotlib.pyplot as plt\nplt.plot([1, 2])"
# Names of a new module that a reset of the shell removes with all others.
_ABOUT_MODULE: Final = ("__doc__", "__package__", "__loader__", "__spec__")
_HUGE: Final = 2 << 20
_MADV_COLLAPSE: Final = 25


def system_threads() -> int:
    """Threads of this process as the kernel counts them, also those of C libraries."""
    return len(list(Path("/proc/self/task").iterdir()))


def import_torch() -> None:
    """Import torch and what it would import later."""
    import torch
    import torch._dynamo  # the first optimizer would import it, and it takes long
    import torch.optim

    from gradeprop.session.student.passes import PASSES

    importlib.import_module("numpy")
    PASSES.install()
    torch.set_num_threads(1)


def import_kernel() -> None:
    """Import the kernel's shell where it is installed: libraries look whether it has been, to find
    out if they are in a notebook."""
    with contextlib.suppress(ImportError):
        importlib.import_module("ipykernel.zmqshell")


def import_packages(packages: Sequence[str], shell: Any) -> list[str]:
    """Import ``packages`` with ``shell`` in place, as matplotlib needs it.

    Returns: those that are not there.
    """
    missing = []
    for name in packages:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
            continue
        if name.partition(".")[0] == "matplotlib":
            # Reads the fonts, and hooks the end of each cell to show its figures.
            shell.run_source(_FIGURE, "warm-up")
    return missing


def warm_up(shell: Any, *, backward: bool) -> None:
    """Run what every notebook runs, so that it is loaded; then forget the names.

    Args:
        shell: the `NotebookShell`.
        backward: false with a visible GPU, where even a CPU backward pass starts threads.
    """
    sources = (_TRAINING, *_SHOWING) if backward else _SHOWING
    for source in sources:
        shell.run_source(source, "warm-up")
    _answer_once(shell)
    about = {name: shell.user_ns.get(name) for name in _ABOUT_MODULE}
    shell.reset(new_session=True)
    shell.user_ns.update(about)
    shell.execution_count = 1
    shell.compile.labels.clear()


def _answer_once(shell: Any) -> None:
    """Take one question and its answers along the whole way, for the modules that it imports."""
    import torch

    from gradeprop.gradients.values import TensorState
    from gradeprop.session.interface import Call, Read
    from gradeprop.session.student.answering import Answering
    from gradeprop.session.wire.asks import decode_asks, encode_asks
    from gradeprop.session.wire.outcomes import decode_outcomes, encode_outcomes

    shell.run_source("def _f(a): return a + a\ndef _g(a): return a / 0 + a.b", "warm-up")
    arguments = (TensorState(torch.ones(2)),)
    rows, tail = encode_asks([Call("_f", arguments), Call("_g", arguments), Read("_f")])
    asks = decode_asks(rows, tail)
    answers = Answering(cell_of=shell.cell_of).answer_all(asks, shell.user_ns)
    decode_outcomes(*encode_outcomes(answers))


def restore_site_builtins() -> None:
    """``help``, ``copyright`` and the like, which Python started without ``site`` lacks."""
    if not hasattr(builtins, "help"):
        import site

        site.setquit()
        site.setcopyright()
        site.sethelper()


def be_interpreter(executable: str, prefix: str) -> None:
    """Tell student code of this Python what a kernel would, and nothing of how it was started."""
    sys.executable = executable
    sys.prefix = sys.exec_prefix = prefix
    packages = next((path for path in sys.path if path.endswith("site-packages")), prefix)
    sys.argv[:] = [f"{packages}/ipykernel_launcher.py", "-f", "/tmp/kernel.json"]
    sys.orig_argv[:] = [executable, "-m", "ipykernel_launcher", *sys.argv[1:]]
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # what stands in for one may not be reconfigured
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def freeze() -> int:
    """Make forks cheap: no garbage collection of what exists, huge pages for the heap.

    The collector alone would copy the heap in every child, and small pages make a fork and its end
    several times as long. Where the kernel cannot collapse pages nothing is lost but time.

    Returns: how many huge pages the heap now has.
    """
    gc.collect()
    gc.freeze()
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    collapsed = 0
    for line in Path("/proc/self/maps").read_text().splitlines():
        parts = line.split()
        is_private = parts[1] == "rw-p"
        is_heap = len(parts) <= 5 or parts[5] == "[heap]"
        if not (is_private and is_heap):
            continue
        start, end = (int(part, 16) for part in parts[0].split("-"))
        first_whole = -(-start // _HUGE) * _HUGE
        for address in range(first_whole, end - _HUGE + 1, _HUGE):
            if madvise(address, _HUGE, _MADV_COLLAPSE) == 0:
                collapsed += 1
    return collapsed
