"""One exercise's public data, as a notebook's set-up cell would carry it."""

from __future__ import annotations

import json
from typing import Any

import torch

from gradeprop.gradients import Gradient
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.grading.public.data import encode_script

HALF = "Your slope is half of the right one: was the 2 of 2w lost?"


def slopes(student: Any, reference: Any) -> None:
    for numbers in ([3.0, -1.5], [[0.5, 7.0], [-4.0, 2.5]]):
        w = torch.tensor(numbers)
        reference.expect(student.call("d_square", w)).to_match(Gradient(lambda w: w**2, at=w))


def at_w(student: Any, reference: Any) -> None:
    w = student.value("w")
    three = torch.tensor([3.0])
    reference.expect(w).to_match(Gradient(lambda w: w**2 / 2, at=three), requires_grad=True)
    reference.expect(w.grad).to_match(Gradient(lambda w: w**2, at=three))


def script(write: Any, causes: Any = ("missing_factor_two",)) -> Any:
    student = Student("cpu")
    reference = Reference(bytes(32), "cpu", dict.fromkeys(causes), {})
    write(student, reference)
    return encode_script(Script(tuple(student.asks), tuple(reference.probes)), frozenset(causes))


def check(name: Any, write: Any, points: Any, needs: Any = ()) -> Any:
    return {
        "check": name,
        "describe": f"{name} is right.",
        "points": points,
        "needs": list(needs),
        "script": script(write),
    }


def part(name: Any, checks: Any, points: float = 3.0, hidden: int = 2, forbid: Any = ()) -> Any:
    return {
        "part": name,
        "title": f"Squares – {name}",
        "points": points,
        "hidden": hidden,
        "forbid": list(forbid),
        "words": {"missing_factor_two": HALF},
        "checks": checks,
    }


def public_text() -> Any:
    parts = [
        part("by_hand", [check("slopes", slopes, 1.0)], forbid=["autograd"]),
        part(
            "autograd", [check("at_w", at_w, 0.1), check("slopes", slopes, 0.2, ["at_w"])], 1.0, 0
        ),
    ]
    return json.dumps({"squares": {"title": "Squares", "parts": parts}})
