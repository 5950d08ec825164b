"""What can be seen in a student's process besides values, by the names that exercises use."""

from __future__ import annotations

from typing import Literal, TypeAlias

Fact: TypeAlias = Literal[
    "piled", "cleared", "moved", "stepped_again", "is_input", "is_gradient", "reached"
]
"""See `gradeprop.gradients.values.Evidence`."""

Reveal: TypeAlias = Literal["numbers", "verdict"]
"""What a public check shows of a wrong answer besides what its cause says."""
