"""The environment variables of the warm process: nothing of the caller's is among them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["environment"]


def environment(home: str, programs: Sequence[str], *, gpu: bool) -> dict[str, str]:
    """All environment variables of the warm process.

    Args:
        home: the folder in which it may write.
        programs: where commands are looked for before the system's folders.
        gpu: whether it may see a GPU.
    """
    bash = Path("/bin/bash")
    variables = {
        "PATH": ":".join([*programs, "/usr/local/bin", "/usr/bin", "/bin"]),
        # A notebook's `!command` goes to the user's shell, which nearly everywhere is this one.
        "SHELL": str(bash) if bash.exists() else "/bin/sh",
        "HOME": home,
        # torch 2.11 asks the system who it is, and the user of student code may have no name.
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        # More than one OpenMP thread before a fork hangs the children.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "XDG_CACHE_HOME": f"{home}/cache",
        "IPYTHONDIR": f"{home}/ipython",
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
        # There is no network; `%pip install` is to notice at once.
        "PIP_RETRIES": "0",
        "PIP_DEFAULT_TIMEOUT": "1",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # As in a kernel.
        "PAGER": "cat",
        "GIT_PAGER": "cat",
        "TERM": "xterm-color",
        "CLICOLOR": "1",
    }
    if gpu:
        # What CUDA caches in the home folder would be taken for files of the notebook's.
        variables |= {"CUDA_CACHE_DISABLE": "1", "USE_PYTORCH_KERNEL_CACHE": "0"}
    else:
        variables["CUDA_VISIBLE_DEVICES"] = ""
    return variables
