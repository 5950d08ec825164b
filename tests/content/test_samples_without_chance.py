"""check_the_checker: whoever checks a backward may draw an upstream gradient. What samples say must
not depend on what they draw: else `gradeprop verify` finds one named in one checkout and not in another."""

from __future__ import annotations

import runpy
from typing import Any

import pytest
import torch
import yaml

from course.shipped import ROOT
from gradeprop.course.replacing import changed

NAME = "a05_backprop/check_the_checker"
GRADER = runpy.run_path(str(ROOT / "graders/a05_backprop/test_check_the_checker.py"))
CHECKS = [check for name, check in GRADER.items() if name.startswith("test_")]


def samples() -> dict[str, str]:
    spec = yaml.safe_load((ROOT / f"exercises/{NAME}.yaml").read_text(encoding="utf-8"))
    solution = (ROOT / f"solutions/{NAME}.py").read_text(encoding="utf-8")
    found = {}
    for mistake in spec["parts"][0]["misconceptions"]:
        ways = mistake.get("samples") or [mistake.get("sample")]
        if "change" in mistake:
            ways = [changed(solution, mistake["change"])]
        found |= {f"{mistake['id']}-{way}": code for way, code in enumerate(ways)}
    return found


SAMPLES = samples()


class Student:
    """Calls the sample; what it says, or the error that it raises, is a verdict."""

    def __init__(self, code: str) -> None:
        self.scope: dict[str, Any] = {"torch": torch}
        exec(code, self.scope)

    def call(self, name: str, *arguments: Any) -> str:
        try:
            return str(self.scope[name](*arguments))
        except RuntimeError as error:
            return type(error).__name__


class Reference:
    """Gives the same inputs each time, and keeps the verdicts."""

    def __init__(self, seed: int) -> None:
        self.verdicts: list[str] = []
        self.numbers = torch.Generator().manual_seed(seed)

    def inputs(self, shape: tuple[int, ...], dtype: str, low: float = 0.0) -> torch.Tensor:
        size = low + 2 * torch.rand(shape, generator=self.numbers, dtype=getattr(torch, dtype))
        sign = torch.randint(2, shape, generator=self.numbers) * 2 - 1
        return size * sign

    def expect(self, verdict: str) -> Reference:
        self.verdicts.append(verdict)
        return self

    def to_match(self, _problem: Any) -> None:
        pass


@pytest.mark.parametrize("inputs", range(6))
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_says_the_same_whatever_it_draws(sample: str, inputs: int) -> None:
    runs = []
    for seed in range(4):
        torch.manual_seed(seed)
        reference = Reference(inputs)
        for check in CHECKS:
            check(student=Student(SAMPLES[sample]), reference=reference)
        runs.append(reference.verdicts)
    assert len(runs[0]) > len(CHECKS)
    assert all(run == runs[0] for run in runs)
