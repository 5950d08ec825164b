"""For tests of what is seen beside student code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from gradeprop.session.student.passes import PASSES


@pytest.fixture
def passes_seen() -> Iterator[None]:
    """Backward passes are seen, and none has been yet, whatever another test has done in this
    process."""
    engine = torch.autograd.Variable._execution_engine
    complete, count = PASSES.complete, PASSES.count
    PASSES.install()
    PASSES.complete, PASSES.count = True, 0
    yield
    torch.autograd.Variable._execution_engine = engine
    PASSES.complete, PASSES.count = complete, count
