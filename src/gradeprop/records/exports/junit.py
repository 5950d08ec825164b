"""``junit``: JUnit XML, for CI servers and test viewers: a suite per student, a case per check.

Written with the standard library: the format is a few elements, and a writer of its own would be a
dependency that does no more than ElementTree. That others read it is tested with junitparser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from gradeprop.course.keys import CheckKey, PartKey
from gradeprop.grading.result.verdict import CheckVerdict, PartResult
from gradeprop.records.exports.interface import describes
from gradeprop.records.marks import ClassMarks, Marks
from gradeprop.wording import number

# Characters that XML 1.0 cannot hold, not even escaped; a student's output may have them.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export(marks: ClassMarks) -> str:
    """JUnit XML. A check that does not pass is a failure, a grader's own fault an error; what was
    skipped or waits for a person is skipped. Times are seconds, of whole suites: checks are not
    timed one by one."""
    words = describes(marks.assignment)
    suites = [_suite(student, words) for student in marks.students]
    root = ElementTree.Element("testsuites", {"name": marks.assignment.id, **_counts(suites)})
    root.set("time", number(sum(student.result.timing.total_s for student in marks.students)))
    root.extend(suites)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _counts(elements: list[ElementTree.Element]) -> dict[str, str]:
    def total(name: str) -> str:
        return str(sum(int(element.get(name, 0)) for element in elements))

    return {name: total(name) for name in ("tests", "failures", "errors", "skipped")}


def _suite(student: Marks, words: dict[CheckKey, str]) -> ElementTree.Element:
    result = student.result
    cases = [
        case for key, part in student.result.parts() for case in _cases(student, key, part, words)
    ]
    found = [case[0].tag for case in cases if len(case)]
    suite = ElementTree.Element(
        "testsuite",
        name=_xml(student.student),
        tests=str(len(cases)),
        failures=str(found.count("failure")),
        errors=str(found.count("error")),
        skipped=str(found.count("skipped")),
        time=number(result.timing.total_s),
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        ("assignment", result.assignment),
        ("status", student.status),
        ("score", "" if student.score is None else number(student.score)),
        ("max_score", number(student.max_score)),
        ("run_s", number(result.timing.run_s)),
        ("checks_s", number(result.timing.checks_s)),
        ("message", result.message or ""),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=_xml(value))
    suite.extend(cases)
    return suite


def _cases(
    student: Marks, key: PartKey, part: PartResult, words: dict[CheckKey, str]
) -> Iterator[ElementTree.Element]:
    name = ".".join((student.result.assignment, *key))
    several = len({check.device for check in part.checks}) > 1
    for check in part.checks:
        case = ElementTree.Element(
            "testcase",
            classname=_xml(name),
            name=_xml(check.check + (f"[{check.device}]" if several else "")),
        )
        _outcome(case, check, words.get(CheckKey(*key, check.check), check.check))
        yield case
    if not part.checks:  # prose, or a submission that could not be read
        case = ElementTree.Element("testcase", classname=_xml(name), name=_xml(part.part))
        score = student.parts[key].score
        if score is None:
            kind = "error" if part.status == "error" else "skipped"
            ElementTree.SubElement(case, kind, message=_xml(part.message or "waits for a person"))
        elif score < part.max_score:
            what = _xml(part.message or f"{number(score)} of {number(part.max_score)} points")
            ElementTree.SubElement(case, "failure", type=part.status, message=what)
        yield case


def _outcome(case: ElementTree.Element, check: CheckVerdict, words: str) -> None:
    if check.status == "passed":
        return
    kind = {"error": "error", "skipped": "skipped"}.get(check.status, "failure")
    message = _xml(check.message or check.status)
    found = ElementTree.SubElement(case, kind, message=message)
    if kind != "skipped":
        found.set("type", check.misconception or check.status)
        found.text = _xml(f"{words}\n{message}")


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
