"""Maths between dollars, as a terminal shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.cli.maths_text import in_unicode, with_maths

EXERCISES = Path(__file__).parents[2] / "exercises"


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\nabla f", "∇f"),
        (r"\frac a b", "a/b"),
        (r"\tfrac12", "1/2"),
        (r"\frac{\partial L}{\partial w_3} = -15", "∂L/∂w₃ = −15"),
        (r"\frac{a + b}{2w}", "(a + b)/(2w)"),
        (r"L = (\hat y - y)^2", "L = (ŷ − y)²"),
        (r"w_{t+1} = w_t - \eta \nabla L(w_t)", "wₜ₊₁ = wₜ − η∇L(wₜ)"),
        (r"w - \eta \cdot (-5) > w", "w − η · (−5) > w"),
        (r"x^{10}_i, e^{-x}, W_1^\top x", "x¹⁰ᵢ, e⁻ˣ, W₁ᵀx"),
        (r"x^{\alpha + 1}", "x^(α + 1)"),
        (r"\sqrt{x^2 + 1} \le \sqrt 2", "√(x² + 1) ≤ √2"),
        (r"\log x + \max_i x_i", "log x + maxᵢ xᵢ"),
        (r"\left(\frac{1}{2}\right)", "(1/2)"),
        (r"\left. f \right|_{x=0}", "f |ₓ₌₀"),
        (r"W \in \mathbb{R}^{n \times m}", "W ∈ ℝ^(n × m)"),
        (r"\text{if }x \to 0", "if x → 0"),
        (r"f'(w)", "f′(w)"),
        (r"\|w\|_2", "‖w‖₂"),
    ],
)
def test_what_has_a_form_in_a_terminal_gets_it(tex: str, shown: str) -> None:
    assert in_unicode(tex) == shown


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{bmatrix} 1 & 2 \end{bmatrix}",
        r"\strange{x}",
        "a^",
        "a}",
        "{a",
        r"\frac{1}",
        "a & b",
    ],
)
def test_what_has_none_stays_as_it_is_without_its_dollars(tex: str) -> None:
    assert in_unicode(tex) == tex
    assert with_maths(f"So ${tex}$.", markdown=False) == f"So {tex}."


def test_code_and_prices_are_no_maths() -> None:
    text = "`$w_1$` costs $5 and $6.\n\n```\n$w^2$\n```\n\\$a$"
    assert with_maths(text, markdown=True) == text


def test_a_blank_line_ends_maths_that_nobody_closed() -> None:
    text = "It is $w and\n\nthen $x"
    assert with_maths(text, markdown=True) == text
    assert with_maths("$$\nw^2\n$$", markdown=True) == "w²"


def test_signs_out_of_maths_are_no_markdown() -> None:
    assert with_maths("$a*b*c < d_{\\alpha}$", markdown=True) == r"a\*b\*c \< d\_α"


def test_the_formulas_of_the_course_have_a_form_but_for_matrices() -> None:
    found = [
        (path.name, match[1] or match[2])
        for path in EXERCISES.glob("*/*.yaml")
        for match in re.finditer(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", path.read_text(), re.DOTALL)
    ]
    assert len(found) > 500
    left = {(name, tex) for name, tex in found if "\\" in in_unicode(tex)}
    assert all(r"\begin{" in tex for _, tex in left)


@given(st.text(alphabet=r"\{}^_ abfrc12sqt$'&-", max_size=30))
def test_anything_that_a_student_types_is_read(text: str) -> None:
    with_maths(text, markdown=True)
    assert in_unicode(text) is not None
