"""The pytest plugin: one pytest session judges many submissions.

A `pytest.main` per submission costs more than the student's own code, so submissions are a
parameter of the tests. Items are ordered by submission, then device, then by the check's turn:
public ones first, then by its place in the notebook."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from gradeprop.course.model import (
    ChoicePart,
    Course,
    LoadedAssignment,
    LoadedExercise,
    PredictionPart,
)
from gradeprop.course.stated import StatedAnswer, answers_of
from gradeprop.gradients.comparison.tolerance import Tolerances
from gradeprop.grading.checks import stated_check
from gradeprop.grading.checks.blame import told
from gradeprop.grading.checks.plain import FIXTURES, TARGET, CheckNotPassedError, is_plain
from gradeprop.grading.checks.script import Reference, Script, Student
from gradeprop.grading.checks.sites import CheckSite, Examiner, GraderCodeError, Write, check_sites

Devices: TypeAlias = tuple[str, ...]


STATED = Path(stated_check.__file__).resolve()
"""The grader of all checks that have no test."""

_SITE = pytest.StashKey[CheckSite]()


def tolerances_of(course: Course, exercise: LoadedExercise) -> Tolerances:
    """The exercise's overrides on the course's."""
    merged = {**course.spec.tolerances, **exercise.spec.tolerances}
    return {dtype: (spec.rtol, spec.atol) for dtype, spec in merged.items()}


@dataclass(frozen=True)
class _Target:
    """Whose work is judged where; of `STATED`, also by which check."""

    subject: int
    device: str
    site: CheckSite | None = None


class GradingPlugin:
    """Registered with `pytest.main`; hands every check's script to an `Examiner`."""

    def __init__(
        self, course: Course, assignment: LoadedAssignment, devices: Devices, examiner: Examiner
    ) -> None:
        self.course = course
        self.devices = devices
        self.examiner = examiner
        self.collection_errors: dict[str, str] = {}
        self.escaped: Exception | None = None
        self._all_plain = False
        self._sites: dict[tuple[Path, str], CheckSite] = {
            ((Path(course.root) / site.exercise.grader).resolve(), f"test_{site.check.check}"): site
            for site in check_sites(assignment)
            if site.check.check not in site.exercise.stated
        }
        self._stated = [
            site for site in check_sites(assignment) if site.check.check in site.exercise.stated
        ]
        self._files = {
            (Path(course.root) / exercise.grader).resolve(): number
            for number, exercise in enumerate(assignment.exercises)
        }
        self._shared: dict[tuple[tuple[str, str], str, int], Script] = {}
        self._tolerances = {
            exercise.slug: tolerances_of(course, exercise) for exercise in assignment.exercises
        }

    # --- fixtures ---------------------------------------------------------------------------------

    @pytest.fixture(autouse=True)
    def gradeprop_target(self, request: pytest.FixtureRequest) -> _Target:
        target: _Target = request.param
        return target

    @pytest.fixture
    def device(self, gradeprop_target: _Target) -> str:
        """``"cpu"`` or ``"cuda"``."""
        return gradeprop_target.device

    @pytest.fixture
    def student(self, gradeprop_target: _Target) -> Student:
        """Asks about the student's work; see `gradeprop.grading.checks.script.Student`."""
        return Student(gradeprop_target.device)

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest, gradeprop_target: _Target) -> Reference:
        """Hidden inputs and expectations; see `gradeprop.grading.checks.script.Reference`."""
        return self._reference(self._site(request.node), gradeprop_target, attempt=0)

    @pytest.fixture
    def stated(self, gradeprop_target: _Target) -> tuple[StatedAnswer, ...]:
        """What the solution states, for a check that has no test; see `STATED`."""
        return _stated(gradeprop_target)

    # --- collection -------------------------------------------------------------------------------

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        of_stated = Path(metafunc.module.__file__ or "").resolve() == STATED
        sites: Sequence[CheckSite | None] = self._stated if of_stated else (None,)
        targets = [
            _Target(subject, device, site)
            for subject in range(self.examiner.subjects)
            for device in self.devices
            for site in sites
        ]
        ids = [_id(target) for target in targets]
        metafunc.parametrize(TARGET, targets, ids=ids, indirect=True)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = []
        files = {path: path.resolve() for path in {item.path for item in items}}
        for item in items:
            name = getattr(item, "originalname", item.name)
            site = _target(item).site or self._sites.get((files[item.path], name))
            if site is not None and self.examiner.wanted(site):
                item.stash[_SITE] = site
                device = self.devices.index(_target(item).device)
                kept.append((_target(item).subject, device, site.turn, item))
        kept.sort(key=lambda entry: entry[:3])
        items[:] = [entry[3] for entry in kept]
        self._all_plain = all(map(is_plain, items))

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        imported = self._files.get(collector.path.resolve())
        if isinstance(collector, pytest.Module) and imported is not None:
            self.examiner.watch.imports(imported)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        try:
            return (yield)
        except SystemExit as error:  # pytest would end with it, and all other files with that
            text = told(error, collector.nodeid, collector.path)
            return pytest.CollectReport(collector.nodeid, "failed", text, [])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.collection_errors[report.nodeid] = str(report.longrepr)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        # Nobody reads pytest's picture of a failed check, and drawing it costs more than the check.
        # What failed to be collected has been drawn by now.
        session.config.option.tbstyle = "no"
        if self._all_plain:
            self.examiner.foresee(self._each_check(session.items))

    # --- running ----------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        """Plain checks need nothing of what pytest does around a test, which takes longer than they
        do. It must do so for all tests or for none, since it puts away after one what the next does
        not need."""
        if not self._all_plain:
            return None
        assert isinstance(item, pytest.Function)
        try:
            if self._prerequisite(item) is None:
                self._examine(item)
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # whatever a grader may raise, as in pytest
            self._blame(item, error)
        self._finish(item, nextitem)
        return True

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        reason = self._prerequisite(item)
        if reason is not None:
            pytest.skip(reason)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        if inspect.iscoroutinefunction(pyfuncitem.obj):
            return None  # pytest says best what is wrong with it
        reason = self._examine(pyfuncitem)
        if reason is not None:
            raise CheckNotPassedError(reason)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        error = call.excinfo
        if error is None or error.errisinstance(KeyboardInterrupt):
            return None
        if error.errisinstance(CheckNotPassedError):
            # Nobody reads pytest's own report of it, with a traceback that costs more than the
            # check.
            said = str(error.value)
            return pytest.TestReport(
                item.nodeid, item.location, {}, "failed", said, "call", (), call.duration
            )
        self._blame(item, error.value)
        return None

    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        self._finish(item, nextitem)

    # --- helpers ----------------------------------------------------------------------------------

    def _prerequisite(self, item: pytest.Item) -> str | None:
        target = _target(item)
        return self.examiner.prerequisite(target.subject, self._site(item), target.device)

    def _each_check(self, items: Sequence[pytest.Item]) -> list[tuple[int, CheckSite, Write]]:
        found: dict[tuple[str, str], tuple[int, CheckSite, Write]] = {}
        for item in items:
            assert isinstance(item, pytest.Function)
            site = self._site(item)
            found.setdefault(site.key, (_target(item).subject, site, partial(self._written, item)))
        return list(found.values())

    def _examine(self, item: pytest.Function) -> str | None:
        """The reason if the check failed, None if it passed or is judged later."""
        site, target = self._site(item), _target(item)
        return self.examiner.examine(
            target.subject, site, target.device, partial(self._written, item)
        )

    def _written(self, item: pytest.Function, attempt: int) -> Script:
        """The check's script.

        Raises:
            GraderCodeError: its code raised, or expects nothing.
        """
        try:
            script = self._script(item, attempt)
            if not script.probes:
                raise ValueError(
                    "the check expects nothing: call reference.expect(...).to_match(...)"
                )
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # whatever a grader may raise, as in pytest
            raise GraderCodeError(self._told(item, error)) from error
        return script

    def _blame(self, item: pytest.Item, error: BaseException) -> None:
        """Tell the examiner of a grader's fault; one that skips its check or leaves has only not
        run it."""
        self.examiner.watch.ends()  # it may have left no memory to speak of it
        raised = error.__cause__ if isinstance(error, GraderCodeError) else error
        if not isinstance(raised, (pytest.skip.Exception, SystemExit)):
            site, target = self._site(item), _target(item)
            self.examiner.fault(target.subject, site, target.device, self._told(item, error))

    def _told(self, item: pytest.Item, error: BaseException) -> str:
        if isinstance(error, GraderCodeError):
            return str(error)
        return told(error, self._site(item).exercise.grader, item.path)

    def _finish(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Tell the examiner if this was the subject's last check."""
        subject = _target(item).subject
        if nextitem is None or _target(nextitem).subject != subject:
            try:
                self.examiner.finished(subject)
            except Exception as error:
                # A result that cannot be kept is no failure of a test, which is all that pytest
                # would make of it: stop, and let `run_pytest` raise it.
                self.escaped = error
                item.session.shouldstop = "the results cannot be kept"

    def _script(self, item: pytest.Function, attempt: int) -> Script:
        """What the check's function asks and expects. Public checks have the same inputs for
        everyone, so that they are worked out once and then shared by all submissions."""
        site, target = self._site(item), _target(item)
        names = item._fixtureinfo.argnames
        if not {"student", "reference"} <= set(names):
            raise TypeError("a check needs the fixtures `student` and `reference`")
        # A check with parameters or fixtures of its own may mean another one each time.
        same = (
            site.check.public and set(names) <= FIXTURES and set(item.callspec.params) == {TARGET}
        )
        key = (site.key, target.device, attempt)
        if same and key in self._shared:
            return self._shared[key]
        student = Student(target.device)
        reference = self._reference(site, target, attempt)
        own = {
            "student": student,
            "reference": reference,
            "device": target.device,
            "stated": _stated(target),
        }
        item.obj(**{name: own[name] if name in own else item.funcargs[name] for name in names})
        script = Script(tuple(student.asks), tuple(reference.probes))
        if same:
            self._shared[key] = script
        return script

    def _site(self, item: pytest.Item) -> CheckSite:
        return item.stash[_SITE]

    def _reference(self, site: CheckSite, target: _Target, attempt: int) -> Reference:
        return Reference(
            self.examiner.seed(target.subject, site, attempt),
            target.device,
            {item.id: item.pattern for item in site.part.misconceptions},
            self._tolerances[site.exercise.slug],
        )


def _id(target: _Target) -> str:
    name = f"{target.subject}-{target.device}"
    return name if target.site is None else f"{name}-{'-'.join(target.site.key)}"


def _stated(target: _Target) -> tuple[StatedAnswer, ...]:
    site = target.site
    if site is None or not isinstance(site.part, ChoicePart | PredictionPart):
        return ()
    return tuple(answers_of(site.exercise, site.part, site.check))


def _target(item: Any) -> _Target:
    target: _Target = item.callspec.params[TARGET]
    return target
