"""The state behind ``gp.check``: the loaded public checks and the kernel's namespace."""

from __future__ import annotations

import contextlib
import sys
import textwrap
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Any

from gradeprop.errors import GraderFault, UsageError
from gradeprop.grading.public.checking import PublicChecks
from gradeprop.grading.public.last_runs import LAST_RUNS
from gradeprop.grading.public.present import ReportView
from gradeprop.grading.public.report import PublicReport
from gradeprop.grading.public.showing import shell, show
from gradeprop.grading.public.standing import LastChecks
from gradeprop.grading.public.untouched import untouched
from gradeprop.session.kernel import KernelSession
from gradeprop.session.student.passes import PASSES
from gradeprop.session.student.silence import silence
from gradeprop.session.student.still_running import aloud

PUBLIC_CHECKS = PublicChecks()
"""What the notebook's set-up cell loaded into this process."""

LAST_CHECKS = LastChecks()
"""What the last check of each part found, for `gradeprop.progress`."""

_WIDTH = 88
_under_way: list[str | None] = []


class _Told(BaseException):
    """An error whose message is all that a notebook shows: the way through our own code helps
    nobody."""

    call = "gp.check"

    def _render_traceback_(self) -> list[str]:  # what IPython asks an exception for
        return textwrap.wrap(
            f"{self.call}: {self}", _WIDTH, break_long_words=False, break_on_hyphens=False
        )


class NotChecked(_Told, UsageError):
    """``gp.check`` was called for something that is not there."""


class CheckFailed(_Told, GraderFault):
    """A check could not be run at all."""


class Interrupted(_Told, KeyboardInterrupt):
    """The student stopped a check."""


class Earned(float):
    """Points, as the last value of a check cell. A notebook shows nothing of it below the report;
    nbgrader, which gives full marks for any other last value, reads its ``text/plain``."""

    def _repr_html_(self) -> str:
        return ""


def load(text: str) -> None:
    """See `gradeprop.load_public_checks`."""
    PUBLIC_CHECKS.load(text)
    PASSES.install()
    LAST_RUNS.install()


def load_samples(text: str) -> None:
    """See `gradeprop.load_samples`."""
    PUBLIC_CHECKS.load_samples(text)


def check(exercise: str | None, part: str | None) -> float:
    """See `gradeprop.check`. Called by code that is being checked it does nothing: a function that
    checks itself would be asked for ever."""
    if _under_way:
        return Earned(0.0)
    reports = report(exercise, part, _namespace())
    show(ReportView(reports))
    return Earned(sum(item.earned for item in reports))


@LAST_CHECKS.remembers
def report(
    exercise: str | None,
    part: str | None,
    names: MutableMapping[str, Any],
    session: KernelSession | None = None,
) -> list[PublicReport]:
    """Run the public checks on what is in ``names``.

    Raises:
        NotChecked: no or an unknown exercise, an unknown part, or the set-up cell was not run.
        Interrupted: stopped with Ctrl-C or the notebook's stop button.
        CheckFailed: anything else; a student may have replaced parts of torch.
    """

    def begun(name: str) -> bool:
        return name not in names or not untouched(names[name])

    try:
        with _known_as(exercise), aloud(), silence(), session or KernelSession(names) as asked:
            found = PUBLIC_CHECKS.report(exercise, part, asked, begun)
        return [_noted(item) for item in found]
    except UsageError as error:
        raise NotChecked(error.what, remedy=error.remedy) from None
    except KeyboardInterrupt as error:
        where = f" while `{error}` was running" if str(error) else ""
        raise Interrupted(f"stopped{where}. Is there a loop that never ends?") from None
    except Exception as error:
        raise CheckFailed(
            f"the check itself could not be run ({type(error).__name__}: {error})",
            remedy=(
                "restart the kernel and run all cells again; if it still fails, tell your teacher"
            ),
        ) from error


@contextlib.contextmanager
def _known_as(exercise: str | None) -> Iterator[None]:
    """In this block a check is under way."""
    _under_way.append(exercise)
    try:
        yield
    finally:
        _under_way.pop()


def _noted(report: PublicReport) -> PublicReport:
    """With how the part's cell ended when it last ran, where that is not well."""
    place = (report.exercise, report.part)
    there = report.nothing_there
    note = LAST_RUNS.note_on(place, PUBLIC_CHECKS.places(), nothing_there=there)
    return report if note is None else replace(report, note=note.words, outdated=note.outdated)


def _namespace() -> dict[str, Any]:
    running = shell()
    namespace: dict[str, Any] = (
        vars(sys.modules["__main__"]) if running is None else running.user_ns
    )
    return namespace
