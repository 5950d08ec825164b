"""A marker before the screen of `gradeprop mark`, driven by Textual's pilot."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

from textual.widgets import Markdown, Static

from course.minimal import EXPLAIN, replaced
from gradeprop.cli.mark_app import MarkApp
from gradeprop.course.model import ExplanationPart
from gradeprop.records.marking.groups import grouped
from gradeprop.records.marking.queue import Given, Item, begin

WHY = ("explain_sign", "why")
CONTRADICTED = replaced(
    EXPLAIN, "      criteria:\n", "      contradictions: [The loss rises.]\n      criteria:\n"
)
"""A change for ``write_course``."""
SIZES = [(80, 24), (60, 20), (140, 50)]


class Desk:
    """What a marker sees and does.

    Attributes:
        saved: what was written down, by item's id; as often as it was.
    """

    def __init__(self, app: MarkApp, pilot: Any, saved: list[dict[str, Given]]) -> None:
        self.app, self.pilot, self.saved = app, pilot, saved

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*("space" if char == " " else char for char in text))

    def screen(self) -> str:
        """All lines of the screen as they stand."""
        width, height = self.app.size
        lines = self.app.screen._compositor.render_strips()
        assert len(lines) == height
        assert all(strip.cell_length == width for strip in lines)
        return "\n".join(strip.text.rstrip() for strip in lines)

    def sees(self, *texts: str) -> None:
        """The texts stand on the screen, be they wrapped or not."""
        screen = self.screen()
        seen = re.sub(r"\s+", " ", screen)
        for text in texts:
            assert text in seen, f"{text!r} is not in:\n{screen}"

    def sees_no(self, text: str) -> None:
        screen = self.screen()
        assert text not in re.sub(r"\s+", " ", screen), f"{text!r} is in:\n{screen}"

    def answers(self) -> list[str]:
        """The wordings in the answer's pane, whether they are in sight or not."""
        return [item.source for item in self.app.query("#answer Markdown").results(Markdown)]

    def text(self, name: str) -> str:
        return str(self.app.query_one(f"#{name}", Static).render())


def items_of(texts: Sequence[str | None]) -> list[Item]:
    return [Item(str(number), WHY, text) for number, text in enumerate(texts)]


def at_desk(
    course: Any,
    texts: Sequence[str | None],
    does: Callable[[Desk], Any],
    *,
    size: tuple[int, int] = (80, 24),
    marks: Sequence[Given] | None = None,
    save: Any = None,
) -> MarkApp:
    """Let ``does`` mark these answers to the minimal course's explanation."""
    assignment = course.assignments[0]
    parts = {key: part for key, part in assignment.parts() if isinstance(part, ExplanationPart)}
    items, marks = items_of(texts), list(marks or [Given()] * len(texts))
    saved: list[dict[str, Given]] = []

    def note(pairs: Any) -> int:
        saved.append({item.id: mark for item, mark in pairs})
        if save is not None:
            save(pairs)
        return 0

    app = MarkApp(begin(parts, items, marks, grouped(parts, items, marks)), assignment, note)

    async def whole() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await does(Desk(app, pilot, saved))

    asyncio.run(whole())
    app.save()
    return app
