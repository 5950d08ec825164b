"""Run a check's test function, which writes down what it asks and expects."""

from __future__ import annotations

import pytest

from gradeprop.grading.checks.declared import signs_of
from gradeprop.grading.checks.naming import named
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.sites import CheckSite
from gradeprop.grading.checks.student import Student
from gradeprop.grading.checks.target import Target, stated_at

__all__ = ["script_of"]


def script_of(
    item: pytest.Function, site: CheckSite, target: Target, reference: Reference
) -> Script:
    """What the function of a check asks and expects, of a ``reference`` that is new."""
    student = Student(target.device)
    own = {
        "student": student,
        "reference": reference,
        "device": target.device,
        "stated": stated_at(target),
    }
    names = item._fixtureinfo.argnames
    item.obj(**{name: own[name] if name in own else item.funcargs[name] for name in names})
    signs = signs_of(site.part.misconceptions, site.check.check)
    asks = named(student.asks, site.exercise, site.part)
    return Script(asks, tuple(reference.probes), signs)
