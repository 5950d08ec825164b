"""The pieces of the marker's screen that can be clicked on, or that show what a student wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from markdown_it import MarkdownIt
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Markdown, Static

from gradeprop.cli import mark_page
from gradeprop.course.model import Criterion as RubricCriterion
from gradeprop.records.marking.queue import Marking

_MOST_COMMENTS = 9
"""As many as there are digits to choose by."""


def _reader() -> MarkdownIt:
    """Markdown in which every sign that a student wrote is shown: no HTML, which may hide text."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")


def written(text: str) -> Markdown:
    """A text that opens no link when it is clicked on."""
    return Markdown(
        mark_page.markdown(text), parser_factory=_reader, open_links=False, classes="written"
    )


def answer(state: Marking, *, raw: bool) -> Iterator[Widget]:
    """What is to be known about the answer, and each of its wordings.

    Args:
        raw: show the text as it was typed, not as Markdown.
    """
    for line, style in mark_page.remarks(state):
        yield Static(Content.styled(line, style), classes="remark")
    for number, text in enumerate(state.group.wordings):
        if number:
            yield Static("also written:", classes="also", markup=False)
        if not text:
            yield Static("(nothing)", classes="written", markup=False)
        elif raw:
            yield Static(mark_page.as_typed(text), classes="written", markup=False)
        else:
            yield written(text)


class Criterion(Horizontal):
    """A criterion with what its rubric's key says; a click is like pressing it on the keyboard.

    Attributes:
        key: of the keyboard.
    """

    class Clicked(Message):
        """
        Attributes:
            key: the criterion's.
        """

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, key: str, criterion: RubricCriterion, state: Marking) -> None:
        super().__init__()
        self.key, self._criterion = key, criterion
        self._box = Static(classes="box", markup=False)
        self._text = Static(markup=False)
        self._says = Static(classes="key", markup=False)
        self.follow(state)

    def compose(self) -> ComposeResult:
        yield self._box
        with Vertical(classes="texts"):
            yield self._text
            if self._criterion.key:
                yield self._says

    def follow(self, state: Marking) -> None:
        """Show what the present answer has been given."""
        self._box.update(mark_page.box(self.key, self._criterion, state))
        self._text.update(mark_page.criterion_text(self._criterion, state))
        self._says.update(mark_page.key_text(self._criterion, state))

    def on_click(self) -> None:
        self.post_message(self.Clicked(self.key))


class Earlier(Static):
    """A comment that was given before; a click takes it."""

    class Clicked(Message):
        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, number: int, text: str) -> None:
        super().__init__(f"{number}  {mark_page.as_typed(text)}", markup=False)
        self._comment = text

    def on_click(self) -> None:
        self.post_message(self.Clicked(self._comment))


class CommentLine(Input):
    """Where a comment is typed. As long as it is empty, a digit takes an earlier comment."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Keep", key_display="⏎"),
        Binding("escape", "app.close_comment", "Leave as it was", key_display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self.earlier: Sequence[str] = ()

    async def _on_key(self, event: events.Key) -> None:
        number = "123456789".find(event.character or " ")
        if not self.value and 0 <= number < len(self.earlier):
            event.prevent_default()
            event.stop()
            self.take(self.earlier[number])

    def take(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)


class Comments(Vertical):
    """The line for a comment, below those that were given before, by number."""

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="earlier", can_focus=False)
        yield CommentLine()

    @property
    def line(self) -> CommentLine:
        return self.query_one(CommentLine)

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    async def open(self, present: str, earlier: Sequence[str]) -> None:
        """Begin to comment.

        Args:
            present: the comment that there is.
            earlier: comments to choose from.
        """
        offered = [text for text in earlier if text != present][:_MOST_COMMENTS]
        shown = self.query_one("#earlier", VerticalScroll)
        await shown.remove_children()
        await shown.mount_all(Earlier(number, text) for number, text in enumerate(offered, 1))
        self.line.earlier = offered
        self.line.placeholder = (
            "A comment for the student, or the number of one from above"
            if offered
            else "A comment for the student"
        )
        self.line.take(present)
        self.add_class("-open")
        self.line.focus()

    def close(self) -> None:
        self.remove_class("-open")

    def on_earlier_clicked(self, event: Earlier.Clicked) -> None:
        self.line.take(event.text)
        self.line.focus()
