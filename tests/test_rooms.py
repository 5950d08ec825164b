"""What import contracts cannot say about the rooms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp

from gradeprop.notebook.packing import student_modules

ROOT = Path(__file__).parents[1]
# All that a student's notebook may need of others, besides Python's own library.
FOR_STUDENTS = {"torch", "IPython", "numpy"}


def student_files() -> tuple[set[str], set[str]]:
    script = (
        "import sys; sys.path.insert(0, 'scripts'); import student_files;"
        "ours, others = student_files.needed(); print(*sorted(ours)); print(*sorted(others))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    ours, others = done.stdout.splitlines()
    return set(ours.split()), set(others.split())


def test_a_students_notebook_needs_nothing_but_torch_numpy_and_ipython() -> None:
    _, others = student_files()
    assert {name for name in others if name not in sys.stdlib_module_names} <= FOR_STUDENTS


def test_of_our_own_it_needs_judging_and_no_grading_run() -> None:
    ours, _ = student_files()
    rooms = {".".join(module.split(".")[:3]) for module in ours}
    assert rooms == {
        "gradeprop",
        "gradeprop.course.facts",
        "gradeprop.course.fault_names",
        "gradeprop.course.keys",
        "gradeprop.course.limits",
        "gradeprop.course.options",
        "gradeprop.course.nearest",
        "gradeprop.course.rule_words",
        "gradeprop.errors",
        "gradeprop.gradients.answer",
        "gradeprop.gradients.comparison",
        "gradeprop.gradients.diagnosis",
        "gradeprop.gradients.inputs",
        "gradeprop.gradients.placing",
        "gradeprop.gradients.problems",
        "gradeprop.gradients.values",
        "gradeprop.grading.checks",
        "gradeprop.grading.plots",
        "gradeprop.grading.public",
        "gradeprop.grading.result",
        "gradeprop.notebook.carried",
        "gradeprop.session.interface",
        "gradeprop.session.kept_builtins",
        "gradeprop.session.kernel",
        "gradeprop.session.messages",
        "gradeprop.session.questions",
        "gradeprop.session.unkept",
        "gradeprop.session.student",
        "gradeprop.session.wire",
        "gradeprop.version",
        "gradeprop.wording",
    }


def test_a_notebook_carries_every_module_that_a_check_imports_and_their_packages() -> None:
    needed, _ = student_files()
    packages = {name.rpartition(".")[0] for name in needed} - {""}
    inner = {name.rpartition(".")[0] for name in packages} - {""}
    assert student_modules() == needed | packages | inner


def test_nothing_below_the_command_line_imports_the_package_root() -> None:
    graph = grimp.build_graph("gradeprop")
    above = {name for name in graph.modules if name.startswith("gradeprop.cli.")}
    importers = graph.find_modules_that_directly_import("gradeprop")
    assert importers <= above | {"gradeprop.records.bundles.packing"}  # it packs the package
