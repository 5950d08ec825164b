from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from gradeprop.session.fingerprint import fingerprint

NOTEBOOK = """
import math, random
import numpy as np
import torch
from collections import OrderedDict, defaultdict, deque
from torch import nn

w = torch.tensor([1.0, 2.0], requires_grad=True)
(w**2).sum().backward()
array = np.ones(3)
numbers, nested = [1, 2.0, None], {"a": [(1, {2, 3})], "b": bytearray(b"x")}
model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
optimizer = torch.optim.Adam(model.parameters())
generator = torch.Generator().manual_seed(1)
queue, default = deque([1]), defaultdict(int)
same = numbers
alias = w

class Thing:
    count = 0
    @property
    def p(self): return 1
    @staticmethod
    def s(): return 2
    def __init__(self): self.x = 1
    def method(self): self.x += 1

thing = Thing()
bound = thing.method
def clean(x=1): return [v * 2 for v in numbers if v] + [math.pi, w.sum().item(), model(torch.ones(2))]
def make():
    hidden = [0]
    def count(): hidden[0] += 1
    return count
count = make()
"""

CHANGES = {
    "a new name": "extra = 1",
    "a name bound anew": "numbers = [1, 2.0, None]",
    "another alias": "alias = w.detach()",
    "a list grows": "numbers.append(3)",
    "a number in a list": "numbers[0] = 5",
    "one becomes true": "numbers[0] = True",
    "minus one becomes minus two": "numbers[0] = -1; FIRST; numbers[0] = -2",
    "deep inside": "nested['a'][0][1].add(9)",
    "bytes": "nested['b'][0] = 0",
    "a tensor in place": "w.data.mul_(2)",
    "a tensor under no_grad": "with torch.no_grad(): w.zero_()",
    "a gradient accumulates": "(w**2).sum().backward()",
    "a gradient is cleared": "w.grad = None",
    "requires_grad": "w.requires_grad_(False)",
    "an array": "array[0] = 7",
    "parameters": "optimizer.zero_grad(); model(torch.ones(2)).sum().backward(); optimizer.step()",
    "training mode": "model.eval()",
    "a learning rate": "optimizer.param_groups[0]['lr'] = 9.0",
    "an attribute": "thing.x = 2",
    "through a bound method": "bound()",
    "a class attribute": "Thing.count = 1",
    "a closure": "count()",
    "a function's attribute": "clean.calls = 1",
    "a function's default": "clean.__defaults__ = (2,)",
    "a function's code": "clean.__code__ = (lambda x=1: 3).__code__",
    "a queue": "queue.append(2)",
    "a default dict that is read": "default['x']",
    "torch's random numbers": "torch.rand(1)",
    "random's numbers": "random.random()",
    "numpy's numbers": "np.random.rand()",
    "a generator's numbers": "torch.rand(1, generator=generator)",
    "the default dtype": "torch.set_default_dtype(torch.float64)",
    "gradients off": "torch.set_grad_enabled(False)",
    "a new module": "import sys, types; sys.modules['brand_new'] = types.ModuleType('brand_new')",
}


@pytest.fixture
def names() -> Iterator[dict[str, Any]]:
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)
    found: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(NOTEBOOK, "<cell>", "exec"), found)
    yield found
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)


def test_looking_and_calling_without_effect_change_nothing(names: dict[str, Any]) -> None:
    before = fingerprint(names)
    assert before is not None
    names["clean"]()
    assert fingerprint(names) == before
    assert fingerprint(names) == before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_of_state_is_seen(names: dict[str, Any], change: str) -> None:
    first, _, second = change.rpartition("FIRST; ")
    exec(first, names)
    before = fingerprint(names)
    assert before is not None
    exec(second, names)
    assert fingerprint(names) != before


@pytest.mark.parametrize(
    "unknown",
    [
        "thing = iter([1, 2])",
        "thing = (i for i in range(3))",
        "thing = open('/dev/null')",
        "import functools\nthing = functools.lru_cache(lambda x: x)",
        "thing = torch.ones(2).to_sparse()",
        "thing = torch.ones(8 << 20)",
        "thing = np.array([object()])",
        "class L(list): pass\nthing = L()",
        "class S:\n    __slots__ = ('a',)\nthing = S()",
        "import threading\nthing = threading.Lock()",
        "thing = [[n] for n in range(50_000)]",
    ],
)
def test_what_cannot_be_seen_through_is_not_vouched_for(names: dict[str, Any], unknown: str) -> None:
    exec(unknown, names)
    assert fingerprint(names) is None


def test_names_of_the_shell_do_not_count(names: dict[str, Any]) -> None:
    before = fingerprint(names)
    names |= {"In": ["x"], "_": iter([]), "_i1": "y", "get_ipython": object()}
    assert fingerprint(names) == before
