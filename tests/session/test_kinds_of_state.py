"""State of many kinds, that later cells change: it costs an earlier part nothing."""

from __future__ import annotations

import pytest

from gradeprop.session.interface import Call, CellSource, Outcome, Raised, Returned, Sandbox
from session.patience import GENEROUS
from session.state import IMPORTS, KINDS

F = Call("f")
CHECKS = [[F], [F, F]]


def comparable(outcomes: list[Outcome]) -> list[str]:
    """Without the traceback, and as text, since tensors have no truth value."""
    return [
        repr(outcome.value)
        if isinstance(outcome, Returned)
        else f"{outcome.type_name}: {outcome.message}"
        if isinstance(outcome, Raised)
        else repr(outcome)
        for outcome in outcomes
    ]


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=[] if number % 10 == 0 else pytest.mark.slow)
        for number, kind in enumerate(KINDS)
    ],
)
def test_what_a_later_cell_changes_costs_nothing(plain_sandbox: Sandbox, kind: str) -> None:
    first, second = KINDS[kind]
    defines, changes = CellSource(IMPORTS + first, "cell"), CellSource(second, "cell")
    with plain_sandbox.open(limits=GENEROUS, seed=1) as session:
        outcome = session.run(defines)
        assert outcome.status == "ok", outcome.message
        there = [comparable(session.ask(asks)) for asks in CHECKS]
        place = session.mark(["f"])
        outcome = session.run(changes)
        assert outcome.status == "ok", outcome.message
        late = [session.recall(asks, at=place) for asks in CHECKS]
        again = [comparable(session.ask(asks, at=place)) for asks in CHECKS]
    assert again == there
    same = [
        answer is not None and comparable(answer) == first
        for answer, first in zip(late, there, strict=True)
    ]
    assert not all(same), "the later cell changes nothing: this kind shows nothing"


def test_a_check_that_frees_a_graph_leaves_it_to_the_next(plain_sandbox: Sandbox) -> None:
    source = (
        "import torch\nw = torch.ones(2, requires_grad=True)\ny = (w**2).sum()\n"
        "def f(): return torch.autograd.grad(y, w)[0]"
    )
    with plain_sandbox.open(limits=GENEROUS, seed=1) as session:
        session.run(CellSource(source, "cell"))
        place = session.mark()
        for at in (place, place, None, None):
            (outcome,) = session.ask([F], at=at)
            assert isinstance(outcome, Returned), outcome
