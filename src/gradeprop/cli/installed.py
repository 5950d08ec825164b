"""What must be installed for whom, and what to do where it is not."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from gradeprop.errors import MissingFacility

FOR_STUDENTS: Final = ("torch", "numpy", "ipython")
FOR_INSTRUCTORS: Final = (
    "pytest", "pyyaml", "pydantic", "jinja2", "markupsafe", "pygments", "nbformat", "nbconvert",
    "nbgrader", "alembic", "sqlalchemy", "traitlets", "orjson", "ipykernel", "matplotlib",
    "contourpy", "watchfiles", "pillow", "textual", "markdown-it-py",
)  # fmt: skip
"""The packages of ``gradeprop[grade]`` on every system."""

INSTALL_GRADE: Final = "pip install 'gradeprop[grade]'"
INSTALL_DASK: Final = "pip install 'gradeprop[dask]'"
INSTALL_CANVAS: Final = "pip install 'gradeprop[canvas]'"
FOR_CANVAS: Final = ("canvasapi", "requests")
# Modules that are called otherwise than their package.
_MODULES: Final = {
    "yaml": "pyyaml",
    "pydantic_core": "pydantic",
    "IPython": "ipython",
    "markdown_it": "markdown-it-py",
    "pyseccomp": "pyseccomp",
}


def version_of(package: str) -> str | None:
    """The version that is installed; None if it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def is_intel_mac() -> bool:
    return platform.system() == "Darwin" and platform.machine() == "x86_64"


def install_torch() -> str:
    """How to get torch on this machine."""
    if is_intel_mac():
        return (
            "from 2.3 on PyTorch has no packages for Macs with Intel processors: open the notebook"
            " on Colab, or take conda-forge's pytorch"
        )
    return "pip install torch"


def told(absent: ModuleNotFoundError) -> MissingFacility | None:
    """What to say where a module is missing; None if it is none that an installation should have
    had."""
    module = (absent.name or "").partition(".")[0]
    package = _MODULES.get(module, module)
    if package == "torch":
        return MissingFacility("torch is not installed", remedy=install_torch())
    if package in FOR_STUDENTS:
        return MissingFacility(f"{package} is not installed", remedy=f"pip install {package}")
    if package in FOR_CANVAS:
        return MissingFacility(f"{package} is not installed", remedy=INSTALL_CANVAS)
    if package in (*FOR_INSTRUCTORS, "pyseccomp"):
        return MissingFacility(
            f"this needs more than a student's installation ({package} is missing)",
            remedy=INSTALL_GRADE,
        )
    return None
