"""The environment variables of the warm process: nothing of the caller's is among them."""

from __future__ import annotations

__all__ = ["environment"]


def environment(home: str, *, gpu: bool) -> dict[str, str]:
    """All environment variables of the warm process.

    Args:
        home: the folder in which it may write.
        gpu: whether it may see a GPU.
    """
    variables = {
        "PATH": "/usr/bin:/bin",
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
        "IPYTHONDIR": f"{home}/ipython",
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
        # There is no network; `%pip install` is to notice at once.
        "PIP_RETRIES": "0",
        "PIP_DEFAULT_TIMEOUT": "1",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PAGER": "cat",
        "TERM": "dumb",
    }
    if gpu:
        # What CUDA caches in the home folder would be taken for files of the notebook's.
        variables |= {"CUDA_CACHE_DISABLE": "1", "USE_PYTORCH_KERNEL_CACHE": "0"}
    else:
        variables["CUDA_VISIBLE_DEVICES"] = ""
    return variables
