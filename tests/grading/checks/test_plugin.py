"""What an examiner hears of a course's checks, however their functions are written."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from course.minimal import EXERCISE, GRADER, course_files, replaced, write_course
from gradeprop.course.load import load_course
from gradeprop.grading.checks.leniency import tolerances_of
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.pytest_run import run_pytest
from gradeprop.grading.checks.sites import GraderCodeError
from gradeprop.grading.checks.watch import Watch

HEAD = "import pytest\nfrom gradeprop.gradients import Fixed\n\n"
PLAIN = """
def test_{name}(student, reference, device):
    reference.expect(student.call("f", reference.inputs((2,)))).to_match(Fixed(1.0))
"""
WITH_ITS_OWN_FIXTURE = """
@pytest.fixture
def size():
    yield 2


def test_{name}(student, reference, device, size):
    reference.expect(student.call("f", reference.inputs((size,)))).to_match(Fixed(1.0))
"""


class Listener:
    """An examiner that fails every check and writes down what it hears."""

    subjects = 3

    def __init__(self, unmet: Any = None) -> None:
        self.unmet = unmet
        self.watch = Watch()
        self.heard = []
        self.places = set()
        self.scripts = []
        self.foreseen: Any = None

    def wanted(self, site: Any) -> bool:
        return site.part.part == "by_hand"

    def seed(self, subject: Any, site: Any, attempt: Any) -> Any:
        return f"{subject} {site.check.check} {attempt}".encode()

    def prerequisite(self, _subject: Any, site: Any, _device: Any) -> Any:
        return "not yet" if site.check.check == self.unmet else None

    def foresee(self, checks: Any) -> None:
        self.foreseen = []
        for subject, site, write in checks:
            assert subject == 0
            try:
                asks = [ask.name for ask in write(0).asks]
            except GraderCodeError as error:
                asks = str(error).splitlines()[0]
            self.foreseen.append((site.check.check, asks))

    def examine(self, subject: Any, site: Any, _device: Any, write: Any) -> str:
        script = write(0)
        self.heard.append((subject, site.check.check))
        self.scripts.append(script)
        return "wrong"

    def fault(self, subject: Any, site: Any, _device: Any, error: Any) -> None:
        self.heard.append((subject, site.check.check, error.splitlines()[-1]))
        self.places.add(error.partition(": ")[0])

    def finished(self, subject: Any) -> None:
        self.heard.append((subject, "finished"))


def listened(tmp_path: Path, first: Any, second: Any, unmet: Any = None) -> Any:
    text = HEAD + first.format(name="shape") + second.format(name="matches_autograd")
    course = load_course(write_course(tmp_path, {GRADER: text}))
    examiner = Listener(unmet)
    plugin = GradingPlugin(course, course.assignments[0], ("cpu",), examiner)
    assert not run_pytest(course, course.assignments[0].exercises, plugin)
    return examiner


def heard(tmp_path: Path, first: Any, second: Any, unmet: Any = None) -> Any:
    return listened(tmp_path, first, second, unmet).heard


@pytest.mark.parametrize("first", [PLAIN, WITH_ITS_OWN_FIXTURE])
@pytest.mark.parametrize("second", [PLAIN, WITH_ITS_OWN_FIXTURE])
def test_checks_are_examined_subject_by_subject(tmp_path: Path, first: Any, second: Any) -> None:
    assert heard(tmp_path, first, second) == [
        (subject, what)
        for subject in range(3)
        for what in ("shape", "matches_autograd", "finished")
    ]  # fmt: skip


def test_the_way_a_check_is_run_makes_no_difference_to_its_inputs(tmp_path: Path) -> None:
    plain = listened(tmp_path / "plain", PLAIN, PLAIN).scripts
    fixture = listened(tmp_path / "fixture", PLAIN, WITH_ITS_OWN_FIXTURE).scripts
    for mine, theirs in zip(plain, fixture, strict=True):
        assert mine.asks[0].arguments[0].value.equal(theirs.asks[0].arguments[0].value)


@pytest.mark.parametrize("beside", [PLAIN, WITH_ITS_OWN_FIXTURE])
def test_a_check_whose_prerequisite_failed_is_not_examined(tmp_path: Path, beside: Any) -> None:
    found = heard(tmp_path, beside, PLAIN, unmet="matches_autograd")
    assert found == [(subject, what) for subject in range(3) for what in ("shape", "finished")]


@pytest.mark.parametrize("beside", [PLAIN, WITH_ITS_OWN_FIXTURE])
@pytest.mark.parametrize(
    ("body", "last_line"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("pytest.fail('on purpose')", "Failed: on purpose"),
        ("raise BaseException('of any kind')", "BaseException: of any kind"),
        ("raise AssertionError('no')", "AssertionError: no"),
        ("pass", "ValueError: the check expects nothing: call reference.expect(...).to_match(...)"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("raise SystemExit", "SystemExit"),
        ("pytest.skip('today')", "Skipped: today"),
        ("pytest.exit('at once')", "_pytest.outcomes.Exit: at once"),
    ],
)
def test_a_graders_fault_is_told_and_leaving_or_skipping_a_check_is_one(
    tmp_path: Path, beside: Any, body: str, last_line: str
) -> None:
    broken = f"\ndef test_{{name}}(student, reference):\n    {body}\n"
    found = heard(tmp_path, beside, broken)
    assert [item for item in found if item[0] == 1] == [
        (1, "shape"),
        (1, "matches_autograd", last_line),
        (1, "finished"),
    ]


@pytest.mark.parametrize(
    ("mark", "parameter", "why"),
    [
        ("skip", "", "unconditional skip"),
        ("parametrize('n', [])", ", n", "got empty parameter set"),
        ("skipif(True, reason='never')", "", "never"),
    ],
)
def test_a_check_that_its_marks_keep_from_running_is_a_fault_at_its_place(
    tmp_path: Path, mark: str, parameter: str, why: str
) -> None:
    head = f"@pytest.mark.{mark}\ndef test_{{name}}(student, reference{parameter}):\n"
    check = f"\n{head}    reference.expect(student.value('x')).to_match(Fixed(1.0))\n"
    listener = listened(tmp_path, PLAIN, check)
    found = [item for item in listener.heard if item[0] == 1]
    assert [what for _, what, *_ in found] == ["shape", "matches_autograd", "finished"]
    assert why in found[1][2]
    assert listener.places == {f"{GRADER}:9"}


@pytest.mark.parametrize("beside", [PLAIN, WITH_ITS_OWN_FIXTURE])
def test_a_check_with_parameters_is_examined_for_each(tmp_path: Path, beside: Any) -> None:
    check = """
@pytest.mark.parametrize("n", [2, 3])
def test_{name}(student, reference, n):
    reference.expect(student.call("f", reference.inputs((n,)))).to_match(Fixed(1.0))
"""
    found = listened(tmp_path, beside, check)
    sizes = [script.asks[0].arguments[0].value.numel() for script in found.scripts]
    assert sizes == [2, 2, 3] * 3


@pytest.mark.parametrize("beside", [PLAIN, WITH_ITS_OWN_FIXTURE])
def test_an_interrupt_ends_the_run(tmp_path: Path, beside: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        heard(
            tmp_path,
            beside,
            "\ndef test_{name}(student, reference):\n    raise KeyboardInterrupt\n",
        )


def test_an_exercises_tolerances_win_over_the_courses(tmp_path: Path) -> None:
    both = "tolerances: {float32: {rtol: 1e-3}, float64: {rtol: 1e-7}}\n"
    changes = {"course.yaml": course_files()["course.yaml"] + both}
    own = "points: 3\ntolerances: {float32: {rtol: 2e-5, atol: 1e-9}}\n"
    changes |= replaced(EXERCISE, "points: 3\n", own)
    course = load_course(write_course(tmp_path, changes))
    square, sign = course.assignments[0].exercises
    assert tolerances_of(course, square) == {"float32": (2e-5, 1e-9), "float64": (1e-7, 0.0)}
    assert tolerances_of(course, sign) == {"float32": (1e-3, 0.0), "float64": (1e-7, 0.0)}


def test_what_plain_checks_ask_is_foreseen(tmp_path: Path) -> None:
    assert listened(tmp_path, PLAIN, PLAIN).foreseen == [
        ("shape", ["f"]),
        ("matches_autograd", ["f"]),
    ]


def test_a_check_with_a_fixture_of_its_own_may_ask_anything(tmp_path: Path) -> None:
    assert listened(tmp_path, PLAIN, WITH_ITS_OWN_FIXTURE).foreseen is None


def test_a_check_that_cannot_be_written_is_told_at_its_turn(tmp_path: Path) -> None:
    raises = "def test_{name}(student, reference):\n    student.call('f')\n    raise KeyError(5)\n"
    examiner = listened(tmp_path, PLAIN, raises)
    assert examiner.foreseen[0] == ("shape", ["f"])
    assert examiner.foreseen[1][1].endswith("KeyError: 5")
    assert (0, "matches_autograd", "KeyError: 5") in examiner.heard


SHARING = """
from graders.shared.numbers import N

def test_{name}(student, reference, device):
    reference.expect(student.value("w")).to_match(Fixed(N))
"""


def test_graders_share_helpers_and_courses_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other in one process, and beside a package of the same name."""
    other = ModuleType("graders")
    monkeypatch.setitem(sys.modules, "graders", other)
    expected = []
    for number in (1.0, 2.0):
        root = tmp_path / str(number)
        text = HEAD + SHARING.format(name="shape") + SHARING.format(name="matches_autograd")
        course = load_course(
            write_course(root, {GRADER: text, "graders/shared/numbers.py": f"N = {number}\n"})
        )
        examiner = Listener()
        plugin = GradingPlugin(course, course.assignments[0], ("cpu",), examiner)
        assert not run_pytest(course, course.assignments[0].exercises, plugin)
        expected += {probe.answer for script in examiner.scripts for probe in script.probes}
    assert expected == [1.0, 2.0]
    assert sys.modules["graders"] is other
    assert not [name for name in sys.modules if name.startswith("graders.")]


def test_options_for_the_pytest_of_whoever_grades_take_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {
        "PYTEST_ADDOPTS": "-v --strict-config -k nothing",
        "PYTEST_PLUGINS": "absent_plugin",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "0",
    }
    for name, value in before.items():
        monkeypatch.setenv(name, value)
    assert heard(tmp_path / "with", PLAIN, PLAIN)
    assert {name: os.environ.get(name) for name in before} == before
