"""What must hold of code that is given to be mended, besides that it earns nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradeprop.course.model import LoadedExercise, RepairPart
from gradeprop.grading.result.verdict import PartResult, SubmissionResult

__all__ = ["must_be_faulty", "undeclared"]


def must_be_faulty(
    exercise: LoadedExercise, part: PartResult, result: SubmissionResult
) -> Iterator[str]:
    """What is wrong with the starter of a repair: its cell does not run, none of its faults is
    named, or something else is.

    Args:
        part: what the starter got.
        result: of the whole trial submission.
    """
    spec = exercise.part(part.part)
    if not isinstance(spec, RepairPart):
        return
    grade_id = f"{exercise.slug}-{part.part}"
    cells = (cell for cell in result.cells if cell.grade_id == grade_id)
    errors = [item for cell in cells for item in cell.outputs if item["output_type"] == "error"]
    for error in errors[:1]:
        yield f"{part.part}: the starter does not run ({error['ename']}: {error['evalue']})"
    planted = {item.id for item in spec.misconceptions}
    named = {check.misconception for check in part.checks if check.misconception}
    for other in sorted(named - planted):
        yield f"{part.part}: the starter is called {other}, which is none of its faults"
    by_itself = any(check.status == "error" for check in part.checks)
    if planted and not named & planted and not by_itself:  # faults of graders are told elsewhere
        seen = "; ".join(f"{check.check}: {check.detail or check.status}" for check in part.checks)
        yield f"{part.part}: none of the starter's faults is named ({seen})"


def undeclared(exercise: LoadedExercise, part: PartResult, why: Mapping[str, str]) -> Iterator[str]:
    """Which checks the starter of a repair fails for a reason that none of its faults explains:
    one more fault may be in it than is declared.

    Args:
        why: by check, what is known of that.
    """
    if not isinstance(exercise.part(part.part), RepairPart):
        return
    for check in part.checks:
        if check.status in ("passed", "skipped", "error") or check.voided:
            continue
        reason = why.get(check.check)
        if check.misconception is None or reason:
            said = reason or check.detail or check.status
            yield (
                f"{part.part}: the starter fails {check.check} for a reason that no misconception "
                f"declares: {said}"
            )
