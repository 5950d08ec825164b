"""The pytest plugin: one pytest session judges many submissions.

A `pytest.main` per submission costs more than the student's own code, so submissions are a
parameter of the tests. Items are ordered by submission, then device, then by the check's turn:
public ones first, then by its place in the notebook."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.course.stated import StatedAnswer
from gradeprop.grading.checks.blame import defined_at, told
from gradeprop.grading.checks.kept_scripts import KeptScripts
from gradeprop.grading.checks.leniency import tolerances_of
from gradeprop.grading.checks.plain import FIXTURES, TARGET, CheckNotPassedError, is_plain
from gradeprop.grading.checks.reference import reference_of
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.script_of import script_of
from gradeprop.grading.checks.sites import CheckSite, Examiner, GraderCodeError, Write, check_sites
from gradeprop.grading.checks.student import Student
from gradeprop.grading.checks.target import (
    Target,
    is_stated,
    stated_at,
    target_of,
    targets_of,
    tested,
)

Devices: TypeAlias = tuple[str, ...]

_SITE = pytest.StashKey[CheckSite]()
# Whether a check is not asked of somebody, for a reason that the examiner has given.
_NOT_ASKED = pytest.StashKey[bool]()


class GradingPlugin:
    """Registered with `pytest.main`; hands every check's script to an `Examiner`.

    Args:
        scripts: those of earlier runs over the same graders.
    """

    def __init__(
        self,
        course: Course,
        assignment: LoadedAssignment,
        devices: Devices,
        examiner: Examiner,
        scripts: KeptScripts | None = None,
    ) -> None:
        self.course = course
        self.devices = devices
        self.examiner = examiner
        self.collection_errors: dict[str, str] = {}
        self.escaped: Exception | None = None
        self._all_plain = False
        sites = check_sites(assignment)
        self._stated = list(filter(is_stated, sites))
        self._sites = tested(course.root, sites)
        self._files = {
            (Path(course.root) / exercise.grader).resolve(): number
            for number, exercise in enumerate(assignment.exercises)
        }
        self._scripts = KeptScripts() if scripts is None else scripts
        self._tolerances = {item.slug: tolerances_of(course, item) for item in assignment.exercises}

    # --- fixtures ---------------------------------------------------------------------------------

    @pytest.fixture(autouse=True)
    def gradeprop_target(self, request: pytest.FixtureRequest) -> Target:
        target: Target = request.param
        return target

    @pytest.fixture
    def device(self, gradeprop_target: Target) -> str:
        """``"cpu"`` or ``"cuda"``."""
        return gradeprop_target.device

    @pytest.fixture
    def student(self, gradeprop_target: Target) -> Student:
        """Asks about the student's work; see `gradeprop.grading.checks.student.Student`."""
        return Student(gradeprop_target.device)

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest, gradeprop_target: Target) -> Reference:
        """Hidden inputs and expectations; see `gradeprop.grading.checks.script.Reference`."""
        site, target = request.node.stash[_SITE], gradeprop_target
        return self._reference(site, target.device, self.examiner.seed(target.subject, site, 0))

    @pytest.fixture
    def stated(self, gradeprop_target: Target) -> tuple[StatedAnswer, ...]:
        """What the solution states, for a check that has no test."""
        return stated_at(gradeprop_target)

    # --- collection -------------------------------------------------------------------------------

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        targets = targets_of(metafunc, self.examiner.subjects, self.devices, self._stated)
        metafunc.parametrize(TARGET, targets, ids=str, indirect=True)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = []
        files = {path: path.resolve() for path in {item.path for item in items}}
        for item in items:
            name = getattr(item, "originalname", item.name)
            site = target_of(item).site or self._sites.get((files[item.path], name))
            if site is not None and self.examiner.wanted(site):
                item.stash[_SITE] = site
                device = self.devices.index(target_of(item).device)
                kept.append((target_of(item).subject, device, site.turn, item))
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
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a grader may raise, as in pytest
            self._blame(item, error)
        self._finish(item, nextitem)
        return True

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        reason = self._prerequisite(item)
        if reason is not None:
            item.stash[_NOT_ASKED] = True
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
        target = target_of(item)
        return self.examiner.prerequisite(target.subject, item.stash[_SITE], target.device)

    def _each_check(self, items: Sequence[pytest.Item]) -> list[tuple[int, CheckSite, Write]]:
        found: dict[tuple[str, str], tuple[int, CheckSite, Write]] = {}
        for item in items:
            assert isinstance(item, pytest.Function)
            site = item.stash[_SITE]
            subject = target_of(item).subject
            found.setdefault(site.key, (subject, site, partial(self._written, item)))
        return list(found.values())

    def _examine(self, item: pytest.Function) -> str | None:
        """The reason if the check failed, None if it passed or is judged later."""
        site, target = item.stash[_SITE], target_of(item)
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
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a grader may raise, as in pytest
            raise GraderCodeError(self._told(item, error)) from error
        return script

    def _blame(self, item: pytest.Item, error: BaseException) -> None:
        """Tell the examiner of a grader's fault. One that skips its check, or leaves, is one, too:
        it has judged nobody."""
        self.examiner.watch.ends()  # it may have left no memory to speak of it
        if _NOT_ASKED in item.stash:
            return
        site, target = item.stash[_SITE], target_of(item)
        self.examiner.fault(target.subject, site, target.device, self._told(item, error))

    def _told(self, item: pytest.Item, error: BaseException) -> str:
        if isinstance(error, GraderCodeError):
            return str(error)
        site = item.stash[_SITE]
        grader = site.exercise.grader
        return told(
            error, grader, item.path, defined_at(self.course.root, grader, site.check.check)
        )

    def _finish(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Tell the examiner if this was the subject's last check."""
        subject = target_of(item).subject
        if nextitem is None or target_of(nextitem).subject != subject:
            try:
                self.examiner.finished(subject)
            except Exception as error:
                # A result that cannot be kept is no failure of a test, which is all that pytest
                # would make of it: stop, and let `run_pytest` raise it.
                self.escaped = error
                item.session.shouldstop = "the results cannot be kept"

    def _script(self, item: pytest.Function, attempt: int) -> Script:
        """What the check's function asks and expects, worked out once for all submissions that get
        the same inputs."""
        site, target = item.stash[_SITE], target_of(item)
        names = item._fixtureinfo.argnames
        if not {"student", "reference"} <= set(names):
            raise TypeError("a check needs the fixtures `student` and `reference`")
        # A check with parameters or fixtures of its own may mean another one each time.
        same = set(names) <= FIXTURES and set(item.callspec.params) == {TARGET}
        seed = self.examiner.seed(target.subject, site, attempt)
        key = (site.key, target.device, attempt, seed)
        known = self._scripts.get(key) if same else None
        if known is not None:
            return known
        script = script_of(item, site, target, self._reference(site, target.device, seed))
        if same:
            self._scripts.put(key, script)
        return script

    def _reference(self, site: CheckSite, device: str, seed: bytes) -> Reference:
        return reference_of(site, seed, device, self._tolerances[site.exercise.slug])
