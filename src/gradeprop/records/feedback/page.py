"""What stands on a student's feedback page, as values; `feedback_render` makes HTML of it.

Of a check only the student's message is taken, never the instructor's detail, and no seed: what is
not in these values cannot get onto the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradeprop.course.keys import PartKey
from gradeprop.course.model import (
    AnyPart,
    Course,
    ExplanationPart,
    LoadedAssignment,
    LoadedExercise,
)
from gradeprop.grading.plots.picture import picture
from gradeprop.grading.result.score import at_worst
from gradeprop.grading.result.verdict import CheckVerdict, ExerciseResult, PartResult, Status
from gradeprop.records.answers import Answer
from gradeprop.records.feedback.views import CheckView, CriterionView, ExerciseView, Page, PartView
from gradeprop.records.gradebook.given import PartMark
from gradeprop.records.marks import Marks
from gradeprop.wording import number, points

_CHECK_WORDS: Mapping[Status, str] = {
    "passed": "passed",
    "skipped": "not run",
    "error": "could not be run",
    "timeout": "took too long",
    "memory": "too much memory",
    "output": "too much output",
    "killed": "was stopped",
}


def page(
    course: Course, assignment: LoadedAssignment, marks: Marks, answers: Mapping[PartKey, Answer]
) -> Page:
    """The page of one student.

    Args:
        answers: by part, what the student wrote.
    """
    result = marks.result
    known = {exercise.slug: exercise for exercise in assignment.exercises}
    ungradable = result.status == "ungradable"
    total = marks.certain if marks.score is None else marks.score
    return Page(
        course=course.spec.title,
        assignment=assignment.spec.title,
        student=marks.student,
        name=" ".join(filter(None, (marks.person.first_name, marks.person.last_name))) or None,
        points=_points(marks.score, marks.max_score, certain=marks.certain),
        share=max(0.0, min(100.0, 100 * total / marks.max_score)) if marks.max_score else 0.0,
        opening=_opening(marks),
        lines=tuple(_lines(marks)),
        problem=result.message if ungradable else None,
        note=None if ungradable else result.message,
        exercises=tuple(
            _exercise(exercise, known.get(exercise.exercise), marks, answers)
            for exercise in result.exercises
        ),
    )


def _opening(marks: Marks) -> str:
    """The first sentence, before any number: what a nervous reader wants to know."""
    checks = [
        check
        for _, part in marks.result.parts()
        for check in at_worst(part.checks)
        if not check.voided
    ]
    passed = sum(check.status == "passed" for check in checks)
    if marks.result.status == "ungradable":
        return "We could not read your notebook. That can be mended: see below."
    if checks and passed == len(checks):
        return "Every check passed. Well done!"
    if not checks:
        return "Here is what we have to say about your work."
    if passed == 0:
        return (
            "None of the checks passed yet. Often a single slip is behind several of them: start "
            "with the first."
        )
    return (
        f"{passed} of {len(checks)} checks passed. For the others you find below what came out "
        "and, where we recognise the cause, what to look at."
    )


def _lines(marks: Marks) -> Iterator[str]:
    """How the total came about, where that is not plain."""
    if marks.score is None:
        open_parts = [part for key, part in marks.result.parts() if marks.parts[key].score is None]
        failed = any(part.status == "error" for part in open_parts)
        if failed or marks.result.status == "error":
            yield (
                "A check could not be run. That is our fault and costs you nothing: your "
                "instructor can see it and will grade it again."
            )
        if any(part.kind == "explanation" for part in open_parts):
            yield "The total is not final: a person is still to read your text and give its points."
    if marks.extra:
        yield f"This includes {points(marks.extra)} of extra credit."
    if marks.retired:
        yield (
            f"This includes {points(marks.retired)} for a part that is no longer in this"
            " assignment."
        )
    if marks.penalty:
        were = "was" if marks.penalty == 1 else "were"
        yield f"{points(marks.penalty)} {were} taken off for handing in late."


def _exercise(
    result: ExerciseResult,
    exercise: LoadedExercise | None,
    marks: Marks,
    answers: Mapping[PartKey, Answer],
) -> ExerciseView:
    spec = {part.part: part for part in exercise.spec.parts} if exercise else {}
    score = marks.exercise_score(result.exercise)
    several = len(result.parts) > 1
    keys = {part.part: PartKey(result.exercise, part.part) for part in result.parts}
    certain = sum(marks.parts[key].score or 0.0 for key in keys.values())
    return ExerciseView(
        title=exercise.spec.title if exercise else _plain(result.exercise),
        tone=_tone(score, result.max_score),
        points=_points(score, result.max_score, certain=certain),
        parts=tuple(
            _part(
                part,
                spec.get(part.part),
                marks.parts[keys[part.part]],
                answers.get(keys[part.part]),
                titled=several,
            )
            for part in result.parts
        ),
    )


def _part(
    result: PartResult,
    part: AnyPart | None,
    mark: PartMark,
    answer: Answer | None,
    *,
    titled: bool,
) -> PartView:
    title = (part.title if part else None) or _plain(result.part).capitalize()
    criteria = part.rubric.criteria if isinstance(part, ExplanationPart) else ()
    return PartView(
        title=title if titled else None,
        kind=result.kind,
        tone=_tone(mark.score, result.max_score),
        points=_points(mark.score, result.max_score),
        message=_part_message(result),
        checks=tuple(_checks(result, part)),
        criteria=tuple(CriterionView(_line(item.text), points(item.points)) for item in criteria),
        given=_given(result, mark),
        comment=mark.comment,
        answer=answer,
    )


def _part_message(result: PartResult) -> str | None:
    """The part's own message, unless all its checks say the same anyway."""
    checks = at_worst(result.checks)
    if not checks:
        return result.message
    not_begun = result.not_begun and all(check.not_begun for check in checks)
    said_by_all = all(check.message == result.message for check in checks)
    return None if not_begun or said_by_all else result.message


def _given(result: PartResult, mark: PartMark) -> str | None:
    """What a person decided about the points."""
    extra = f" and {points(mark.extra)} of extra credit" if mark.extra else ""
    most = number(result.max_score)
    if mark.manual is not None:
        given = f"Your instructor gave {number(mark.manual)} of {most} points{extra}."
        if mark.auto is not None and mark.auto != mark.manual:
            given += f" By the checks alone it would have been {number(mark.auto)}."
        return given
    if result.kind == "explanation":
        return "A person will read this part and give its points."
    return f"Your instructor gave {points(mark.extra)} of extra credit." if mark.extra else None


def _checks(result: PartResult, part: AnyPart | None) -> Iterator[CheckView]:
    spec = {check.check: check for check in part.checks} if part else {}
    told: set[str] = set()
    for verdict in at_worst(result.checks):
        known = spec.get(verdict.check)
        asked, report, hint = _told(verdict)
        cause = verdict.misconception or hint
        again = hint is not None and cause in told
        yield CheckView(
            describe=_line(known.describe) if known else _plain(verdict.check),
            tone={"passed": "right", "skipped": "open", "error": "open"}.get(
                verdict.status, "wrong"
            ),
            word="taken out"
            if verdict.voided
            else _CHECK_WORDS.get(verdict.status, "not passed yet"),
            points=_points(verdict.score, verdict.max_score) if verdict.max_score else "",
            hidden=not verdict.public and not verdict.voided,
            asked=asked,
            report=report,
            hint=None if again else hint,
            same_cause=again,
            picture=picture(verdict.plot).svg if verdict.plot else None,
        )
        if hint is not None and cause is not None:
            told.add(cause)


def _told(verdict: CheckVerdict) -> tuple[str | None, str | None, str | None]:
    """A check's message in its parts: what was asked, what came out, the words for the cause."""
    if verdict.status == "passed":
        return None, None, None
    hint = _line(verdict.hint) if verdict.hint else None
    report = verdict.report.strip() if verdict.report else None
    return verdict.asked, report, hint


def _tone(score: float | None, most: float) -> str:
    if score is None or not most:
        return "open"
    if score >= most:
        return "right"
    return "part" if score > 0 else "wrong"


def _points(score: float | None, most: float, *, certain: float = 0.0) -> str:
    """``2 of 3 points``; while that is unknown, what is certain if there is something."""
    unit = f"point{'' if most == 1 else 's'}"
    if score is not None:
        return f"{number(score)} of {number(most)} {unit}"
    if certain:
        return f"{number(certain)} of {number(most)} {unit} so far"
    return f"not marked yet ({number(most)} {unit})"


def _plain(slug: str) -> str:
    return slug.replace("_", " ")


def _line(text: str) -> str:
    return " ".join(text.split())
