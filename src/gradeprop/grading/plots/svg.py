"""Drawing primitives: SVG as text, the same text for the same picture every time.

Presentation attributes only: a page whose policy allows no styles shows it as it is. It stands on a
white panel of its own, so that it reads on a dark page, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal, TypeAlias

__all__ = ["AXIS", "EXPECTED", "FAINT", "GOT", "INK", "Anchor", "Mark", "Pen", "Sheet", "cleaned"]

Pixel: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]
Mark: TypeAlias = Literal["circle", "square", "up", "down", "left", "right"]

# Of text and lines that say something the contrast with white is at least 4.5:1 (tested).
INK = "#1f1f1f"
AXIS = "#595959"
FAINT = "#d9d9d9"
# What XML cannot hold, and what turns the direction of the text around it.
_UNFIT = re.compile("[^\t\n\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd]")


@dataclass(frozen=True)
class Pen:
    """How a series looks: told apart by colour, by dashes and by the shape of its marks."""

    colour: str
    dashes: str = ""
    mark: Mark = "circle"
    width: float = 2.0


EXPECTED = Pen("#1a5fb4")
GOT = Pen("#b3261e", "6 4", "square")


@dataclass
class Sheet:
    """A picture that grows by what is drawn on it; ``y`` grows downwards."""

    width: float
    height: float
    title: str
    description: str
    _parts: list[str] = field(default_factory=list)

    def line(
        self, points: Sequence[Pixel], colour: str, width: float = 1, dashes: str = ""
    ) -> None:
        """Through all points."""
        if len(points) < 2:
            return
        where = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add(
            f'<polyline points="{where}" fill="none" stroke="{colour}" '
            f'stroke-width="{_number(width)}" stroke-linejoin="round"{_dashed(dashes)}/>'
        )

    def box(
        self, corner: Pixel, width: float, height: float, edge: str, fill: str = "none"
    ) -> None:
        x, y = corner
        self._add(
            f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" '
            f'height="{_number(height)}" fill="{fill}" stroke="{edge}"/>'
        )

    def mark(self, at: Pixel, shape: Mark, colour: str, size: float = 3.5) -> None:
        """A filled circle or square, or a triangle that points somewhere."""
        x, y = at
        if shape == "circle":
            self._add(
                f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(size)}" fill="{colour}"/>'
            )
        elif shape == "square":
            self.box((x - size, y - size), 2 * size, 2 * size, colour, colour)
        else:
            ahead = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}[shape]
            self.triangle(at, (ahead[0] * 1.6 * size, ahead[1] * 1.6 * size), colour)

    def ring(self, at: Pixel, colour: str, size: float = 7) -> None:
        x, y = at
        self._add(
            f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(size)}" fill="none" '
            f'stroke="{colour}" stroke-width="1.5"/>'
        )

    def triangle(self, base: Pixel, ahead: Pixel, colour: str) -> None:
        """Its base in the middle of ``base``, as wide as it is long; its tip ``ahead`` of it."""
        (x, y), (dx, dy) = base, ahead
        corners = ((x + dx, y + dy), (x - dy / 2, y + dx / 2), (x + dy / 2, y - dx / 2))
        where = " ".join(f"{_number(left)},{_number(top)}" for left, top in corners)
        self._add(f'<polygon points="{where}" fill="{colour}"/>')

    def text(
        self,
        at: Pixel,
        words: str,
        anchor: Anchor = "start",
        *,
        colour: str = INK,
        size: float = 12,
        bold: bool = False,
    ) -> None:
        x, y = at
        weight = ' font-weight="bold"' if bold else ""
        self._add(
            f'<text x="{_number(x)}" y="{_number(y)}" fill="{colour}" text-anchor="{anchor}" '
            f'font-size="{_number(size)}"{weight}>{_escaped(words)}</text>'
        )

    def series(self, points: Sequence[Pixel], pen: Pen, *, marks: bool = True) -> None:
        """A line through the points and, where there are few, a mark on each."""
        self.line(points, pen.colour, pen.width, pen.dashes)
        for at in points if marks else ():
            self.mark(at, pen.mark, pen.colour)

    def key(self, at: Pixel, words: str, pen: Pen) -> None:
        """A sample of the pen, and what it stands for."""
        x, y = at
        self.line([(x, y - 4), (x + 28, y - 4)], pen.colour, pen.width, pen.dashes)
        self.mark((x + 14, y - 4), pen.mark, pen.colour)
        self.text((x + 36, y), words, colour=pen.colour)

    def svg(self) -> str:
        """All of it, as one element that can stand in a page."""
        width, height = _number(self.width), _number(self.height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif">'
            f"<title>{_escaped(self.title)}</title><desc>{_escaped(self.description)}</desc>"
            f'<rect width="{width}" height="{height}" rx="4" fill="#ffffff"/>'
            f"{''.join(self._parts)}</svg>"
        )

    def _add(self, part: str) -> None:
        self._parts.append(part)


def _dashed(dashes: str) -> str:
    return f' stroke-dasharray="{dashes}"' if dashes else ""


def _number(value: float) -> str:
    """With one decimal, which is less than can be seen; never ``-0``."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def cleaned(words: str) -> str:
    """What a picture can hold of a text."""
    return _UNFIT.sub("�", words)


def _escaped(words: str) -> str:
    return escape(cleaned(words))
