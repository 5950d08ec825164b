"""Functions and names travel to the student's side, and never back; sets travel both ways."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.session.interface import Bound, Call, Code, ReadAll, Returned, Run
from gradeprop.session.wire.asks import decode_asks, encode_asks
from gradeprop.session.wire.frames import WireError
from gradeprop.session.wire.outcomes import decode_outcomes, encode_outcomes

CODE = Code("train", "def train(f): return f()\n")


def there(ask: Any) -> Any:
    (back,) = decode_asks(*encode_asks([ask]))
    return back


def test_a_run_arrives_with_its_function_and_what_is_passed() -> None:
    deep = {"f": [Bound("g"), (CODE, None)]}
    back = there(Run(CODE, (Bound("Cube"), TensorState(torch.ones(2)), deep), {"lr": 0.1}))
    assert isinstance(back, Run)
    assert (back.function, back.arguments[0], back.arguments[2]) == (CODE, Bound("Cube"), deep)
    assert back.keywords == {"lr": 0.1}
    assert back.names == ("Cube", "g")


def test_functions_and_names_may_be_passed_to_a_call() -> None:
    back = there(Call("f", (CODE,), {"model": Bound("net")}))
    assert isinstance(back, Call)
    assert (back.arguments, back.keywords) == ((CODE,), {"model": Bound("net")})
    assert back.names == ("f", "net")


def test_several_names_arrive_as_one_question() -> None:
    assert there(ReadAll(("a", "b"))) == ReadAll(("a", "b"))


MEMBERS = frozenset({"a", 1, 2.5, None, ("b", 3), 2**70})


def test_sets_travel_both_ways() -> None:
    assert there(Call("f", (MEMBERS,))).arguments == (MEMBERS,)
    (back,) = decode_outcomes(*encode_outcomes([Returned([MEMBERS, frozenset()])]))
    assert isinstance(back, Returned)
    assert back.value == [MEMBERS, frozenset()]


@pytest.mark.parametrize(
    "value",
    [
        {"n": "Cube"},
        {"c": ["f", "def f(): pass"]},
        {"s": [{"l": []}]},
        {"s": [{"o": "int"}]},
        {"s": [{"t": [{"d": []}]}]},
        {"s": {}},
        {"s": "ab"},
    ],
)
def test_what_only_a_grader_may_send_does_not_come_back(value: Any) -> None:
    with pytest.raises(WireError):
        decode_outcomes([{"returned": value, "arguments": [], "used": []}], b"")


def test_sets_that_would_take_long_to_build_are_refused() -> None:
    """Numbers can be chosen so that all of them collide."""
    colliding = [{"i": f"{(2**61 - 1) * n:x}"} for n in range(1 << 30, (1 << 30) + 1_500)]
    value = {"l": [{"s": colliding}, {"s": colliding}]}
    with pytest.raises(WireError) as caught:
        decode_outcomes([{"returned": value, "arguments": [], "used": []}], b"")
    assert caught.value.kind == "too_big"


def test_an_object_of_the_students_is_no_argument() -> None:
    with pytest.raises(TypeError, match="Opaque"):
        encode_asks([Run(CODE, (Opaque("Net"),))])
