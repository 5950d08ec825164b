"""Every number that the texts of a07_modules state is computed here and looked up in the text."""

from __future__ import annotations

import torch
from torch import nn, tensor

from course.test_numbers_in_texts import states


def test_registered_params_states_all_counts() -> None:
    name = "a07_modules/registered_params"
    layers = [nn.Linear(2, 3), nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 1)]
    counts = [sum(p.numel() for p in layer.parameters()) for layer in layers]
    told = " + ".join(str(count) for count in counts)
    states(name, f"${told} + 1 = {sum(counts) + 1}$ parameters", f"have {sum(counts)} parameters")
    states(name, f"the count is {counts[0] + counts[3]}.", f"There are {counts[1]} parameters too few")
