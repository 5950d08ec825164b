"""The signs that TeX has names for, as a terminal can show them."""

from __future__ import annotations

from typing import Final

_GREEK = (
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι"
    " kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ"
    " omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω"
)
_SIGNS = (
    "nabla ∇ partial ∂ cdot · times × div ÷ pm ± mp ∓ le ≤ leq ≤ ge ≥ geq ≥ ll ≪ gg ≫ ne ≠ neq ≠"
    " approx ≈ sim ∼ equiv ≡ propto ∝ infty ∞ to → rightarrow → leftarrow ← gets ← Rightarrow ⇒"
    " Leftarrow ⇐ Leftrightarrow ⇔ mapsto ↦ in ∈ notin ∉ subset ⊂ forall ∀ exists ∃ sum ∑ prod ∏"
    " int ∫ ldots … dots … cdots … odot ⊙ otimes ⊗ oplus ⊕ top ᵀ ell ℓ circ ∘ star ⋆ ast ∗ prime ′"
    " mid | vert | lvert | rvert | lVert ‖ rVert ‖ Vert ‖ langle ⟨ rangle ⟩ odot ⊙ degree °"
)
_FUNCTIONS = "log ln exp sin cos tan sinh cosh tanh max min arg det lim sign sup inf dim"


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


SIGNS: Final = {
    **_pairs(_GREEK),
    **_pairs(_SIGNS),
    **{name: name for name in _FUNCTIONS.split()},
    **dict.fromkeys((",", ";", ":", ">", " ", "quad", "qquad", "\n"), " "),
    **dict.fromkeys(("!", "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr"), ""),
    **dict.fromkeys(("limits", "displaystyle", "textstyle", "nolimits"), ""),
    **{char: char for char in "{}$%#&_"},
    "|": "‖",
}
"""Command, without its backslash → what it is shown as."""

ACCENTS: Final = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304",
    "tilde": "\u0303", "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308", "vec": "\u20d7",
}  # fmt: skip
"""Command → the mark above the letter that follows."""

_LOOKS = "text textbf texttt mathrm mathbf mathit mathsf mathtt mathcal boldsymbol bm operatorname"
LETTERS: Final = frozenset(_LOOKS.split())
"""Commands that only change how the letters in their braces look."""

BLACKBOARD: Final = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "E": "𝔼", "P": "ℙ"}

HIGH: Final = dict(
    zip(
        "0123456789+-−=()niTabcdefghjklmoprstuvwxyzᵀ′∗⋆",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ′*⋆",
        strict=True,
    )
)
LOW: Final = dict(
    zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
