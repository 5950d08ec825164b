"""In a student's notebook: import gradeprop from the sources that the set-up cell carries.

The cell runs this file's own text, which travels with the others; nothing is installed, and nothing
is written to a disk. Standard library only."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.abc import ExecutionLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from types import ModuleType
from typing import Any

_NAME = "gradeprop"
_OLDEST = (3, 10)
# What a notebook's cells call. An earlier state of the same version may lack some of it.
CALLED = ("check", "load_public_checks", "load_samples", "progress")


class Carried(ExecutionLoader, MetaPathFinder):
    """Finds and loads the modules of one package.

    Their file names begin with no ``<``: a traceback takes those for cells."""

    def __init__(self, files: Mapping[str, str], version: str, digest: str) -> None:
        """``files``: the source by path, like ``gradeprop/errors.py``."""
        self.files = files
        self.version = version
        self.digest = digest
        self.paths = {_module(path): path for path in files}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        return spec_from_loader(fullname, self) if fullname in self.paths else None

    def is_package(self, fullname: str) -> bool:
        return self.paths[fullname].endswith("/__init__.py")

    def get_filename(self, fullname: str) -> str:
        return self.paths[fullname].replace(_NAME, f"{_NAME} {self.version}", 1)

    def get_source(self, fullname: str) -> str:
        return self.files[self.paths[fullname]]


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def use(files: Mapping[str, str], version: str, digest: str) -> ModuleType:
    """The installed package if it is of the same version, else the carried one.

    Args:
        files: sources by path.
        version, digest: theirs.

    Raises:
        RuntimeError: this Python is too old for them.
    """
    if sys.version_info < _OLDEST:
        raise RuntimeError(
            f"this notebook needs Python {'.'.join(map(str, _OLDEST))} or newer, and this is "
            f"Python {sys.version.split()[0]}: choose another kernel, or ask your teacher"
        )
    # Of this cell, run before: its class was another one.
    earlier = [finder for finder in sys.meta_path if hasattr(finder, "digest")]
    found = _version()
    same = digest in map(_digest, earlier) if earlier else found == version and _is_whole(files)
    if not same:
        for finder in earlier:
            sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] == _NAME]:
            del sys.modules[name]
        sys.meta_path.insert(0, Carried(files, version, digest))
        if found is not None and not earlier:
            what = f"another gradeprop {found}" if found == version else f"gradeprop {found}"
            print(f"Here {what} is installed. This notebook uses the {version} in it.")
    return import_module(_NAME)


def _digest(finder: Any) -> Any:
    return finder.digest


def _is_whole(files: Mapping[str, str]) -> bool:
    """Whether the package that is there has all these modules and what a notebook calls: an
    installation can be cut short, or be from before its version was counted on."""
    try:
        there = all(find_spec(_module(path)) is not None for path in files)
        return there and all(hasattr(import_module(_NAME), name) for name in CALLED)
    except Exception:  # what lies around a module is not there, or broken
        return False


def _version() -> str | None:
    """Of the package that is there without the notebook."""
    try:
        version: str = import_module(f"{_NAME}.version").__version__
    except Exception:  # not there, or there and broken
        return None
    return version
