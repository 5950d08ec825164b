"""When a late answer is known to be the one of the place: seen from the code, by what is known."""

from __future__ import annotations

import pytest

from gradeprop.course.keys import PartKey
from gradeprop.grading.run.settled import Settled
from gradeprop.notebook.restore import RunCell
from gradeprop.session.interface import CellOutcome

PART = PartKey("slopes", "code")
SETUP = "import torch\nimport math\nimport torch.nn.functional as F\nimport os, gc, warnings\n"
PLAIN = "def f(x):\n    return 2 * x\n"


def settled(
    answer: str, *later: str, before: tuple[str, ...] = (), ended: str = "ok", names: str = "f"
) -> bool:
    cells = [RunCell(SETUP, "code", "release", "setup")]
    cells += [RunCell(source, "code", "extra") for source in before]
    cells.append(RunCell(answer, "code", "student", "slopes-code"))
    cells.append(RunCell('gp.check("slopes")', "code", "release", "slopes-code-check", PART))
    cells += [RunCell(source, "code", "extra") for source in later]
    ran = [(cell, CellOutcome("ok")) for cell in cells if cell.judge is None]
    ran[-1] = (ran[-1][0], CellOutcome(ended))  # type: ignore[arg-type]
    return Settled(cells, ran).is_settled(PART, names.split())


@pytest.mark.parametrize(
    "answer",
    [
        PLAIN,
        "# a comment\ndef f(x, lr=0.1, *, steps=(1, 2)):\n    return lr * x",
        "rate = -2.5e-1\ndef f(x):\n    return rate * x",
        "size = (2, 3)\ndef f(x):\n    return x.reshape(size)",
        "def double(x):\n    return 2 * x\ndef f(x):\n    return double(x)",
        "def f(n):\n    return 1 if n == 0 else n * f(n - 1)",
        "def f(x):\n    import math\n    return math.pi * x",
        "from math import pi\ndef f(x):\n    return pi * x",
        "def f(x):\n    def inner(y):\n        return y * x\n    return inner(x)",
        "def f(x):\n    return [y for y in x if y > 0]",
        "def f(w):\n    w = w.detach().clone().requires_grad_()\n    loss = (w ** 2).sum()\n"
        "    loss.backward()\n    with torch.no_grad():\n        w -= 0.1 * w.grad\n"
        "    w.grad = None\n    return w",
        "def f(x):\n    opt = torch.optim.SGD([x], lr=0.1)\n    opt.zero_grad()\n    opt.step()\n"
        "    return F.mse_loss(x, torch.zeros_like(x)).item()",
        "def f(x):\n    try:\n        return 1 / x\n    except ZeroDivisionError as error:\n"
        "        raise ValueError(f'{error}: {x:.2f}') from error",
        "def f(x):\n    return undefined_name" + "\nundefined_name = 2",
        "class Own:\n    def __init__(self):\n        self.lr = 0.1\n    def move(self, w):\n"
        "        self.moved = w - self.lr * w.grad\n        return self.moved\n"
        "def f(x):\n    return 2 * x",
        "class Own:\n    def __init__(self, k, inputs=()):\n        self.k, self.inputs = k, inputs\n"
        "    def __add__(self, other):\n        return Own(self.k + other.k, (self, other))\n"
        "def f(x):\n    return 2 * x\nprint((Own(1) + Own(2)).inputs[0].k)",
        "def f(w, steps):\n    opt = torch.optim.SGD([w], lr=0.1)\n"
        "    plan = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.9)\n"
        "    for _ in range(steps):\n        opt.step()\n        plan.step()\n    return w",
    ],
)
def test_a_plain_function_before_cells_that_compute_is_settled(answer: str) -> None:
    later = (
        "w = torch.randn(3, requires_grad=True)\nloss = (w ** 2).sum()\nloss.backward()\n"
        "print(f'the slope is {w.grad}')\nw.grad.zero_()",
        "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.hidden = torch.nn.Linear(2, 3)\n"
        "    def forward(self, x):\n        return torch.tanh(self.hidden(x))\nnet = Net()",
        "for step in range(3):\n    with torch.no_grad():\n        w -= 0.1 * w",
    )
    assert settled(answer, *later, ended="error")


@pytest.mark.parametrize(
    "later",
    [
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nimport numpy as np\n"
        "xs = np.linspace(-2, 2, 50)\nys = f(torch.from_numpy(xs)).numpy()\n"
        "plt.plot(xs, ys, label='mine')\nplt.xlabel('x')\nplt.legend()\nplt.show()",
        "from matplotlib import pyplot as plt\nfig, ax = plt.subplots()\n"
        "ax.scatter([1], [2])\nax.set_title('a point')",
        "import numpy as np\na = np.array([1.0, 2.0])\na.sort()\nprint(a.astype(np.float32))",
    ],
)
def test_pictures_and_arrays_change_no_function(later: str) -> None:
    assert settled(PLAIN, later)
    assert settled("import numpy as np\ndef f(x):\n    return np.abs(x)", later)


@pytest.mark.parametrize(
    "answer",
    [
        "log = []\ndef f(x):\n    log.append(x)\n    return len(log)",
        "table = {'a': 2.0}\ndef f(x):\n    return table['a'] * x",
        "w = torch.ones(2)\ndef f(x):\n    return w * x",
        "rate = 0.1\nrate = 0.2\ndef f(x):\n    return rate * x",
        "if True:\n    rate = 0.1\ndef f(x):\n    return rate * x",
        "rate = other = 0.1\ndef f(x):\n    return rate * x",
        "def f(x):\n    return x + missing",
        "def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)",
        "def f(x, *, seen={}):\n    return len(seen)",
        "import functools\n@functools.lru_cache\ndef f(x):\n    return x",
        "def f(x):\n    f.calls = 1\n    return x",
        "def f(x):\n    return g.count\ndef g(): pass",
        "def f(x):\n    global n\n    n = x\n    return n",
        "class f:\n    pass",
        # named like one's own attribute, and called: of what is not known
        "class A:\n    def __init__(self):\n        self.seed = 1\ntorch.seed()\n"
        "def f(x):\n    return x",
        "class A:\n    def __init__(self):\n        self.seed = 1\ng = torch.seed\ng()\n"
        "def f(x):\n    return x",
        "class A:\n    def __init__(self):\n        self.benchmark = 1\n"
        "print(torch.backends.benchmark)\ndef f(x):\n    return x",
        "class A:\n    def __init__(self):\n        self.k = 1\ndef f(x):\n    return A.k * x",
        "class A:\n    def __init__(self):\n        self.k = 1\na = A()\na.k = 2\n"
        "def f(x):\n    return x",
        "f = lambda x: 2 * x",
        "class A:\n    k = 2\ndef f(x):\n    return A.k * x",
        "it = iter([1, 2])\ndef f(x):\n    return next(it)",
        "def f(x):\n    yield x",
        "def f(x):\n    return torch.rand(1)",
        "def f(x):\n    return torch.nn.Linear(2, 2)(x)",
        "def f(x):\n    return torch.randn_like(x)",
        "def f(x):\n    import random\n    return random.random()",
        "def f(x):\n    return open('data.txt').read()",
        "def f(x):\n    return eval('x')",
        "def f(x):\n    return globals()['n']",
        "def f(x):\n    return getattr(torch, 'ones')(2)",
        "def f(x):\n    return os.getcwd()",
        "def f(x):\n    return torch.get_num_threads()",
        "def f(x):\n    return x.requires_grad_().register_hook(print)",
        "def f(x):\n    return str.__subclasses__()",
        "def g(x):\n    return f(x)",
        "%timeit f\ndef f(x):\n    return x",
        "def f(x):\n    import helper\n    return helper.n",
        "import matplotlib.pyplot as plt\ndef f(x):\n    plt.plot(x)\n    return 2 * x",
        "import matplotlib.pyplot as plt\ndef f(x):\n    return str(plt.step(x, x))",
        "from matplotlib import pyplot\ndef f(x):\n    return str(pyplot.step(x, x))",
        "def f(x):\n    import matplotlib.pyplot as p\n    return str(p.step(x, x))",
        "def f(x):\n    from matplotlib.pyplot import step\n    return str(step(x, x))",
        "from matplotlib.pyplot import step\ndef f(x):\n    return str(step(x, x))",
        "def f(x):\n    import numpy as np\n    return np.random.rand()",
        PLAIN + "def f(x):\n    return 3 * x",
        PLAIN + "f = f",
        PLAIN + "del f",
    ],
)
def test_whatever_could_carry_state_is_not(answer: str) -> None:
    assert not settled(answer, "x = 1")


@pytest.mark.parametrize(
    "later",
    [
        "torch.set_default_dtype(torch.float64)",
        "t = torch\nt.set_default_dtype(torch.float64)",
        "from torch import set_default_dtype as again\nagain(torch.float64)",
        "torch.Tensor.scaled = lambda self: self",
        "torch.exp = torch.sin",
        "torch.nn.functional.relu = torch.sin",
        "def patch(kind):\n    kind.exp = torch.sin\npatch(torch)",
        "setattr(torch, 'exp', torch.sin)",
        "vars(torch)['exp'] = torch.sin",
        "torch.__dict__['exp'] = torch.sin",
        "amp = torch.autocast('cpu', dtype=torch.bfloat16)\namp.__enter__()",
        "torch.set_grad_enabled(False)",
        "torch.inference_mode().__enter__()",
        "torch.autograd.set_detect_anomaly(True)",
        "torch.set_num_threads(1)",
        "def halfway():\n    with torch.no_grad():\n        yield\ng = halfway()\nnext(g)",
        "def halfway():\n    with torch.no_grad():\n        yield\ng = list(halfway())",
        "import helper",
        "from helper import *",
        "import sys\nsys.setrecursionlimit(100)",
        "warnings.simplefilter('error')",
        "gc.collect()",
        "os.chdir('..')",
        "%matplotlib notebook",
        "%matplotlib inline --no-import-all",
        "import matplotlib\nmatplotlib.use('svg')",
        "import matplotlib.pyplot as plt\nplt.rcParams['font.size'] = 20",
        "import matplotlib.pyplot as plt\nplt.connect('draw_event', print)",
        "import matplotlib.animation",
        "from matplotlib import rc",
        "import numpy as np\nnp.seterr(all='raise')",
        "import numpy as np\nnp.exp = np.sin",
        "import numpy as np\nnp.random.seed(1)",
        "import numpy.random",
        "from numpy import random",
        "!ls",
        "exec('torch.exp = torch.sin')",
        "eval('1')",
        "get_ipython()",
        "print(not_bound_anywhere)",
        "open('a.txt', 'w').write('1')",
        "f.__code__ = (lambda x: x).__code__",
        "f.__defaults__ = (1,)",
        "def f(x):\n    return x",
        "f = None",
        "for f in range(3): pass",
        "with torch.no_grad() as f: pass",
        "import math as f",
        "try:\n    1 / 0\nexcept ZeroDivisionError as f:\n    pass",
        "if (f := 2): pass",
        "def g():\n    global f\n    f = 3\ng()",
        "async def g(): pass",
        "await thing",
    ],
)
def test_a_cell_that_could_do_more_than_compute_settles_nothing(later: str) -> None:
    assert settled(PLAIN, "x = 1")
    assert not settled(PLAIN, later)


USES_BUILTINS = "def f(x):\n    return sum(max(abs(y), pow(y, 2)) for y in x[: len(x)])\n"


@pytest.mark.parametrize(
    "later",
    [
        "sum = 0",
        "max = 10",
        "def pow(x): pass",
        "def abs(x, y): pass",
        "from math import pow",
        "from torch import sum",
        "for len in range(3): pass",
        "match {'a': 1}:\n    case {**abs}:\n        pass",
        "class sum: pass",
    ],
)
def test_a_builtin_that_a_later_cell_shadows_was_the_builtin(later: str) -> None:
    assert settled(USES_BUILTINS, "x = 1")
    assert not settled(USES_BUILTINS, later)
    assert not settled("def f(x):\n    return helper(x)\n", "def helper(x):\n    return x")
    assert not settled("def f(x):\n    return rate * x", "rate = 0.1")
    assert not settled("def f(x):\n    return pi * x", "from math import pi")


@pytest.mark.parametrize(
    ("answer", "later"),
    [
        ("target = 3.0\ndef f(x):\n    err = lambda x, target: x - target\n    return err(x, target)",
         "target = 5.0"),
        ("goal = 1.0\ndef f(x):\n    def loss(y, goal):\n        return y - goal\n"
         "    return loss(x, goal)", "goal = 100.0"),
        ("n = 2\ndef f(w):\n    return [w for n in range(n)]", "n = 3"),
        ("k = 2\ndef f(w):\n    sum([k for k in (1, 1)])\n    return w * k", "k = 3"),
        ("half = 0.5\ndef f(w):\n    def inner():\n        half = 2\n        return half\n"
         "    return inner() * half", "half = 0.25"),
        ("def f(x):\n    try:\n        n = extra\n    except NameError:\n        n = 0\n"
         "    return x + n", "extra = 3"),
    ],
)  # fmt: skip
def test_a_name_of_an_inner_scope_hides_no_global_one(answer: str, later: str) -> None:
    assert settled(answer, "x = 1") == ("extra" not in answer)
    assert not settled(answer, later)


@pytest.mark.parametrize(
    "later",
    [
        "torch.Tensor.grad = None",
        "from torch import Tensor\nTensor.grad = None",
        "class Timer:\n    def __enter__(self): return self\n    def __exit__(self, *_): pass\n"
        "g = torch.no_grad()\ng.__enter__()",
        "class Own:\n    def set_default_dtype(self): pass\ntorch.set_default_dtype(torch.float64)",
        "def set_up(self):\n    self.exp = torch.sin\nset_up(torch)",
        "class A:\n    def set_up(this):\n        this.exp = torch.sin\nA.set_up(torch)",
    ],
)
def test_words_of_ones_own_classes_stand_for_nothing_else(later: str) -> None:
    assert not settled(PLAIN, later)


@pytest.mark.parametrize(
    "later",
    [
        ("T = type(torch.ones(1))\nT.grad = None",),
        ("T = torch.Tensor", "T.grad = None"),
        ("from torch import Tensor as T", "T.grad = None"),
        ("for T in (torch.nn.Parameter,):\n    T.grad = None",),
        ("ag = torch.autograd\nag.grad = None",),
        ("import torch.autograd as ag", "ag.grad = None"),
        ("from torch import autograd as ag", "ag.grad = None"),
        ("class A:\n    def step(self):\n        self.exp = torch.sin", "A.step(torch)"),
        ("class A:\n    def step(self):\n        self.exp = torch.sin", "A.step(torch.nn)"),
        ("class A:\n    def step(self):\n        self = torch\n        self.exp = torch.sin",),
    ],
)
def test_an_attribute_is_not_set_of_what_all_code_shares(later: tuple[str, ...]) -> None:
    """Under a name of one's own, in whatever cell that was bound."""
    own = "for p in (torch.ones(1), torch.nn.Parameter(torch.ones(1))):\n    p.grad = None"
    assert settled(PLAIN, own)
    assert not settled(PLAIN, own, *later)


@pytest.mark.parametrize("ended", ["timeout", "killed", "memory", "output"])
def test_a_cell_that_was_stopped_may_have_left_anything_open(ended: str) -> None:
    assert not settled(PLAIN, "with torch.no_grad():\n    x = 1", ended=ended)


def test_a_later_cell_may_call_what_an_earlier_one_defined() -> None:
    patches = "def patch():\n    torch.set_default_dtype(torch.float64)"
    assert settled(PLAIN, "g()", before=("def g():\n    return torch.ones(2)",))
    assert not settled(PLAIN, "patch()", before=(patches,))


def test_what_a_constant_is_may_not_change() -> None:
    answer = "rate = 0.1\ndef f(x):\n    return rate * x"
    assert settled(answer, "x = 1")
    assert not settled(answer, "rate = 0.2")
    assert not settled(answer, "def g():\n    global rate\n    rate = 5\ng()")


def test_every_name_that_is_asked_counts() -> None:
    assert settled(PLAIN + "def g(x):\n    return x", "x = 1", names="f g")
    assert not settled(PLAIN + "g = torch.ones(2)", "x = 1", names="f g")
    assert not settled(PLAIN, "x = 1", names="f nothing")
