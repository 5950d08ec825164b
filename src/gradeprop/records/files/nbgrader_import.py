"""nbgrader's import, without what makes it slow and is of no use here."""

from __future__ import annotations

import importlib
import sys
from typing import Any, Final

__all__ = ["import_nbgrader"]

_GRAMMAR: Final = "rfc3987_syntax"


def import_nbgrader() -> None:
    """Import ``nbgrader.api``.

    It imports jsonschema, and that, where it is installed with all its formats, a package that
    works out a grammar of web addresses as it is imported, which takes longer than nbgrader itself.
    jsonschema goes without if it is not there, and nothing that is read here has such a format."""
    if "nbgrader.api" in sys.modules:
        return
    modules: dict[str, Any] = sys.modules
    hidden = _GRAMMAR not in modules
    if hidden:
        modules[_GRAMMAR] = None  # so that importing it fails
    try:
        importlib.import_module("nbgrader.api")
    finally:
        if hidden:
            del modules[_GRAMMAR]
