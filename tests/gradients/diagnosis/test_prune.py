from __future__ import annotations

import torch

from gradeprop.gradients.answer import same
from gradeprop.gradients.diagnosis.prune import prune


def test_pruning_drops_repetitions_and_keeps_the_alignment() -> None:
    one, two = torch.tensor([1.0]), torch.tensor([2.0])
    probes = [
        {"a": [one, one, two, two], "b": [], "c": [one]},
        {"a": [one, one, two, one], "b": [], "c": [one, two]},
    ]
    found = prune(probes)
    assert [len(probe["a"]) for probe in found] == [3, 3]
    assert same(tuple(found[1]["a"]), (one, two, one))
    assert [len(probe["c"]) for probe in found] == [1, 2]
    assert found[0]["b"] == []
