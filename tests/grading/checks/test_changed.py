"""What a function was given comes back as it went, at any depth."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients import Fixed
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.session.kernel import KernelSession


def judged(function: Any, *given: Any) -> Any:
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {})
    reference.expect(student.call("f", *given)).to_match(Fixed(1.0))
    script = Script(tuple(student.asks), tuple(reference.probes))
    outcomes = KernelSession({"f": function}).ask(script.asks)
    return judge(script, outcomes, public=True, declared={})


def ones() -> Any:
    return torch.ones(2)


def with_grad() -> Any:
    tensor = torch.ones(2, requires_grad=True)
    tensor.grad = torch.ones(2)
    return tensor


def scales(tensor: Any) -> None:
    tensor.mul_(0.5)


CHANGES = [
    (lambda g: scales(g), ones()),
    (lambda g: [scales(item) for item in g], [ones(), ones()]),
    (lambda g: scales(g[1]), (ones(), ones())),
    (lambda g: scales(g["w"]["deep"][0]), {"w": {"deep": [ones()]}}),
    (lambda g: g[0].grad.zero_(), [with_grad()]),
    (lambda g: setattr(g[0], "grad", None), [with_grad()]),
    (lambda g: g.append(ones()), [ones()]),
    (lambda g: g.clear(), [ones()]),
    (lambda g: g.sort(), [3.0, 1.0]),
    (lambda g: g.pop("lr"), {"lr": 0.1}),
    (lambda g: g.update(lr=0.2), {"lr": 0.1}),
    (lambda g: g.div_(0), torch.zeros(2)),
    (lambda g: g.nan_to_num_(), torch.tensor([float("nan"), 1.0])),
]


@pytest.mark.parametrize(("change", "given"), CHANGES)
def test_a_change_is_seen_at_any_depth(change: Any, given: Any) -> None:
    def f(argument: Any) -> float:
        change(argument)
        return 1.0

    judgement = judged(f, given)
    assert judgement.misconception == "mutates_input"
    assert judgement.status == "failed"


@pytest.mark.parametrize("given", [given for _, given in CHANGES] + [float("nan"), [float("nan")]])
def test_what_is_left_alone_passes(given: Any) -> None:
    assert judged(lambda _: 1.0, given).status == "passed"
