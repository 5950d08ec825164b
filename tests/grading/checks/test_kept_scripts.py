"""What is worked out for one hand-in serves the next that is asked the same, and nothing else."""

from __future__ import annotations

import torch

from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.handle import Handle
from gradeprop.grading.checks.kept_scripts import KeptScripts, Key
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.session.interface import Call


def _key(seed: bytes, device: str = "cpu", attempt: int = 0) -> Key:
    return ("square", "values"), device, attempt, seed


def _script(elements: int = 3) -> Script:
    x = torch.zeros(elements)
    probe = Probe(Handle(0), (torch.ones(elements), 2.0), Rule())
    return Script((Call("square", (TensorState(x),)),), (probe,))


def test_a_script_is_kept_for_its_own_inputs_device_and_attempt() -> None:
    kept, script = KeptScripts(), _script()
    kept.put(_key(b"a"), script)
    assert kept.get(_key(b"a")) is script
    others = (_key(b"b"), _key(b"a", "cuda"), _key(b"a", attempt=1))
    assert [kept.get(other) for other in others] == [None] * 3


def test_a_script_whose_answer_was_changed_is_not_used_again() -> None:
    kept, script = KeptScripts(), _script()
    kept.put(_key(b"a"), script)
    answer = script.probes[0].answer
    assert isinstance(answer, tuple)
    assert isinstance(answer[0], torch.Tensor)
    answer[0].add_(1)
    assert kept.get(_key(b"a")) is None
    assert len(kept) == 0


def test_a_script_whose_inputs_were_changed_is_not_used_again() -> None:
    kept, script = KeptScripts(), _script()
    kept.put(_key(b"a"), script)
    (ask,) = script.asks
    assert isinstance(ask, Call)
    assert isinstance(ask.arguments[0], TensorState)
    ask.arguments[0].value.mul_(2)
    assert kept.get(_key(b"a")) is None


def test_those_used_longest_ago_make_room() -> None:
    kept = KeptScripts(most_bytes=100_000)  # room for two of these and not for three
    for seed in (b"a", b"b"):
        kept.put(_key(seed), _script(elements=500))
    first = kept.get(_key(b"a"))
    kept.put(_key(b"c"), _script(elements=500))
    assert first is not None
    assert kept.get(_key(b"a")) is first
    assert kept.get(_key(b"b")) is None
    assert kept.get(_key(b"c")) is not None


def test_a_script_that_is_larger_than_all_the_room_is_not_kept() -> None:
    kept = KeptScripts(most_bytes=10_000)
    kept.put(_key(b"a"), _script())
    assert len(kept) == 0
