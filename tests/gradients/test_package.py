from __future__ import annotations

import subprocess
import sys
from typing import Any

LIGHT = ["gradeprop.gradients", "gradeprop.gradients.values"]


def loaded(statement: Any) -> Any:
    program = f"{statement}\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_package_is_cheap_to_import() -> None:
    found = loaded("import " + ", ".join(LIGHT))
    assert not found & {"torch", "numpy", "pydantic", "yaml"}


def test_problems_come_from_the_package() -> None:
    found = loaded("from gradeprop.gradients import Descent, Field, Fixed, Gradient, Rule")
    assert "torch" in found


def test_the_students_side_needs_torch_only() -> None:
    found = loaded(
        "import gradeprop.gradients.diagnosis.diagnose, gradeprop.gradients.comparison.tolerance"
    )
    assert not found & {"pydantic", "yaml", "pytest", "nbgrader", "jinja2", "nbformat"}
