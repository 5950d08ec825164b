from __future__ import annotations

import builtins
import math
import random
import sys
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gradeprop.session.student.fingerprint import Budget, facts_of
from gradeprop.session.student.surroundings import listing, numbers, put_back, surroundings

NOTEBOOK = """
import math, random
import numpy as np
import torch
from collections import OrderedDict, defaultdict, deque
from torch import nn

w = torch.tensor([1.0, 2.0], requires_grad=True)
(w**2).sum().backward()
array, scalar = np.ones(3), np.float64(1)
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
    "numpy's scalars": "scalar = np.float32(2)",
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
    "a generator's numbers": "torch.rand(1, generator=generator)",
}
AROUND = {
    "the default dtype": "torch.set_default_dtype(torch.float64)",
    "gradients off": "torch.set_grad_enabled(False)",
    "warnings as errors": "import warnings; warnings.simplefilter('error')",
    "numpy's errors": "np.seterr(all='raise')",
    "the working folder": "import os; os.chdir('..')",
    "a thread": "import threading as t; e = t.Event(); finish = e.set; t.Thread(target=e.wait).start()",
    "how deep calls may go": "import sys; sys.setrecursionlimit(sys.getrecursionlimit() + 1)",
    "a trace function": "import sys; sys.settrace(lambda *_: None)",
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


def fingerprint(names: dict[str, Any]) -> list[Any] | None:
    """All that can be seen of all names."""
    budget = Budget()
    found = [
        facts_of(value, names, budget=budget)
        for name, value in names.items()
        if name not in ("__builtins__", "__name__")
    ]
    return None if None in found else found


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


@pytest.mark.parametrize("change", AROUND.values(), ids=AROUND)
def test_every_change_around_the_names_is_seen(
    names: dict[str, Any], change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trace, depth = sys.gettrace(), sys.getrecursionlimit()
    with np.errstate(), warnings.catch_warnings():
        before = surroundings()
        assert surroundings() == before
        try:
            exec(change, names)
            assert surroundings() != before
        finally:
            sys.settrace(trace)
            sys.setrecursionlimit(depth)
            names.get("finish", lambda: None)()


def test_random_numbers_go_on_from_where_they_stood() -> None:
    standing = numbers()

    def draw() -> list[float]:
        return [torch.rand(1).item(), random.random(), np.random.rand()]

    first = draw()
    put_back(standing)
    assert draw() == first


def test_what_a_function_refers_to_is_told(names: dict[str, Any]) -> None:
    facts = facts_of(names["clean"], names)
    assert facts is not None
    assert {"numbers", "math", "w", "model"} <= facts.refers
    inner = facts_of(names["thing"], names)
    assert inner is not None
    assert "x" in inner.refers  # of a method of its class


@pytest.mark.parametrize(
    ("library", "name"),
    [
        (torch, "exp"),
        (torch.Tensor, "backward"),
        (torch.autograd, "grad"),
        (builtins, "sum"),
        (math, "pi"),
    ],
)
def test_a_replaced_part_of_a_library_that_a_function_uses_is_seen(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch, library: Any, name: str
) -> None:
    exec("def f(x): return sum([torch.exp(y * math.pi) for y in x]).mean()", names)
    before = facts_of(names["f"], names)
    assert before is not None
    monkeypatch.setattr(library, name, None)
    assert facts_of(names["f"], names) != before


def test_the_environment_counts_for_who_looks_at_it(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    exec("import os\ndef looks(): return os.environ.get('NEW')", names)
    before = facts_of(names["looks"], names)
    monkeypatch.setenv("NEW", "1")
    assert facts_of(names["looks"], names) != before


def test_the_students_own_modules_are_looked_into(names: dict[str, Any], tmp_path: Path) -> None:
    helper = types.ModuleType("helper")
    helper.__file__ = str(tmp_path / "helper.py")
    exec("count = [0]\ndef step(): count[0] += 1", helper.__dict__)
    names |= {"helper": helper, "step": helper.step}
    for name in ("helper", "step"):
        before = facts_of(names[name], names, (str(tmp_path),))
        assert before is not None
        helper.step()
        assert facts_of(names[name], names, (str(tmp_path),)) != before
    assert facts_of(torch, names, (str(tmp_path),)) == facts_of(torch, names, (str(tmp_path),))


def test_a_folder_is_listed_with_all_below_it_and_has_nothing_in_it_once_it_is_gone(
    tmp_path: Path,
) -> None:
    (tmp_path / "b").write_text("12")
    (tmp_path / "a").write_text("1")
    (tmp_path / "c" / "d").mkdir(parents=True)
    (tmp_path / "c" / "d" / "e").write_text("123")
    (tmp_path / "c" / "back").symlink_to(tmp_path)
    found = [(name, size) for name, size, _ in listing(tmp_path) if name != "c/back"]
    assert found == [("a", 1), ("b", 2), ("c", -1), ("c/d", -1), ("c/d/e", 3)]
    assert listing(tmp_path / "none") == []


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
        "class P:\n    @property\n    def __dict__(self): raise ValueError\nthing = P()",
        "class M(type):\n    @property\n    def __mro__(cls): return 1 / 0\nclass "
        "A(metaclass=M): pass\n"
        "thing = A()",
    ],
)
def test_what_cannot_be_seen_through_is_not_vouched_for(
    names: dict[str, Any], unknown: str
) -> None:
    exec(unknown, names)
    assert fingerprint(names) is None


def test_cuda_that_has_started_since_goes_on_from_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    standing = numbers()
    seeds: list[int] = []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeds.append)
    put_back(standing)
    assert seeds == [torch.initial_seed()]
