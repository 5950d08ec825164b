"""Pages as self-contained HTML files.

Everything is escaped by Jinja2 (autoescape) or, for code, by Pygments. Should anything slip through
all the same, a page's Content-Security-Policy allows no script, no address and no style but its
own."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

__all__ = ["environment", "inline", "rendered"]

_HERE = "gradeprop.records.html"

# What HTML cannot hold; also the characters that turn the direction of the text around them, which
# can make code look like other code than it is.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def environment(package: str, **filters: Callable[..., Any]) -> Environment:
    """For the templates of a package, with these filters besides ``inline``."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(_HERE)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"inline": inline, **filters}
    return made


def rendered(made: Environment, template: str, style: str, **values: Any) -> bytes:
    """A page as UTF-8.

    Args:
        template: the page's; it gets ``css`` and ``policy`` besides ``values``.
        style: the page's own stylesheet, which comes after the shared one.
    """
    css = _source(made, "base.css") + _source(made, style)
    html = made.get_template(template).render(css=Markup(css), policy=_policy(css), **values)
    return _UNFIT.sub("\ufffd", html).encode("utf-8", "replace")


def _source(made: Environment, name: str) -> str:
    assert made.loader is not None
    return made.loader.get_source(made, name)[0]


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
