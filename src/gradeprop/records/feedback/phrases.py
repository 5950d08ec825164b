"""Points and names as the page says them."""

from __future__ import annotations

from gradeprop.wording import number

__all__ = ["one_line", "plain", "score_in_words", "tone_of"]


def tone_of(score: float | None, most: float) -> str:
    """``right``, ``part``, ``wrong`` or ``open``: how so many of these points look."""
    if score is None or not most:
        return "open"
    if score >= most:
        return "right"
    return "part" if score > 0 else "wrong"


def score_in_words(score: float | None, most: float, *, certain: float = 0.0) -> str:
    """``2 of 3 points``; while that is unknown, what is certain if there is something."""
    unit = f"point{'' if most == 1 else 's'}"
    if score is not None:
        return f"{number(score)} of {number(most)} {unit}"
    if certain:
        return f"{number(certain)} of {number(most)} {unit} so far"
    return f"not marked yet ({number(most)} {unit})"


def plain(slug: str) -> str:
    return slug.replace("_", " ")


def one_line(text: str) -> str:
    return " ".join(text.split())
