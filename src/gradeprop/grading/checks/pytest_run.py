"""One run of the graders by pytest, undisturbed by what surrounds it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from gradeprop.course.model import Course, LoadedExercise
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.target import STATED

_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
_OF_THE_SURROUNDINGS = (_AUTOLOAD, "PYTEST_ADDOPTS", "PYTEST_PLUGINS")


def run_pytest(
    course: Course, exercises: Sequence[LoadedExercise], plugin: GradingPlugin
) -> Mapping[str, str]:
    """Run the graders of these exercises once; return collection errors by file, empty if all is
    well.

    Nothing of the surroundings takes part: no conftest, no ini file, no other plugin, no cache.

    Raises:
        KeyboardInterrupt: the run was interrupted.
        Exception: what the examiner raised when it was told that a subject is finished.
    """
    paths = [str(Path(course.root) / item.grader) for item in exercises if item.has_tests]
    if any(item.stated for item in exercises):
        paths.append(str(STATED))
    arguments = [
        *paths,
        "--noconftest",
        "--continue-on-collection-errors",
        "--import-mode=importlib",
        "--rootdir",
        course.root,
        "-c",
        os.devnull,
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:logging",
        "-p",
        "no:faulthandler",
        "-p",
        "no:warnings",
        "-p",
        "no:unraisableexception",
        "-p",
        "no:threadexception",
        "-p",
        "no:capture",
        "--assert=plain",
    ]
    with _undisturbed(course.root):
        code = pytest.main(arguments, plugins=[plugin])
    if plugin.escaped is not None:
        raise plugin.escaped
    if code == pytest.ExitCode.INTERRUPTED and not plugin.collection_errors:
        raise KeyboardInterrupt
    return plugin.collection_errors


@contextmanager
def _undisturbed(root: str) -> Iterator[None]:
    """Keep a run of the graders from what surrounds it, and the surroundings from the run.

    Plugins that happen to be installed cost time and may change what a failure means; byte code
    does not belong in a course folder; and a grader's module must not be found again by the next
    run, which may have another course or another version of the same file under the same name."""
    graders = Path(root) / "graders"
    before = set(sys.modules)
    others = {name: sys.modules.pop(name) for name in before if _is_of_graders(name)}
    variables = {name: os.environ.pop(name, None) for name in _OF_THE_SURROUNDINGS}
    bytecode = sys.dont_write_bytecode
    os.environ[_AUTOLOAD] = "1"
    sys.dont_write_bytecode = True
    # So that graders find graders/shared/, and no other package of that name.
    package = ModuleType("graders")
    vars(package)["__path__"] = [str(graders)]
    sys.modules["graders"] = package
    try:
        yield
    finally:
        sys.dont_write_bytecode = bytecode
        del os.environ[_AUTOLOAD]
        os.environ.update({name: text for name, text in variables.items() if text is not None})
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if _is_of_graders(name) or (file and Path(file).is_relative_to(graders)):
                del sys.modules[name]
        sys.modules.update(others)


def _is_of_graders(module: str) -> bool:
    return module.partition(".")[0] == "graders"
