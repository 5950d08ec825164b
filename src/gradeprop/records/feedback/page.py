"""What stands on a student's feedback page, as values; `render` makes HTML of it.

Of a check only what the student may know is taken, never the instructor's detail, and no seed: what
is not in these values cannot get onto the page."""

from __future__ import annotations

from collections.abc import Mapping

from gradeprop.course.keys import PartKey
from gradeprop.course.model import (
    AnyPart,
    Course,
    ExplanationPart,
    LoadedAssignment,
    LoadedExercise,
)
from gradeprop.grading.result.score import at_worst
from gradeprop.grading.result.verdict import ExerciseResult, PartResult
from gradeprop.records.answers import Answer
from gradeprop.records.feedback.beginning import beginning
from gradeprop.records.feedback.checks import check_views, stops_in
from gradeprop.records.feedback.code import lines_shown
from gradeprop.records.feedback.extras import Extras
from gradeprop.records.feedback.opening import opening, score_lines
from gradeprop.records.feedback.phrases import one_line, plain, score_in_words, tone_of
from gradeprop.records.feedback.request import request
from gradeprop.records.feedback.spread import spread
from gradeprop.records.feedback.unreadable import given_anyway, what_to_do
from gradeprop.records.feedback.views import (
    BeginView,
    CriterionView,
    ExerciseView,
    Page,
    PartView,
)
from gradeprop.records.gradebook.given import PartMark
from gradeprop.records.gradebook.rubric_comment import holds_criteria, read
from gradeprop.records.marks import Marks
from gradeprop.wording import number, points

_NOTHING_BESIDES = Extras()


def page(
    course: Course,
    assignment: LoadedAssignment,
    marks: Marks,
    answers: Mapping[PartKey, Answer],
    extras: Extras = _NOTHING_BESIDES,
) -> Page:
    """The page of one student.

    Args:
        answers: by part, what the student wrote.
        extras: what else the course wishes to show by now.
    """
    result = marks.result
    ungradable = result.status == "ungradable"
    total = marks.certain if marks.score is None else marks.score
    begin = None if ungradable else beginning(marks, assignment)
    exercises = _exercises(assignment, marks, answers, extras, begin)
    return Page(
        course=course.spec.title,
        assignment=assignment.spec.title,
        student=marks.student,
        name=" ".join(filter(None, (marks.person.first_name, marks.person.last_name))) or None,
        points=score_in_words(
            total if ungradable else marks.score, marks.max_score, certain=marks.certain
        ),
        share=max(0.0, min(100.0, 100 * total / marks.max_score)) if marks.max_score else 0.0,
        opening=opening(marks),
        lines=tuple(given_anyway(marks) if ungradable else score_lines(marks, assignment.spec.due)),
        problem=(result.message or "The file is no notebook.") if ungradable else None,
        note=None if ungradable else result.message,
        exercises=() if ungradable else exercises,
        steps=what_to_do(assignment) if ungradable else (),
        begin=_begin_link(exercises),
        spread=None if ungradable else spread(extras.totals, marks.max_score, marks.score),
        request=None if ungradable else request(marks, assignment),
    )


def _exercises(
    assignment: LoadedAssignment,
    marks: Marks,
    answers: Mapping[PartKey, Answer],
    extras: Extras,
    begin: tuple[PartKey, str] | None,
) -> tuple[ExerciseView, ...]:
    known = {exercise.slug: exercise for exercise in assignment.exercises}
    return tuple(
        _exercise(result, known.get(result.exercise), marks, answers, extras, begin, number)
        for number, result in enumerate(marks.result.exercises, start=1)
    )


def _begin_link(exercises: tuple[ExerciseView, ...]) -> BeginView | None:
    for exercise in exercises:
        for part in exercise.parts:
            for check in part.checks:
                if check.begin:
                    where = ": ".join(filter(None, (exercise.title, part.title)))
                    return BeginView(check.anchor, where)
    return None


def _exercise(
    result: ExerciseResult,
    exercise: LoadedExercise | None,
    marks: Marks,
    answers: Mapping[PartKey, Answer],
    extras: Extras,
    begin: tuple[PartKey, str] | None,
    place: int,
) -> ExerciseView:
    score = marks.exercise_score(result.exercise)
    keys = [PartKey(result.exercise, part.part) for part in result.parts]
    certain = sum(marks.parts[key].score or 0.0 for key in keys)
    parts = tuple(
        _part(
            part,
            exercise if exercise and _has(exercise, part.part) else None,
            marks.parts[key],
            answers.get(key),
            titled=len(result.parts) > 1,
            anchor=f"part-{place}-{number}",
            begin=begin[1] if begin and begin[0] == key else None,
            solutions=extras.solutions,
        )
        for number, (key, part) in enumerate(zip(keys, result.parts, strict=True), start=1)
    )
    return ExerciseView(
        title=exercise.spec.title if exercise else plain(result.exercise),
        tone=tone_of(score, result.max_score),
        points=score_in_words(score, result.max_score, certain=certain),
        parts=parts,
    )


def _has(exercise: LoadedExercise, part: str) -> bool:
    return any(item.part == part for item in exercise.spec.parts)


def _part(
    result: PartResult,
    exercise: LoadedExercise | None,
    mark: PartMark,
    answer: Answer | None,
    *,
    titled: bool,
    anchor: str,
    begin: str | None,
    solutions: bool,
) -> PartView:
    part = exercise.part(result.part) if exercise else None
    title = (part.title if part else None) or plain(result.part).capitalize()
    lines = lines_shown(answer.source) if answer and result.kind != "explanation" else 0
    message = _part_message(result)
    criteria, comment = _judged_text(part, mark)
    return PartView(
        title=title if titled else None,
        kind=result.kind,
        tone=tone_of(mark.score, result.max_score),
        points=score_in_words(mark.score, result.max_score),
        message=message,
        checks=tuple(check_views(result, part, anchor=anchor, begin=begin, lines=lines)),
        criteria=criteria,
        given=_given(result, mark),
        comment=comment,
        answer=answer,
        anchor=anchor,
        line=result.line if message and result.line and result.line <= lines else None,
        stops=stops_in(result, lines),
        solution=exercise.solution.get(result.part) if exercise and solutions else None,
        hints=_hints(part, mark, result.max_score),
    )


def _hints(part: AnyPart | None, mark: PartMark, most: float) -> tuple[str, ...]:
    lost = mark.score is not None and mark.score < most
    return tuple(map(one_line, part.hints)) if part and lost else ()


def _judged_text(
    part: AnyPart | None, mark: PartMark
) -> tuple[tuple[CriterionView, ...], str | None]:
    """The rubric with what is met, once, and what else the marker wrote. A comment that holds the
    lines of another rubric is shown as it is, in place of today's."""
    if not isinstance(part, ExplanationPart):
        return (), mark.comment
    met, rest = read(part.rubric, mark.comment or "")
    if met is None and holds_criteria(mark.comment or ""):
        return (), mark.comment
    criteria = tuple(
        CriterionView(
            one_line(item.text),
            points(item.points)
            if met is None
            else score_in_words(item.points if item.id in met else 0.0, item.points),
            None if met is None else item.id in met,
        )
        for item in part.rubric.criteria
    )
    return criteria, rest or None


def _part_message(result: PartResult) -> str | None:
    """The part's own message, unless each of its checks says nothing else."""
    checks = at_worst(result.checks)
    told = [check for check in checks if not check.not_begun]
    if told and all(check.message == result.message for check in told):
        return None
    return result.message


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
