"""A feedback page as one self-contained HTML file.

Everything is escaped by Jinja2 (autoescape) or, for code, by Pygments. Should anything slip through
all the same, the page's Content-Security-Policy allows no script, no address and no style but its
own."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from gradeprop.records.feedback.code import python
from gradeprop.records.feedback.views import Page

# What HTML cannot hold; also the characters that turn the direction of the text around them, which
# can make code look like other code than it is.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def render(page: Page) -> bytes:
    """The page as UTF-8."""
    css = _stylesheet()
    html = (
        _environment()
        .get_template("feedback.html")
        .render(page=page, css=Markup(css), policy=_policy(css))
    )
    return _UNFIT.sub("\ufffd", html).encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gradeprop.records.feedback"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"inline": inline, "python": python}
    return environment


@cache
def _stylesheet() -> str:
    loader = _environment().loader
    assert loader is not None
    return loader.get_source(_environment(), "feedback.css")[0]


def _policy(css: str) -> str:
    """The policy of a page whose one style element holds exactly ``css``."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        f"form-action 'none'"
    )


def inline(text: str) -> Markup:
    """Escaped text with `code` in a code font."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # an odd number of backticks: leave them as they are
        return escape(text)
    code = Markup("<code>{}</code>")
    return Markup("").join(
        code.format(piece) if at % 2 else piece for at, piece in enumerate(pieces)
    )
