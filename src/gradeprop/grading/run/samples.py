"""What the samples of an assignment's misconceptions give to the questions of its checks.

They run in a sandbox, as any answer does: a sample may come from a student's work. Each stands
where the student's answer would, after the cells that are given and the solutions of the parts
before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from weakref import WeakKeyDictionary

from gradeprop.course.fault_names import ids_in
from gradeprop.course.keys import PartKey
from gradeprop.course.model import Course, LoadedAssignment, LoadedExercise
from gradeprop.course.options import Allowed
from gradeprop.errors import GraderFault
from gradeprop.grading.checks.sampled import Given, given
from gradeprop.grading.checks.script import Script
from gradeprop.grading.run.conditions import combined_limits, limits_of
from gradeprop.grading.run.settled import leaves_nothing
from gradeprop.notebook.release import ReleaseModel
from gradeprop.session.interface import (
    Ask,
    CellSource,
    Define,
    Outcome,
    Place,
    Sandbox,
    Session,
    Stopped,
    carries_code,
    moved,
)

__all__ = ["Samples"]

_SEED = 1
_Asked: TypeAlias = tuple[PartKey, str, str]
"""Part, misconception and device."""


@dataclass(frozen=True)
class _Stand:
    """Where samples are asked: the session that has run what stands before a part's answer.

    Attributes:
        was_cut_short: whether one of the cells there was stopped."""

    session: Session
    check_s: float
    before: tuple[str, ...]
    place: Place
    was_cut_short: bool
    _leave_nothing: dict[tuple[str, frozenset[str]], bool] = field(default_factory=dict)

    def may_answer(self, source: str, script: Script) -> bool:
        """Whether what the sample's calls do to the process makes no difference to the next: then
        no copy of it is needed, which takes several times as long as a call."""
        if any(map(carries_code, script.asks)):
            return False
        names = frozenset(name for ask in script.asks for name in ask.names)
        if (source, names) not in self._leave_nothing:
            self._leave_nothing[source, names] = leaves_nothing(self.before, source, names)
        return self._leave_nothing[source, names]

    def answered_there(self, asks: Sequence[Ask]) -> list[Outcome] | None:
        return self.session.recall(asks, at=self.place, seconds=self.check_s)


@dataclass
class Samples:
    """Asks the samples of one assignment; its sessions stay open for the next question.

    Args:
        sandboxes: an open one for each device.
    """

    course: Course
    assignment: LoadedAssignment
    release: ReleaseModel
    sandboxes: Mapping[str, Sandbox]
    _stands: dict[tuple[PartKey, str], _Stand] = field(default_factory=dict)
    _known: WeakKeyDictionary[Script, dict[_Asked, tuple[Sequence[Outcome], ...]]] = field(
        default_factory=WeakKeyDictionary
    )
    _given: WeakKeyDictionary[Script, dict[_Asked, tuple[Given | None, ...]]] = field(
        default_factory=WeakKeyDictionary
    )
    _on_cpu: WeakKeyDictionary[Script, Script] = field(default_factory=WeakKeyDictionary)

    def of(
        self, part: PartKey, misconception: str, device: str, script: Script
    ) -> tuple[Sequence[Outcome], ...]:
        """What each sample of the misconception answers to the script's questions; asked once,
        however many hand-ins the script is for. Nothing where a sample is a student's and no
        sandbox would be around it."""
        if self._is_a_students(part, misconception) and self.sandboxes[device].level == "none":
            return ()
        key, known = (part, misconception, device), self._known.setdefault(script, {})
        if key in known:
            return known[key]
        found = tuple(
            self._outcomes(part, source, device, script)
            for source in self._sources(part)[misconception]
        )
        known[key] = found
        return found

    def given(
        self,
        part: PartKey,
        misconception: str,
        device: str,
        script: Script,
        allowed: Mapping[str, Allowed],
    ) -> tuple[Given | None, ...]:
        """The same as answers are compared by it.

        Args:
            allowed: as of `gradeprop.grading.checks.sampled.given`, of the part.
        """
        key, known = (part, misconception, device), self._given.setdefault(script, {})
        if key not in known:
            ways = self.of(part, misconception, device, script)
            known[key] = tuple(given(script, way, allowed) for way in ways)
        return known[key]

    def on_cpu(self, script: Script, device: str) -> Script:
        """A script for another device with its questions asked on the CPU; one for each script."""
        if script not in self._on_cpu:
            asks = tuple(moved(ask, device, "cpu") for ask in script.asks)
            self._on_cpu[script] = replace(script, asks=asks)
        return self._on_cpu[script]

    def _is_a_students(self, part: PartKey, misconception: str) -> bool:
        known = self._exercise(part).part(part.part).misconceptions
        ids = ids_in(misconception)
        return any(item.from_student for item in known if item.id in ids)

    def close(self) -> None:
        """End the sessions. Idempotent."""
        for stand in self._stands.values():
            stand.session.close()
        self._stands.clear()

    def _sources(self, part: PartKey) -> Mapping[str, tuple[str, ...]]:
        exercise = self._exercise(part)
        return {**exercise.samples(part.part), **exercise.together(part.part)}

    def _outcomes(
        self, part: PartKey, source: str, device: str, script: Script
    ) -> Sequence[Outcome]:
        """What stopped, or broke, is asked once more, in a session that is opened anew: the first
        may have reached the end of its time or of its process, and the answer is kept."""
        with suppress(GraderFault):
            outcomes = self._asked(part, source, device, script)
            if not any(isinstance(item, Stopped) for item in outcomes):
                return outcomes
        stand = self._stands.pop((part, device), None)
        if stand is not None:
            stand.session.close()
        return self._asked(part, source, device, script)

    def _asked(self, part: PartKey, source: str, device: str, script: Script) -> Sequence[Outcome]:
        stand = self._stand(part, device)
        asks = (Define(source), *script.asks)
        outcomes = stand.answered_there(asks) if stand.may_answer(source, script) else None
        if outcomes is None:
            outcomes = stand.session.ask(asks, seconds=stand.check_s)
        if device != "cpu":  # a process with a context on it is not copied: the sample stays in it
            self._stands.pop((part, device)).session.close()
        return outcomes[1:]

    def _stand(self, part: PartKey, device: str) -> _Stand:
        if (part, device) not in self._stands:
            stand = self._opened(part, device)
            if stand.was_cut_short:  # once more: the machine may have been busy
                stand.session.close()
                stand = self._opened(part, device)
            self._stands[part, device] = stand
        return self._stands[part, device]

    def _opened(self, part: PartKey, device: str) -> _Stand:
        limits = limits_of(self.course, self._exercise(part))
        session = self.sandboxes[device].open(
            limits=combined_limits(self.course, self.assignment),
            seed=_SEED,
            files=self.release.files,
        )
        before = tuple(self._before(part))
        with ExitStack() as undo:
            undo.callback(session.close)
            ended = [session.run(CellSource(cell, "before", limits.cell_s)) for cell in before]
            was_cut_short = any(item.status not in ("ok", "error") for item in ended)
            stand = _Stand(session, limits.check_s, before, session.mark(), was_cut_short)
            undo.pop_all()
        return stand

    def _before(self, part: PartKey) -> Iterator[str]:
        """The code cells of the notebook up to the part's answer, but for those of other exercises;
        parts before it hold their solutions."""
        exercise = self._exercise(part)
        for cell in self.release.cells:
            is_answer = not cell.locked and cell.part is not None
            if is_answer and cell.key == part:
                return
            if cell.cell_type != "code" or cell.role == "check":
                continue
            if cell.exercise not in (None, part.exercise):
                continue
            yield exercise.solution[cell.part] if is_answer and cell.part else cell.source

    def _exercise(self, part: PartKey) -> LoadedExercise:
        return next(item for item in self.assignment.exercises if item.slug == part.exercise)
