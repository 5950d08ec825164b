from __future__ import annotations

import pytest

from gradeprop.session.interface import Missing
from gradeprop.session.unkept import not_kept

BODY = "def f(w):\n    return 2 * w"


@pytest.mark.parametrize(
    ("cell", "magic"),
    [
        (f"%%timeit\n{BODY}", "%%timeit"),
        (f"\n%%timeit -n 3\n{BODY}", "%%timeit"),
        (f"%%writefile f.py\n{BODY}", "%%writefile"),
        (f"%%python\n{BODY}", "%%python"),
        (f"get_ipython().run_cell_magic('timeit', '', {BODY!r})\n", "%%timeit"),
        (f"%%time\n{BODY}", None),
        (f"%%capture out\n{BODY}", None),
        (BODY, None),
        ("%%timeit\ng = 3", None),
        ("%%timeit\nf_of_x = 3", None),
    ],
)
def test_magics_that_keep_no_names_are_named(cell: str, magic: str | None) -> None:
    assert not_kept(Missing("f"), ["x = 1", cell, "y = 2"]) == Missing("f", unkept_by=magic)


def test_a_name_that_is_something_else_is_not_explained() -> None:
    wrong = Missing("f", "int")
    assert not_kept(wrong, [f"%%timeit\n{BODY}"]) == wrong


@pytest.mark.parametrize(
    ("cells", "deleted"),
    [
        (["w = 1", "del w"], True),
        (["w = 1\ndel w"], True),
        (["v = w = 1", "del v, w", "x = 2"], True),
        (["for w in (1, 2):\n    pass\ndel w", "def f(x):\n    w = x\n    return w"], True),
        (["import math as w", "del w"], True),
        (["del w", "w = 1"], False),
        (["w = 1", "del v"], False),
        (["w = 1", "def f():\n    global w\n    del w"], False),
        (["w = 1", "del w", "def w():\n    pass"], False),
        (["w = 1\ndel w", "w = = 2"], False),
        (["w = 1"], False),
        ([], False),
    ],
)
def test_a_name_that_was_deleted_last_is_said_to_be(cells: list[str], deleted: bool) -> None:
    expected = Missing("w", deleted_by="`del w`" if deleted else None)
    assert not_kept(Missing("w"), cells) == expected
