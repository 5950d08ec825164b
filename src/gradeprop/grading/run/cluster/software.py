"""What must be the same on all machines for results to be the same."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from gradeprop.own_code import code_digest
from gradeprop.version import __version__

__all__ = ["differences", "software"]

_PACKAGES: Final = ("torch", "ipython", "distributed")
_TOLD: Final = 12
"""Characters of a digest, enough for a person to see that two are not the same."""


def software() -> dict[str, str]:
    """Versions here, by name, without importing what is looked for."""
    return {
        "gradeprop": __version__,
        "gradeprop's files": code_digest()[:_TOLD],
        "Python": ".".join(map(str, sys.version_info[:2])),
        "processor": platform.machine(),
    } | {name: _installed(name) for name in _PACKAGES}


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def differences(there: Mapping[str, str]) -> str:
    """What a worker has otherwise, in words; empty if it has the same."""
    here = software()
    return ", ".join(
        f"{name} {there.get(name, 'none')} there and {here[name]} here"
        for name in here
        if there.get(name) != here[name]
    )
