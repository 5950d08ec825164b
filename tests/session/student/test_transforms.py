"""The quick transformation gives what IPython's own gives."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.async_helpers import _should_be_async
from IPython.core.inputtransformer2 import TransformerManager

from gradeprop.session.student.transforms import QuickTransformers, may_await, may_warn

CELLS = [
    "",
    "x = 1",
    "\n\n  \nx = 1\n",
    "  x = 1\n  y = 2",
    "%matplotlib inline\nx = 1",
    "x = 1\n%time y = 2",
    "%%time\nx = 1\n!ls",
    "files = !ls\nn = %who_ls",
    "if True:\n    !ls\n    files = !ls",
    "torch.ones?\n",
    "x = 1\ntorch.ones??",
    "?print",
    "!pip install torch",
    ">>> x = 1\n>>> y = 2\n3",
    "x = 1\n>>> y = 2",
    "In [1]: x = 1\n   ...: y = 2",
    "text = '''\n>>> doctest\n'''\n",
    'def f(x):\n    """Twice.\n\n    >>> f(2)\n    4\n    """\n    return 2 * x',
    "a = (7\n% 4)\nb = 7 % 4\nc = '%d!' % a\nd = a != b",
    "x = 7 \\\n  % 4",
    "print('really?')\nprint('50% off!')",
    "# what is this?\nx = 1",
    "text = 'and so on ...'\nelse_ = [...]\n",
    "text = '...'.join(['...'])\n... and so on\n",
    "  >>> x = 1\n  ... # more\n  2",
    "/f 1 2\n,f a b\n;f a b",
    "f(\n  'unclosed",
    'text = "\n  \n"\n',
    'text = "\n \t \r\n"\n  ',
    "if a:\n\tx = 1\n   \n\ty = 2",
    "x = 1\f\n  \f  y\n",
    " \u2028x = 1",
    "x = 5 if a else\\\n 7\nx?",
    "x: int = 5\nmatch x:\n    case 5: pass",
    "s = '\\d'",
    "x\x00y",
    "await f()",
    "async def f(): pass\n[x async for x in f()]",
    "def f():\n    return 1\nf()",
    "  x = 1\n\tx = 1",
]


def transformed(manager: TransformerManager, cell: str) -> str:
    try:
        return str(manager.transform_cell(cell))
    except Exception as error:
        return f"raises {type(error).__name__}"


def assert_as_from_ipython(cell: str) -> None:
    expected, got = transformed(TransformerManager(), cell), transformed(QuickTransformers(), cell)
    # which the quick one leaves to Python, an instant later
    if expected in ("raises IndentationError", "raises TabError") and got != expected:
        with pytest.raises(SyntaxError):
            ast.parse(got)
    else:
        assert got == expected


@pytest.mark.parametrize("cell", CELLS)
def test_cells_come_out_as_from_ipython(cell: str) -> None:
    assert_as_from_ipython(cell)


LINES = st.sampled_from(
    [line for cell in CELLS for line in cell.split("\n")]
    + ["  ", " \t", "\r", "a\x0b  ", "\tz = 2"]
    + [
        "    y = 1",
        '"""',
        "'''",
        "    !ls",
        "%%bash",
        "x = [",
        "]",
        "\\",
        "    return x",
        "f(x)?",
        "...: z",
    ]
)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.lists(LINES, max_size=6))
def test_any_mixture_of_lines_comes_out_as_from_ipython(lines: list[str]) -> None:
    assert_as_from_ipython("\n".join(lines))


def test_a_students_own_transformers_run() -> None:
    class Shouts:
        """Finds ``shout`` wherever a line begins with it."""

        @classmethod
        def find(cls, tokens_by_line: list[list[object]]) -> Shouts | None:
            for line in tokens_by_line:
                if getattr(line[0], "string", "") == "shout":
                    return cls()
            return None

        def sortby(self) -> tuple[int, int]:
            return (0, 0)

        priority = 1
        start_line = start_col = 0

        def transform(self, lines: list[str]) -> list[str]:
            return [line.replace("shout", "print('!')") for line in lines]

    both = (QuickTransformers(), TransformerManager())
    for manager in both:
        manager.token_transformers.append(Shouts)
        manager.cleanup_transforms.append(
            lambda lines: [line.replace("two", "2") for line in lines]
        )
    cells = [transformed(manager, "x = two\nshout\n") for manager in both]
    assert cells == ["x = 2\nprint('!')\n"] * 2


@pytest.mark.parametrize("cell", CELLS)
def test_what_awaits_is_seen(cell: str) -> None:
    try:
        awaits = _should_be_async(cell)
    except ValueError:  # a null byte
        return
    assert may_await(cell) or not awaits


WORDS = st.sampled_from(
    [
        "is",
        "is not",
        " ",
        "\n",
        "x",
        "1",
        "'a'",
        "(1)",
        "[1]",
        "-",
        "this",
        "=",
        "assert ",
        "==",
        ";",
    ]
)


@given(st.lists(WORDS, max_size=8).map("".join))
@settings(max_examples=400)
def test_what_the_compiler_warns_of_is_looked_at(cell: str) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            compile(cell, "cell", "exec")
        except SyntaxError:
            return
    assert may_warn(cell) or not any("literal" in str(item.message) for item in warned)


@pytest.mark.parametrize(
    "cell",
    ["1 is x", "x is 1", "x is not 'a'", "x is (1)", "assert (x, 'why')", r"'\d'", "'a'is x"],
)
def test_what_may_be_warned_of_is_told(cell: str) -> None:
    assert may_warn(cell)


def test_nothing_is_warned_of_in_words() -> None:
    assert not may_warn("# what is this? an axis [0] and a mistake\ny = x is None\nz = x is not y")
