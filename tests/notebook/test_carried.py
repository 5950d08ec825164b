"""Where gradeprop is not installed, or another version of it, a notebook uses the one that it carries."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import gradeprop
from gradeprop.notebook import carried
from gradeprop.notebook.packing import packed
from gradeprop.notebook.setup_cell import setup_source
from gradeprop.version import __version__

ABSENT = """
import importlib.abc, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "gradeprop":
            raise ModuleNotFoundError("No module named 'gradeprop'", name=name)

sys.meta_path.insert(0, Refuse())
"""
CELL = setup_source((), {}, package=packed()).replace("import torch\n", "")
OTHER = CELL.replace(f'"{__version__}", "', '"9.9.9", "')
RESULT = """
import inspect
from gradeprop import errors
print(gp.__file__)
print(gp.load_samples.__module__, errors.GradepropError.__module__)
print(inspect.getsource(gp.check).splitlines()[0])
"""


def run(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-"],
        input=code,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_without_gradeprop_the_cell_brings_its_own() -> None:
    loading, ready, file, modules, source = run(f"{ABSENT}\n{CELL}\n{RESULT}")
    assert (loading, ready) == ("Loading PyTorch …", f"✓ Ready. gradeprop {__version__}")
    assert file == f"gradeprop {__version__}/__init__.py"  # in a traceback, no cell
    assert modules == "gradeprop gradeprop.errors"
    assert source.startswith("def check(")


def test_with_the_same_version_the_installed_one_is_used() -> None:
    _, ready, file, *_ = run(f"{CELL}\n{RESULT}")
    assert ready == f"✓ Ready. gradeprop {__version__}"
    assert file.endswith("src/gradeprop/__init__.py".replace("/", os.sep))


def test_with_another_version_the_carried_one_is_used_and_that_is_said() -> None:
    _, said, _, file, *_ = run(f"import gradeprop.errors\n{OTHER}\n{RESULT}")
    assert said == (
        f"Here gradeprop {__version__} is installed. This notebook uses the 9.9.9 in it."
    )
    assert file == "gradeprop 9.9.9/__init__.py"


def test_an_earlier_state_of_the_same_version_that_lacks_what_cells_call_is_not_used() -> None:
    earlier = "import gradeprop\ndel gradeprop.load_samples"
    _, said, _, file, *_ = run(f"{earlier}\n{CELL}\n{RESULT}")
    assert said == (
        f"Here another gradeprop {__version__} is installed. "
        f"This notebook uses the {__version__} in it."
    )
    assert file == f"gradeprop {__version__}/__init__.py"


def test_what_cells_call_is_all_that_the_package_offers() -> None:
    assert {"__version__", *carried.CALLED} == set(gradeprop.__all__)


def test_run_again_the_cell_keeps_what_is_there_and_another_cells_package_replaces_it() -> None:
    again = f"first = gp\n{CELL}\nprint(first is gp)"
    assert run(f"{ABSENT}\n{CELL}\n{again}")[-1] == "True"
    newer = CELL.replace(packed().digest, "0" * 12)
    replaced = f"{newer}\nprint(first is gp, sum(hasattr(f, 'digest') for f in sys.meta_path))"
    assert run(f"{ABSENT}\n{CELL}\nfirst = gp\n{replaced}")[-1] == "False 1"


def test_a_broken_installation_is_none() -> None:
    broken = "import sys, types; sys.modules['gradeprop.version'] = types.ModuleType('x')"
    assert run(f"{broken}\n{CELL}\n{RESULT}")[-3] == f"gradeprop {__version__}/__init__.py"


def test_an_installation_that_lacks_a_module_is_none() -> None:
    for name in ("gradeprop.grading.public.progress", "gradeprop.gradients"):
        lacking = f"{ABSENT}\n".replace(
            'name.partition(".")[0] == "gradeprop"', f"name == {name!r}"
        )
        assert run(f"{lacking}\n{CELL}\n{RESULT}")[1:4] == [
            f"Here another gradeprop {__version__} is installed. This notebook uses the "
            f"{__version__} in it.",
            f"✓ Ready. gradeprop {__version__}",
            f"gradeprop {__version__}/__init__.py",
        ]


def test_a_python_that_is_too_old_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carried, "_OLDEST", (99, 1))
    with pytest.raises(RuntimeError, match=r"needs Python 99\.1 or newer.*choose another kernel"):
        carried.use({}, "1", "0")
