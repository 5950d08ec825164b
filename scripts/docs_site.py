"""What mkdocs is told while it builds the documentation (see ``hooks`` in mkdocs.yml).

The page of all commands is made of the commands themselves: what `gradeprop COMMAND --help` says
stands in one place only. And no page may load anything from elsewhere: it is to be read without a
network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import typer
from mkdocs.exceptions import PluginError

from gradeprop.cli.main import app

MARKER = "<!-- every command of gradeprop -->"
_FROM_ELSEWHERE = re.compile(
    r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=.?(?:https?:)?//[^>]*"
)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """mkdocs calls this for every page."""
    return markdown.replace(MARKER, commands()) if MARKER in markdown else markdown


def on_post_page(output: str, page: Any, **_: Any) -> None:
    """Refuse a page that asks the network for a part of it.

    Raises:
        PluginError: it does.
    """
    if found := _FROM_ELSEWHERE.search(output):
        raise PluginError(f"{page.file.src_path} loads from elsewhere: {found[0]}>")


def commands() -> str:
    """All commands as Markdown, in the order of ``gradeprop --help``."""
    group = typer.main.get_command(app)
    return "\n".join(line for command in group.commands.values() for line in _command(command))


def _command(command: Any, of: str = "gradeprop") -> Iterator[str]:
    below = getattr(command, "commands", None)
    if below is not None:
        for item in below.values():
            yield from _command(item, f"{of} {command.name}")
        return
    context = type(command).context_class(command)
    records = {
        item.name: item.get_help_record(context)
        for item in command.params
        if item.get_help_record(context)
    }
    arguments = [
        _typed(records[item.name][0])
        for item in command.params
        if item.param_type_name == "argument"
    ]
    called = f"{of} {command.name}"
    yield f"## {called.removeprefix('gradeprop ')}\n"
    yield f"```\n{' '.join([called, *arguments, '[OPTIONS]'])}\n```\n"
    yield f"{_paragraphs(escape(command.help or ''))}\n"
    for name, words in records.values():
        if words != "[required]":
            yield f"- `{_typed(name)}` – {' '.join(escape(words).split())}"
    yield ""


def _typed(name: str) -> str:
    """A name as it is typed: ``[EXERCISE]...``, not ``[EXERCISE]... <list[str]>``."""
    return name if name.startswith("-") else name.partition(" <")[0]


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
