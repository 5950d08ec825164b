"""A feedback page as one self-contained HTML file."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment

from gradeprop.records.feedback.code import python
from gradeprop.records.feedback.views import Page
from gradeprop.records.html.frame import environment, rendered


def render(page: Page) -> bytes:
    """The page as UTF-8."""
    return rendered(_environment(), "feedback.html", "feedback.css", page=page)


@cache
def _environment() -> Environment:
    return environment("gradeprop.records.feedback", python=python)
