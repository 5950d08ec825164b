"""Who is matched with whom, what is sent, and what never is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.gradebook.given import PartMark, Person
from gradeprop.records.push.plan import PushPlan, not_taken, plan_push
from gradeprop.records.push.there import CanvasAssignment, CanvasStudent, Standing, There
from records.graded_class import result_for
from records.marked_class import BY_HAND, COMMIT, WHY, marked, the_class

SLOPES = CanvasAssignment(77, "Slopes", 6.0)
ADA = CanvasStudent(4711, "Ada Lovelace", login="ada")


def full(student: str, person: Person | None = None, why: float | None = 2.0) -> Any:
    """Six of six points; without ``why`` the text waits."""
    parts = {BY_HAND: PartMark(3.0), COMMIT: PartMark(1.0), WHY: PartMark(None, why)}
    return marked(result_for(student, ()), parts, person=person)


def planned(
    course: Any,
    ours: list[Any],
    theirs: list[CanvasStudent],
    assignment: CanvasAssignment = SLOPES,
    *,
    scale: bool = False,
    **standing: Standing,
) -> PushPlan:
    by_id = {int(name[1:]): value for name, value in standing.items()}
    there = There(assignment, tuple(theirs), by_id)
    return plan_push(the_class(course, *ours), there, scale=scale)


def sent(plan: PushPlan) -> dict[str, tuple[int, float | None, float]]:
    return {item.marks.student: (item.student.id, item.now, item.new) for item in plan.changes}


def why(plan: PushPlan) -> dict[str, str]:
    return {item.student: reason for item, reason in plan.left_out}


@pytest.mark.parametrize(
    ("student", "person"),
    [
        ("x", Person(lms_id="4711")),
        ("x", Person(lms_id="S-1")),
        ("ADA", None),
        ("S-1", None),
        ("x", Person(email="Ada@Example.org")),
        ("ada@example.org", None),
    ],
)
def test_students_are_matched_by_ids_and_addresses(
    course: Any, student: str, person: Person | None
) -> None:
    ada = replace(ADA, sis="S-1", email="ada@example.org")
    others = [CanvasStudent(1, "x", login="bob"), CanvasStudent(2, "Ada")]
    plan = planned(course, [full(student, person)], [*others, ada])
    assert sent(plan) == {student: (4711, None, 6.0)}


def test_the_surest_key_decides(course: Any) -> None:
    other = CanvasStudent(5, "Other", login="ada")
    plan = planned(course, [full("ada", Person(lms_id="4711"))], [other, replace(ADA, login="al")])
    assert sent(plan) == {"ada": (4711, None, 6.0)}


def test_a_name_alone_matches_nobody(course: Any) -> None:
    plan = planned(course, [full("x", Person("Ada", "Lovelace"))], [ADA])
    assert not plan.changes
    assert why(plan) == {"x": "no student of the Canvas course has this id or address"}


def test_who_fits_several_or_is_fitted_by_several_is_left_out(course: Any) -> None:
    twin = CanvasStudent(5, "Twin", sis="ada")
    plan = planned(course, [full("ada")], [ADA, twin])
    assert why(plan) == {"ada": "fits several in Canvas: Ada Lovelace (4711), Twin (5)"}
    plan = planned(course, [full("ada"), full("x", Person(lms_id="4711"))], [ADA])
    assert not plan.changes
    assert set(why(plan).values()) == {"several of ours fit Ada Lovelace (4711)"}


def test_an_open_total_is_left_out_with_the_reason(course: Any) -> None:
    faulty = marked(
        result_for("bob", (), hidden=None),
        {BY_HAND: PartMark(None), COMMIT: PartMark(1.0), WHY: PartMark(None, 2.0)},
    )
    bob, cy = CanvasStudent(2, "Bob", login="bob"), CanvasStudent(3, "Cy", login="cy")
    gone = replace(full("cy"), left_group=True)
    plan = planned(course, [full("ada", why=None), faulty, gone], [ADA, bob, cy])
    assert not plan.changes
    assert why(plan) == {
        "ada": "the total is open: a part waits for a person",
        "bob": "the total is open: a grader failed",
        "cy": "the total is open: the result is of a group that they are no longer in",
    }


def test_what_canvas_has_already_is_not_sent_again(course: Any) -> None:
    plan = planned(course, [full("ada")], [ADA], s4711=Standing(5.996))
    assert not plan.changes
    assert [item.student for item in plan.unchanged] == ["ada"]
    plan = planned(course, [full("ada")], [ADA], s4711=Standing(7.0))
    assert sent(plan) == {"ada": (4711, 7.0, 6.0)}
    assert plan.changes[0].lower


def test_zero_is_a_score_and_nothing_is_none(course: Any) -> None:
    parts = {BY_HAND: PartMark(0.0), COMMIT: PartMark(0.0), WHY: PartMark(None, 0.0)}
    nothing = marked(result_for("ada", ()), parts)
    assert sent(planned(course, [nothing], [ADA])) == {"ada": (4711, None, 0.0)}
    assert not planned(course, [nothing], [ADA], s4711=Standing(0.0)).changes


def test_who_is_excused_stays_excused(course: Any) -> None:
    plan = planned(course, [full("ada")], [ADA], s4711=Standing(None, excused=True))
    assert not plan.changes
    assert "excused" in why(plan)["ada"]


def test_that_canvas_takes_off_for_lateness_besides_is_told(course: Any) -> None:
    plan = planned(course, [full("ada")], [ADA], s4711=Standing(5.0, deducted=1.0))
    assert any("lateness by its own policy" in note and "ada" in note for note in plan.notes)


def test_another_maximum_is_refused_or_scaled(course: Any) -> None:
    ten = replace(SLOPES, points=10.0)
    with pytest.raises(UsageError, match="10 points there, and 6 here") as raised:
        planned(course, [full("ada")], [ADA], ten)
    assert "--scale" in str(raised.value)
    plan = planned(course, [full("ada")], [ADA], ten, scale=True)
    assert sent(plan) == {"ada": (4711, None, 10.0)}
    assert "Our points are multiplied by 1.666667" in plan.notes


@pytest.mark.parametrize("points", [None, 0.0])
def test_without_a_maximum_there_is_nothing_to_scale_to(course: Any, points: float | None) -> None:
    with pytest.raises(UsageError, match="no points there") as raised:
        planned(course, [full("ada")], [ADA], replace(SLOPES, points=points), scale=True)
    assert "--scale" not in str(raised.value)


@pytest.mark.parametrize("grading", ["pass_fail", "not_graded"])
def test_an_assignment_that_takes_no_points_is_refused(course: Any, grading: str) -> None:
    with pytest.raises(UsageError, match=grading):
        planned(course, [full("ada")], [ADA], replace(SLOPES, grading=grading))


def test_a_grade_for_a_whole_group_is_refused(course: Any) -> None:
    with pytest.raises(UsageError, match="whole group"):
        planned(course, [full("ada")], [ADA], replace(SLOPES, shared=True))


def test_results_of_several_maxima_are_refused(course: Any) -> None:
    old = full("bob")
    old = replace(old, result=replace(old.result, max_score=5.0))
    with pytest.raises(UsageError, match=r"several maxima \(5, 6 points\)"):
        planned(course, [full("ada"), old], [ADA])


def test_when_students_see_it_and_that_nothing_can_match_is_told(course: Any) -> None:
    notes = planned(course, [full("ada")], [CanvasStudent(1, "Ada")]).notes
    assert len(notes) == 1
    assert "neither logins nor addresses" in notes[0]
    (note,) = planned(course, [full("ada")], [ADA]).notes
    assert "Students see these scores at once" in note
    hidden = planned(course, [full("ada")], [ADA], replace(SLOPES, hidden=True))
    assert not hidden.notes


def test_what_canvas_did_not_take_is_found(course: Any) -> None:
    bob = CanvasStudent(2, "Bob", login="bob")
    plan = planned(course, [full("ada"), full("bob")], [ADA, bob])
    missing = not_taken(plan, {4711: Standing(6.0)})
    assert [change.marks.student for change in missing] == ["bob"]


def test_points_for_a_part_that_is_gone_are_not_sent(course: Any) -> None:
    gone = replace(full("ada"), retired=2.0)
    plan = planned(course, [gone], [ADA])
    assert sent(plan) == {}
    assert why(plan) == {"ada": "has points for a part that the course no longer has"}
