"""The marker's screen: the answer above (or, where there is room, beside) its rubric, the keys
below."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, TypeAlias

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Input, ProgressBar, Static

from gradeprop.cli import mark_page
from gradeprop.cli.mark_widgets import Comments, Criterion, answer, written
from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.errors import GradepropError
from gradeprop.records.marking.queue import (
    KEYS,
    Given,
    Item,
    Marking,
    comment,
    number_alone,
    press,
    unsaved,
    used_comments,
)

Save: TypeAlias = Callable[[Sequence[tuple[Item, Given]]], int]
"""Writes marks down; returns how many it did not, because the answer is another one now."""
_WIDE = 110
"""From so many columns on, answer and rubric stand side by side."""
_LEAVING = ("SIGHUP", "SIGTERM")
"""A terminal that was closed, and one who asks a program to end."""


class MarkApp(App[None]):
    """Shows one group of answers after the other and does what the marker's keys say.

    Args:
        state: where to begin.
        save: writes marks down; called whenever an answer is left, and at the end.

    Attributes:
        state: what has been given so far.
        failure: the error of ``save`` that ended it, if one did.
    """

    CSS_PATH = "mark_app.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]  # noqa: RUF012 (Textual's own way)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "key('enter')", "Give", key_display="⏎"),
        Binding("n,right", "key('n')", "Next", key_display="n"),
        Binding("p,left", "key('p')", "Back", key_display="p"),
        Binding("s", "key('s')", "Skip"),
        Binding("c", "comment", "Comment"),
        Binding("u", "key('u')", "Undo"),
        Binding("r", "raw", "Raw"),
        Binding("k", "fold", show=False),
        Binding("q", "leave", "Quit"),
        *(Binding(key, f"key('{key}')", show=False) for key in KEYS),
        Binding("ctrl+c,ctrl+d,ctrl+q", "leave", show=False, priority=True),
    ]

    def __init__(self, state: Marking, assignment: LoadedAssignment, save: Save) -> None:
        super().__init__()
        self.state = state
        self.failure: GradepropError | None = None
        self._assignment, self._save = assignment, save
        self._saved: Sequence[Given] = state.marks
        self._raw = False
        self._shown_part: PartKey | None = None
        self._laid_out: int | None = None
        self._read: set[int] = set()

    def compose(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield Static(id="title", markup=False)
            yield Static(id="place", markup=False)
        with Horizontal(id="progress"):
            yield ProgressBar(len(self.state.items), show_percentage=False, show_eta=False)
            yield Static(id="standing", markup=False)
        with Horizontal(id="panes"):
            yield VerticalScroll(id="answer", classes="pane")
            yield VerticalScroll(id="below", classes="pane")
        yield Static(id="outcome", markup=False)
        yield Static(id="message", markup=False)
        yield Comments(id="comments")
        yield Footer(compact=True, show_command_palette=False)

    async def on_mount(self) -> None:
        self.title = "gradeprop mark"
        loop = asyncio.get_running_loop()
        for name in _LEAVING:
            if hasattr(signal, name) and not self.is_web:
                loop.add_signal_handler(getattr(signal, name), self._leave)
        self._answer_pane.focus()
        await self._show()

    @property
    def _answer_pane(self) -> VerticalScroll:
        return self.query_one("#answer", VerticalScroll)

    async def on_criterion_clicked(self, event: Criterion.Clicked) -> None:
        await self.action_key(event.key)

    async def action_key(self, key: str) -> None:
        """Do what a key does, and write down what an answer has been given when it is left."""
        if self.query_one(Comments).is_open:
            return
        if (key == "enter" or key in KEYS) and not self._whole_read():
            return
        before, self.state = self.state, press(self.state, key)
        if self.state.at != before.at or key == "enter":
            self.save()
        await self._show(anew=self.state.at != before.at)
        for shown in self.query(Criterion):
            if shown.key == key:
                shown.scroll_visible(animate=False)

    def _whole_read(self) -> bool:
        """Whether all wordings of the present answers have been in sight; shows more if not."""
        here, pane = self.state.at, self._answer_pane
        if len(self.state.group.wordings) == 1 or here in self._read:
            return True
        if self._laid_out == here and pane.scroll_offset.y >= pane.max_scroll_y:
            self._read.add(here)
            return True
        pane.scroll_page_down(animate=False)
        self._say("There are more wordings below. Look at all of them first.")
        return False

    async def action_comment(self) -> None:
        if not self.query_one(Comments).is_open:
            comments = self.query_one(Comments)
            await comments.open(self.state.mark.comment, used_comments(self.state))

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        if number_alone(event.value):
            self._say(
                f"No comment has the number {event.value.strip()}, and alone it tells a student "
                "nothing. Write words; Esc leaves the comment as it was."
            )
            return
        self.state = comment(self.state, event.value)
        self.action_close_comment()
        await self._show(anew=False)

    def action_close_comment(self) -> None:
        self.query_one(Comments).close()
        self._say("")
        self._answer_pane.focus()

    async def action_raw(self) -> None:
        """Markdown as it was typed, or as it reads."""
        self._raw = not self._raw
        await self._show()

    def action_fold(self) -> None:
        """The keys of the criteria away, or back: all criteria fit on a small screen without."""
        self.query_one("#below").toggle_class("-folded")

    def action_leave(self) -> None:
        if self.query_one(Comments).is_open:
            self.action_close_comment()
        else:
            self._leave()

    def _leave(self) -> None:
        self.save()
        self.exit()

    def save(self) -> None:
        """Write down what has changed since the last time; an error ends the app."""
        changed = unsaved(self.state, self._saved)
        if not changed or self.failure is not None:
            return
        try:
            other = self._save([(self.state.items[at], self.state.marks[at]) for at in changed])
        except GradepropError as error:
            self.failure = error
            self.exit()
        else:
            self._saved = self.state.marks
            if other:
                self.state = replace(self.state, message=mark_page.changed_meanwhile(other))

    async def _show(self, *, anew: bool = True) -> None:
        """Show the present state.

        Args:
            anew: the answer is another one, or to be shown in another way.
        """
        state = self.state
        self.query_one("#title", Static).update(mark_page.title(state, self._assignment))
        self.query_one("#place", Static).update(mark_page.place(state))
        self.query_one("#standing", Static).update(mark_page.standing(state))
        self.query_one(ProgressBar).update(progress=len(state.items) - state.left)
        self.query_one("#outcome", Static).update(mark_page.outcome(state))
        self._say(state.message)
        with self.batch_update():
            if anew:
                await self._show_answer()
            await self._show_rubric()

    async def _show_answer(self) -> None:
        pane, here = self._answer_pane, self.state.at
        self._laid_out = None
        pane.border_title = mark_page.length(self.state)
        await pane.remove_children()
        await pane.mount_all(answer(self.state, raw=self._raw))
        pane.scroll_home(animate=False)

        def laid_out() -> None:
            self._laid_out = here

        self.call_after_refresh(laid_out)

    async def _show_rubric(self) -> None:
        state = self.state
        if self._shown_part == state.item.part:
            for shown in self.query(Criterion):
                shown.follow(state)
            return
        self._shown_part = state.item.part
        pane = self.query_one("#below", VerticalScroll)
        pane.border_title = Content("Rubric (underlined: not in the answer; k folds it)")
        await pane.remove_children()
        rubric = state.part.rubric
        criteria = zip(KEYS, rubric.criteria, strict=False)
        await pane.mount_all(Criterion(key, criterion, state) for key, criterion in criteria)
        if rubric.contradictions:
            await pane.mount(Static(mark_page.contradictions(state), id="contradictions"))
        heading = Static("The question", id="question-heading", markup=False)
        await pane.mount(heading, written(state.part.prompt))
        pane.scroll_home(animate=False)

    def _say(self, message: str) -> None:
        line = self.query_one("#message", Static)
        line.update(message)
        line.display = bool(message)
