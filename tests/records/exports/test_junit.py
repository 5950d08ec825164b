"""JUnit XML that others' parsers read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from gradeprop.records.exports.junit import export
from records.graded_class import result_for, unreadable
from records.marked_class import HIDDEN_DETAIL, marked, the_class, wrong

junitparser = pytest.importorskip("junitparser")


def suites(marks: Any) -> Any:
    return list(junitparser.JUnitXml.fromstring(export(marks).encode()))


def kinds(suite: Any) -> Any:
    return {case.name: [type(item).__name__ for item in case.result] for case in suite}


def test_a_suite_per_student_with_a_case_per_check(recorded: Any) -> None:
    ada, odd = suites(recorded)
    assert (ada.name, odd.name) == ("ada", "=1+1")
    assert kinds(ada) == {"shape": [], "matches_autograd": [], "direction": [], "why": []}
    assert kinds(odd)["matches_autograd"] == ["Failure"]
    assert next(case.classname for case in odd) == "a01_slopes.square_derivative.by_hand"


def test_counts_are_those_of_the_cases(course: Any) -> None:
    marks = the_class(course, marked(wrong("ada")), marked(result_for("bob", (), hidden=None)))
    xml = junitparser.JUnitXml.fromstring(export(marks).encode())
    stated = (xml.tests, xml.failures, xml.errors, xml.skipped)
    xml.update_statistics()
    assert stated == (xml.tests, xml.failures, xml.errors, xml.skipped) == (8, 2, 1, 2)


def test_a_failure_has_the_message_and_the_cause(course: Any) -> None:
    (suite,) = suites(the_class(course, marked(wrong())))
    (failure,) = next(case for case in suite if case.name == "matches_autograd").result
    assert failure.message == "Was the 2 of 2w lost?"
    assert failure.type == "missing_factor_two"


def test_a_graders_fault_is_an_error_and_prose_that_waits_is_skipped(
    faulty: Any, waiting: Any
) -> None:
    assert kinds(suites(faulty)[0])["matches_autograd"] == ["Error"]
    assert kinds(suites(waiting)[0])["why"] == ["Skipped"]


def test_an_unreadable_submission_fails_part_by_part(course: Any) -> None:
    (suite,) = suites(the_class(course, marked(unreadable("eve"))))
    assert kinds(suite) == {"by_hand": ["Failure"], "commit": ["Failure"], "why": ["Skipped"]}


def test_several_devices_are_told_apart(course: Any) -> None:
    result = result_for("ada", ())
    square, sign = result.exercises
    checks = tuple(
        replace(check, device=device)
        for device in ("cpu", "cuda")
        for check in square.parts[0].checks
    )
    result = replace(
        result, exercises=(replace(square, parts=(replace(square.parts[0], checks=checks),)), sign)
    )
    names = [case.name for case in suites(the_class(course, marked(result)))[0]]
    assert names[:4] == [
        "shape[cpu]",
        "matches_autograd[cpu]",
        "shape[cuda]",
        "matches_autograd[cuda]",
    ]


HOSTILE = "]]> & <b a='\"'> \x00\x1b[31m\x0b \ud800 \uffff </failure>"


def test_whatever_a_student_wrote_the_xml_is_well_formed(course: Any) -> None:
    result = wrong("\x1b<\udcff", message=HOSTILE)
    square, sign = result.exercises
    checks = tuple(
        replace(check, status="failed", message=HOSTILE) for check in square.parts[0].checks
    )
    result = replace(
        result, exercises=(replace(square, parts=(replace(square.parts[0], checks=checks),)), sign)
    )
    root = ElementTree.fromstring(export(the_class(course, marked(result))))
    assert "<b a=" in root[0].find("testcase/failure").get("message")


def test_hidden_numbers_stay_hidden(course: Any) -> None:
    text = export(the_class(course, marked(wrong())))
    assert HIDDEN_DETAIL not in text
    assert "5eed5eed" not in text
