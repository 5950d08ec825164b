"""Run the graders once without any student, to write their public checks down.

They run in a process of their own, as they do for students: one that loops for ever, crashes or
eats memory is told with file and line, and the command that asked goes on."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import Any, TypeAlias

from gradeprop.course.model import (
    AnyPart,
    Check,
    CheckedPart,
    Course,
    ExplanationPart,
    LoadedAssignment,
    LoadedExercise,
)
from gradeprop.errors import GraderFault
from gradeprop.grading.checks.blame import defined_at
from gradeprop.grading.checks.declared import clues_of
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.pytest_run import run_pytest
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.seeds import public_seed
from gradeprop.grading.checks.sites import CheckSite, Write, check_sites
from gradeprop.grading.checks.watch import Watch
from gradeprop.grading.plots.declared import drawing_of, why_not_drawn
from gradeprop.grading.public.data import encode_allowed, encode_script
from gradeprop.grading.result.words import ENGINE_WORDS
from gradeprop.grading.run.faults import Faults
from gradeprop.grading.run.sealing import sealed_script, why_not_sealed
from gradeprop.grading.run.slow_imports import import_for_graders
from gradeprop.grading.run.watched import POLL_S, Fallen, Method, Post, Watched, can_fork
from gradeprop.notebook.sources import defined_names

__all__ = ["Recorded", "part_title", "recorded"]

Meanwhile: TypeAlias = Callable[[], object] | None
Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Recorded:
    """What running the graders without a student gave.

    Attributes:
        data: the public data of an assignment, JSON-able and deterministic: ``{exercise: data}``,
            without the checks that failed.
        faults: by exercise and check, why a check fails by itself, file and line first.
    """

    data: dict[str, Any]
    faults: dict[Key, str] = field(default_factory=dict)


def recorded(course: Course, assignment: LoadedAssignment, meanwhile: Meanwhile = None) -> Recorded:
    """Run every public check's grader once. ``meanwhile`` is called here while they run elsewhere,
    and again if they are run again.

    Raises:
        GraderFault: the process in which they run ends whatever they do.
    """
    method: Method = "fork" if can_fork() else "spawn"
    if method == "fork":
        import_for_graders(course, assignment)
    falls: Counter[Key] = Counter()
    faults: dict[Key, str] = {}
    while True:
        watched = Watched(_work, course, assignment, dict(faults), method=method)
        found = _attempt(watched, meanwhile)
        if isinstance(found, Recorded):
            return replace(found, faults={**faults, **found.faults})
        if found.late and method == "fork":
            method = "spawn"  # it takes two seconds longer, and copies no lock
            continue
        sites = found.sites(assignment)
        if not sites:
            raise GraderFault(f"the graders cannot be run: {found.how}\n{found.dump}".strip())
        for site in sites:
            falls[site.key] += 1
            if falls[site.key] > 1:  # once more, in case something else kept it from its end
                faults[site.key] = found.told(course, site)


def _attempt(watched: Watched, meanwhile: Meanwhile) -> Recorded | Fallen:
    try:
        if meanwhile:
            meanwhile()
        while not wait([watched.pipe], POLL_S):
            if watched.late or watched.overdue or watched.gone:
                return watched.fall(hangs=not watched.gone)
        found: Recorded = watched.pipe.recv()
    except (EOFError, OSError):
        return watched.fall(hangs=False)
    except BaseException:
        watched.stop(patient=False)
        raise
    watched.stop(patient=True)
    return found


def _work(
    pipe: Connection,
    post: Post,
    course: Course,
    assignment: LoadedAssignment,
    known: Mapping[Key, str],
) -> None:
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    torch.set_num_threads(1)  # a copy of a process has none of its threads
    pipe.send(_record(course, assignment, known, post.take()))


def _record(
    course: Course, assignment: LoadedAssignment, known: Mapping[Key, str], watch: Watch
) -> Recorded:
    """In the process that runs them. ``known``: checks that are left out."""
    recorder = _Recorder(watch, check_sites(assignment), known)
    sites = list(filter(recorder.wanted, recorder.sites))
    chosen = {site.exercise.slug for site in sites}
    left_out = {site.exercise.slug for site in recorder.sites if site.key in known}
    exercises = [
        item for item in assignment.exercises if item.slug in chosen or item.slug not in left_out
    ]
    plugin = GradingPlugin(course, assignment, ("cpu",), recorder)
    watch.begins()
    errors = run_pytest(course, exercises, plugin) if exercises else {}
    watch.ends()
    faults = dict(recorder.faults)
    for site in recorder.sites:
        broken = any(path.endswith(site.exercise.grader) for path in errors)
        never_ran = recorder.wanted(site) and site.key not in recorder.scripts
        if site.key not in faults and not site.check.voided and (broken or never_ran):
            faults[site.key] = Faults().why_never_run(course, site, "", errors)
    for site in sites:
        secret = site.part.reveals(site.check) == "verdict"
        script = recorder.scripts.get(site.key)
        why = why_not_sealed(script) if secret and script is not None else None
        if why is not None:
            place = defined_at(course.root, site.exercise.grader, site.check.check)
            faults[site.key] = (
                f"{place}: {site.check.check} shows only its verdict, but what is right cannot be "
                f"kept secret in the notebook: {why}; write reveal: numbers, or make it a hidden "
                "check"
            )
            del recorder.scripts[site.key]
        elif script is not None and (why := why_not_drawn(site.exercise, site.check, script)):
            faults[site.key] = f"{site.exercise.place(site.part.part, site.check.check)}: {why}"
            del recorder.scripts[site.key]
    data = {item.slug: _exercise_data(item, recorder.scripts) for item in assignment.exercises}
    return Recorded(data, faults)


class _Recorder:
    """An `Examiner` that keeps every public check's script."""

    subjects = 1

    def __init__(self, watch: Watch, sites: list[CheckSite], known: Mapping[Key, str]) -> None:
        self.watch = watch
        self.sites = sites
        self.known = known
        self.scripts: dict[Key, Script] = {}
        self.faults: dict[Key, str] = {}

    def wanted(self, site: CheckSite) -> bool:
        return site.check.public and not site.check.voided and site.key not in self.known

    def seed(self, subject: int, site: CheckSite, attempt: int) -> bytes:  # noqa: ARG002
        return public_seed(*site.key, attempt)

    def prerequisite(self, subject: int, site: CheckSite, device: str) -> str | None:  # noqa: ARG002
        self.watch.begins(subject, self.sites.index(site))
        return None

    def foresee(self, checks: Sequence[tuple[int, CheckSite, Write]]) -> None:
        """Nothing will be asked of anybody."""

    def examine(self, subject: int, site: CheckSite, device: str, write: Write) -> str | None:  # noqa: ARG002
        script = write(0)
        for probe in script.probes:
            list(probe.alternatives.values())  # worked out here, where a fault has its check
        earlier = self.scripts.get(site.key)
        self.scripts[site.key] = script if earlier is None else _joined(earlier, script)
        return None

    def fault(self, subject: int, site: CheckSite, device: str, error: str) -> None:  # noqa: ARG002
        self.faults[site.key] = error.strip()

    def finished(self, subject: int) -> None:
        pass


def _exercise_data(
    exercise: LoadedExercise, scripts: dict[tuple[str, str], Script]
) -> dict[str, Any]:
    parts = [part for part in exercise.spec.parts if not isinstance(part, ExplanationPart)]
    return {
        "title": exercise.spec.title,
        "parts": [_part_data(exercise, part, scripts) for part in parts],
        # No check reads these; a student is told what they are worth.
        "written": [
            {"title": part_title(exercise, part), "points": part.points}
            for part in exercise.spec.parts
            if isinstance(part, ExplanationPart)
        ],
    }


def _part_data(
    exercise: LoadedExercise,
    part: CheckedPart,
    scripts: dict[tuple[str, str], Script],
) -> dict[str, Any]:
    # Part by part: the same mistake may be spoken of in other words in another part.
    spoken = {item.id: item.say.strip() for item in part.misconceptions if item.public}
    told = clues_of(part.misconceptions)
    clues = {
        name: {"seen": list(found.seen), "unseen": list(found.unseen), "unsure": found.unsure}
        for name, found in told.items()
        if name in spoken
    }
    counted = [check for check in part.checks if not check.voided]
    public = [
        check for check in counted if check.public and (exercise.slug, check.check) in scripts
    ]
    given = sum(check.points for check in part.checks if check.voided)
    names = {check.check for check in public}

    verdicts = [check for check in public if part.reveals(check) == "verdict"]
    shown = {
        ask.name
        for check in public
        if check not in verdicts
        for ask in scripts[exercise.slug, check.check].asks
    }
    allowed = {
        name: item if name in shown else item.without_answer()
        for name, item in part.allowed.items()
    }
    # Where no check shows numbers, what is said of mistakes can be sealed throughout.
    sealed = bool(public) and len(verdicts) == len(public)
    in_clear = {name: say for name, say in spoken.items() if not sealed or name in ENGINE_WORDS}

    def check_data(check: Check) -> dict[str, Any]:
        script = scripts[exercise.slug, check.check]
        drawing = drawing_of(exercise, check, script)
        if part.reveals(check) == "verdict":
            salt = public_seed(exercise.slug, check.check)
            script = sealed_script(script, salt, allowed=part.allowed, spoken=spoken, clues=told)
        return {
            "check": check.check,
            "describe": check.describe.strip(),
            "points": check.points,
            **({"reveal": "verdict"} if part.reveals(check) == "verdict" else {}),
            **({"plot": drawing.to_json()} if drawing else {}),
            "needs": [name for name in check.needs if name in names],
            "script": encode_script(script, frozenset(spoken)),
        }

    return {
        "part": part.part,
        "title": part_title(exercise, part),
        "points": part.points,
        **({"given": given} if given else {}),
        "hidden": len(counted) - len(public),
        "names": sorted(defined_names(part.starter)),
        "forbid": list(part.forbid),
        "words": in_clear,
        **({"clues": clues} if clues and not sealed else {}),
        **({"allowed": encode_allowed(allowed)} if allowed else {}),
        "checks": [check_data(check) for check in public],
    }


def part_title(exercise: LoadedExercise, part: AnyPart) -> str:
    """What a part is called above what its checks say."""
    if part.title is None and len(exercise.spec.parts) == 1:
        return exercise.spec.title
    return f"{exercise.spec.title} – {part.title or part.part.replace('_', ' ')}"


def _joined(first: Script, second: Script) -> Script:
    """Two scripts of one parametrised check as one."""
    shift = len(first.asks)
    moved = tuple(
        replace(probe, handle=replace(probe.handle, ask=probe.handle.ask + shift))
        for probe in second.probes
    )
    return Script(first.asks + second.asks, first.probes + moved, first.signs)
