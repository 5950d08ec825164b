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
