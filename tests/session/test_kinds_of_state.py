"""State of many kinds, that later cells change: it costs an earlier part nothing.

Each kind is a cell that defines ``f`` over the state, and a later cell that changes what ``f``
gives. None of them is known to the product."""

from __future__ import annotations

import pytest

from gradeprop.session.interface import Call, CellSource, Outcome, Raised, Returned, Sandbox
from session.patience import GENEROUS

F = Call("f")
CHECKS = [[F], [F, F]]
IMPORTS = "import math, os, random, sys\nimport numpy as np\nimport torch\n"

_TEXT = """\
# a base class
class A:
    k = 1
class B(A):
    pass
def f():
    return B.k
#
A.k = 2

# a method of a base class
class A:
    def m(self):
        return 1
class B(A):
    pass
b = B()
def f():
    return b.m()
#
A.m = lambda self: 2

# a metaclass
class M(type):
    k = 1
class A(metaclass=M):
    pass
def f():
    return A.k
#
M.k = 2

# a graph that was freed
w = torch.ones(2, requires_grad=True)
y = (w**2).sum()
def f():
    return torch.autograd.grad(y, w)[0]
#
torch.autograd.grad(y, w)

# a gradient that a tensor in between retains
w = torch.ones(2, requires_grad=True)
y = w**2
y.retain_grad()
w = y
def f():
    return y.grad
#
y.sum().backward()

# a hook after accumulating
w = torch.ones(2, requires_grad=True)
def f():
    (w * 2).sum().backward()
    g = w.grad
    w.grad = None
    return g
#
w.register_post_accumulate_grad_hook(
    lambda p: p.grad.mul_(5)
)

# a hook on a tensor
w = torch.ones(2, requires_grad=True)
def f():
    return torch.autograd.grad((w * 2).sum(), w)[0]
#
w.register_hook(lambda g: g * 5)

# a list's method by a name of its own
stack = [1, 2, 3]
pop = stack.pop
def f():
    return pop()
#
stack.append(9)

# an iterator's method
it = iter([1, 2, 3])
nx = it.__next__
def f():
    return nx()
#
nx()

# a module imported in the function
open("helper.py", "w").write("n=0")
def f():
    import helper
    return helper.n
#
import helper
helper.n = 5

# a name imported in the function
open("helper.py", "w").write("n=0")
def f():
    from helper import n
    return n
#
import helper
helper.n = 5

# anomaly detection
def f():
    x = torch.tensor(-1.0, requires_grad=True)
    return torch.autograd.grad(torch.sqrt(x) * 0 + x, x)[0]
#
torch.autograd.set_detect_anomaly(True)

# a class of tensors
class MyT(torch.Tensor):
    pass
t = torch.ones(2).as_subclass(MyT)
def f():
    return torch.Tensor(t.tolist())
#
t.mul_(3)

# a class of exceptions
class E(Exception):
    pass
e = E(1)
def f():
    return e.args[0]
#
e.args = (2,)

# a class of generators
class R(random.Random):
    pass
r = R(1)
def f():
    return r.random()
#
r.random()

# a generator of random numbers
r = random.Random(1)
def f():
    return r.random()
#
r.random()

# a numpy generator
r = np.random.default_rng(1)
def f():
    return float(r.random())
#
r.random()

# numpy's own generator
def f():
    return float(np.random.rand())
#
np.random.rand()

# slots
class S:
    __slots__ = ("a",)
s = S()
s.a = 1
def f():
    return s.a
#
s.a = 2

# slots of a base class
class S:
    __slots__ = ("a",)
class C(S):
    pass
s = C()
s.a = 1
def f():
    return s.a
#
s.a = 2

# an ordered dict
from collections import OrderedDict
d = OrderedDict(a=1, b=2)
def f():
    return list(d)
#
d.move_to_end("a")

# a counter
from collections import Counter
d = Counter("aab")
def f():
    return d["a"]
#
d.update("a")

# a namespace
from types import SimpleNamespace
d = SimpleNamespace(a=1)
def f():
    return d.a
#
d.a = 2

# a dataclass
from dataclasses import dataclass
@dataclass
class D:
    a: int = 1
d = D()
def f():
    return d.a
#
d.a = 2

# an enum
import enum
class D(enum.Enum):
    a = 1
def f():
    return D.a.value
#
D.a._value_ = 2

# a named tuple
from collections import namedtuple
N = namedtuple("N", "a")
n = N([1])
def f():
    return n.a
#
n.a.append(2)

# a cache
import functools
k = 1
@functools.lru_cache
def f():
    return k
#
k = 2
f()

# a partial call
import functools
L = [1]
f = functools.partial(sum, L)
#
L.append(2)

# a default argument
def f(a=[1]):
    return list(a)
#
f.__defaults__[0].append(2)

# a keyword's default
def f(*, a={"x": 1}):
    return dict(a)
#
f.__kwdefaults__["a"]["x"] = 2

# a closure
def mk():
    n = [0]
    def f():
        n[0] += 1
        return n[0]
    return f
f = mk()
#
f()

# a function's attribute
def f():
    f.n += 1
    return f.n
f.n = 0
#
f()

# a made module
import types
m = types.ModuleType("m")
m.a = 1
def f():
    return m.a
#
m.a = 2

# gradients off
def f():
    w = torch.ones(1, requires_grad=True)
    return (w * 2).requires_grad
#
torch.set_grad_enabled(False)

# the default dtype
def f():
    return torch.ones(1)
#
torch.set_default_dtype(torch.float64)

# a module's weights
m = torch.nn.Linear(1, 1)
def f():
    return m(torch.ones(1, 1))
#
with torch.no_grad():
    m.weight.add_(1)

# a module's mode
m = torch.nn.Dropout(0.5)
def f():
    return m(torch.ones(8))
#
m.eval()

# a module's hook
m = torch.nn.Linear(1, 1)
def f():
    return m(torch.ones(1, 1))
#
m.register_forward_hook(lambda *a: torch.zeros(1))

# a hook of all modules
m = torch.nn.Linear(1, 1)
def f():
    return m(torch.ones(1, 1))
#
torch.nn.modules.module.register_module_forward_hook(
    lambda *a: torch.zeros(1)
)

# an optimizer's state
w = torch.ones(1, requires_grad=True)
o = torch.optim.SGD([w], lr=0.1, momentum=0.9)
def f():
    o.zero_grad()
    (w * 2).sum().backward()
    o.step()
    return w.detach().clone()
#
f()

# an optimizer's settings
w = torch.ones(1, requires_grad=True)
o = torch.optim.SGD([w], lr=0.1)
def f():
    o.zero_grad()
    (w * 2).sum().backward()
    o.step()
    return w.detach().clone()
#
o.param_groups[0]["lr"] = 5

# a scheduler
w = torch.ones(1, requires_grad=True)
o = torch.optim.SGD([w], lr=0.1)
s = torch.optim.lr_scheduler.StepLR(o, 1)
def f():
    return s.get_last_lr()
#
o.step()
s.step()

# an array
a = np.ones(2)
def f():
    return a.tolist()
#
a += 1

# an array of objects
a = np.array([[1], 2], dtype=object)
def f():
    return len(a[0])
#
a[0].append(2)

# a view of an array
a = np.ones(4)
b = a[:2]
def f():
    return b.tolist()
#
a += 1

# a view of a tensor
a = torch.ones(4)
b = a[:2]
def f():
    return b
#
a += 1

# a tensor on an array's memory
a = np.ones(4)
b = torch.from_numpy(a)
def f():
    return b
#
a += 1

# a file of the same size
open("a.txt", "w").write("1")
def f():
    return open("a.txt").read()
#
open("a.txt", "w").write("2")

# a file in a folder
os.makedirs("d")
open("d/a.txt", "w").write("1")
def f():
    return open("d/a.txt").read()
#
open("d/a.txt", "w").write("2")

# the environment
def f():
    return os.environ.get("X")
#
os.environ["X"] = "1"

# the environment by a name of its own
e = os.environ
def f():
    return e.get("X")
#
os.environ["X"] = "1"

# where modules are looked for
def f():
    return len(sys.path)
#
sys.path.append("x")

# the notebook as a module
k = 1
def f():
    return sys.modules["__main__"].k
#
k = 2

# names of a frame
L = [1]
def f():
    return len(sys._getframe().f_globals["L"])
#
L.append(1)

# numpy changed
def f():
    return float(np.exp(0.0))
#
np.exp = np.sin

# an optimizer's class changed
w = torch.ones(1, requires_grad=True)
def f():
    o = torch.optim.SGD([w], lr=0.1)
    (w * 1).sum().backward()
    o.step()
    return w.detach().clone()
#
torch.optim.SGD.step = lambda self: None

# how arrays are printed
def f():
    return str(np.array([1.23456789]))
#
np.set_printoptions(precision=2)

# a set
s = {1, 2}
def f():
    return sorted(s)
#
s.add(3)

# a frozen set
class A:
    pass
a = A()
a.k = 1
s = frozenset([a])
def f():
    return [x.k for x in s]
#
a.k = 2

# a deque
from collections import deque
d = deque([1])
def f():
    return list(d)
#
d.append(2)

# a default dict
from collections import defaultdict
d = defaultdict(list)
def f():
    return len(d["x"])
#
d["x"].append(2)

# a property
class A:
    _k = 1
    @property
    def k(self):
        return A._k
a = A()
def f():
    return a.k
#
A._k = 2

# a static method
class A:
    L = [1]
    @staticmethod
    def k():
        return len(A.L)
def f():
    return A.k()
#
A.L.append(2)

# a class method
class A:
    L = [1]
    @classmethod
    def k(cls):
        return len(cls.L)
f = A.k
#
A.L.append(2)

# an object that is called
class A:
    def __init__(self):
        self.n = 0
    def __call__(self):
        self.n += 1
        return self.n
f = A()
#
f()

# a generator
def gen():
    yield 1
    yield 2
g0 = gen()
def f():
    return next(g0)
#
next(g0)

# a bytearray
b = bytearray(b"a")
def f():
    return b.decode()
#
b[0] = 98

# a function of autograd
class Sq(torch.autograd.Function):
    k = 2
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    def backward(ctx, g):
        return g * Sq.k * ctx.saved_tensors[0]
def f():
    x = torch.ones(1, requires_grad=True)
    Sq.apply(x).sum().backward()
    return x.grad
#
Sq.k = 3

# a torch generator
g0 = torch.Generator().manual_seed(1)
def f():
    return torch.rand(1, generator=g0)
#
torch.rand(1, generator=g0)

# a context variable
import contextvars
v = contextvars.ContextVar("v", default=1)
def f():
    return v.get()
#
v.set(2)

# a thread's variable
import threading
v = threading.local()
v.a = 1
def f():
    return v.a
#
v.a = 2

# a weak reference
import weakref
class A:
    pass
a = A()
a.k = 1
r = weakref.ref(a)
def f():
    return r().k
#
a.k = 2

# a view of a dict
import types
d = {"a": 1}
m = types.MappingProxyType(d)
def f():
    return m["a"]
#
d["a"] = 2

# a C integer
import ctypes
c = ctypes.c_int(1)
def f():
    return c.value
#
c.value = 2

# a C array
import array
c = array.array("i", [1])
def f():
    return c[0]
#
c[0] = 2

# a view of memory
b0 = bytearray(b"a")
c = memoryview(b0)
def f():
    return c[0]
#
b0[0] = 98

# a class of lists
class L(list):
    pass
l = L([1])
def f():
    return len(l)
#
l.append(1)

# a class of strings
class S(str):
    pass
s = S("a")
s.k = [1]
def f():
    return len(s.k)
#
s.k.append(1)

# a user's dict
from collections import UserDict
d = UserDict(a=1)
def f():
    return d["a"]
#
d["a"] = 2

# a class of user's dicts
from collections import UserDict
class U(UserDict):
    pass
d = U(a=1)
def f():
    return d["a"]
#
d["a"] = 2

# a class of modules
import types
class U(types.ModuleType):
    pass
d = U("x")
d.a = 1
def f():
    return d.a
#
d.a = 2

# a made class
A = type("A", (), {"k": 1})
def f():
    return A.k
#
A.k = 2

# a class bound anew
class A:
    def m(self):
        return k
class B(A):
    def m(self):
        return super().m() + 1
k = 1
L = [B()]
def f():
    return L[0].m()
#
k = 2
class B(A):
    def m(self):
        return 100

# a name in a base class's method
k = [1]
class A:
    def m(self):
        return len(k)
class B(A):
    pass
L = [B()]
def f():
    return L[0].m()
#
k.append(2)

# an operator
class A:
    def __add__(self, o):
        return len(q)
q = [1]
x = A()
def f():
    return x + 1
#
q.append(1)

# numpy's errors
def f():
    try:
        np.array([1.0]) / np.array([0.0])
        return 1
    except FloatingPointError:
        return 2
#
np.seterr(all="raise")

# warnings as errors
import warnings
def f():
    try:
        warnings.warn("x")
        return 1
    except UserWarning:
        return 2
#
warnings.simplefilter("error")

# how deep calls may go
def f():
    def r(n):
        return 0 if n == 0 else 1 + r(n - 1)
    return r(300)
#
sys.setrecursionlimit(200)

# a tensor's flag
w = torch.ones(2)
def f():
    return w.requires_grad
#
w.requires_grad_()

# a detached tensor
w = torch.ones(2)
v = w.detach()
def f():
    return v * 1
#
w.zero_()

# a tensor's data
w = torch.ones(2)
def f():
    return w * 1
#
w.data = torch.zeros(2)

# a tensor's attribute
w = torch.ones(2)
w.k = 1
def f():
    return w.k
#
w.k = 2

# a tensor in a dict
d = {"w": torch.ones(2)}
def f():
    return d["w"] * 1
#
d["w"] += 1

# a sparse tensor
w = torch.eye(2).to_sparse()
def f():
    return w.to_dense()
#
w = w * 2

# a name in a function in a dict
fs = {"a": lambda: k}
k = 1
def f():
    return fs["a"]()
#
k = 2

# a value in a function in a dict
fs = {"a": lambda: len(k)}
k = [1]
def f():
    return fs["a"]()
#
k.append(2)

# evaluated text
k = [1]
def f():
    return eval("len(k)")
#
k.append(2)

# an attribute of the notebook
k = [1]
import __main__
def f():
    return len(getattr(__main__, "k"))
#
k.append(2)

# the last output
def f():
    return _
#
7

# how many threads torch uses
def f():
    return torch.get_num_threads()
#
torch.set_num_threads(1)
torch.set_num_threads(2)

# an endless count
import itertools
c = itertools.count()
def f():
    return next(c)
#
next(c)

# a descriptor
class D:
    v = 1
    def __get__(self, o, t):
        return D.v
class A:
    d = D()
def f():
    return A.d
#
D.v = 2

# a registered class
import abc
class A(abc.ABC):
    pass
class B:
    pass
def f():
    return issubclass(B, A)
#
A.register(B)

# a dispatching function
import functools
@functools.singledispatch
def h(x):
    return 1
def f():
    return h(3)
#
h.register(int, lambda x: 2)

# what is copied
import copy
k = [[1]]
def f():
    return copy.deepcopy(k)
#
k[0].append(1)

# a deleted attribute
class A:
    pass
a = A()
a.x = 1
def f():
    return hasattr(a, "x")
#
del a.x

# an object's class
class A:
    def m(self):
        return 1
class B:
    def m(self):
        return 2
a = A()
def f():
    return a.m()
#
a.__class__ = B

# a function's code
def h():
    return 1
def h2():
    return 2
def f():
    return h()
#
h.__code__ = h2.__code__

# a class's bases
class X:
    pass
class A(X):
    pass
class C:
    k = 2
X.k = 1
class A2(X):
    pass
def f():
    return A2.k
#
A2.__bases__ = (C,)

# a wrapped function
import functools
def deco(fn):
    @functools.wraps(fn)
    def inner():
        inner.n += 1
        return inner.n
    inner.n = 0
    return inner
@deco
def f():
    pass
#
f()

# the working folder
os.makedirs("d")
def f():
    return os.getcwd().endswith("/d")
#
os.chdir("d")

# history
def f():
    return len(In)
#
x = 1

# IPython's names
ip = get_ipython()
k = [1]
def f():
    return len(ip.user_ns["k"])
#
k.append(1)

# how tensors are printed
t = torch.tensor([1.23456789])
def f():
    return str(t)
#
torch.set_printoptions(precision=2)

# text in memory
import io
b = io.StringIO("abc")
def f():
    return b.read(1)
#
b.read(1)
"""


def _kinds() -> dict[str, tuple[str, str]]:
    """By its name, the cell with ``f`` and the later one: paragraphs ``# name``, cell, ``#``,
    cell."""
    kinds = {}
    for paragraph in _TEXT.strip().split("\n\n"):
        title, cells = paragraph.split("\n", 1)
        defines, changes = cells.split("\n#\n")
        kinds[title.removeprefix("# ")] = defines, changes
    return kinds


KINDS = _kinds()


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
