"""Maths between dollars, as a terminal can show it: $w^2$ as w². What has no such form stays TeX,
without its dollars."""

from __future__ import annotations

import re
import unicodedata

from gradeprop.cli.maths_signs import ACCENTS, BLACKBOARD, HIGH, LETTERS, LOW, SIGNS

# Code comes first: dollars in it are no maths. A blank line ends whatever was begun.
_PIECE = re.compile(
    r"(?P<code>^(?P<fence>```+|~~~+).*?^(?P=fence)|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?<!\\)\$\$(?P<shown>(?:(?!\n\s*\n).)+?)\$\$"
    r"|(?<![\\$])\$(?=[^\s$])(?P<inline>(?:(?!\n\s*\n)[^$])+?)(?<=[^\s\\])\$(?!\d)",
    re.DOTALL | re.MULTILINE,
)
_TOKEN = re.compile(r"\\([A-Za-z]+|.)|([{}^_])|(\s+)|(.)", re.DOTALL)
_SPECIAL = re.compile(r"([\\`*_\[\]<>#~|])")
_ONE_THING = re.compile(
    r"[\d.]+|[∂∇√Δd]?[^\W\d_][\u0300-\u036f′]*[₀-₉ᵢⱼₖₜ]*|√?\([^()]*\)|", re.UNICODE
)
_CLINGS = frozenset("∂∇∑∏∫√")
"""Signs that a blank after their command does not part from what follows."""


class _NotShown(Exception):
    """There is something that has no form in a terminal."""


def with_maths(text: str, *, markdown: bool) -> str:
    """The text with its maths in Unicode.

    Args:
        markdown: the result is read as Markdown, so what came out of maths is escaped.
    """

    def shown(match: re.Match[str]) -> str:
        tex = match["shown"] or match["inline"]
        if tex is None:
            return match[0]
        maths = in_unicode(tex)
        return _SPECIAL.sub(r"\\\1", maths) if markdown else maths

    return _PIECE.sub(shown, text)


def in_unicode(tex: str) -> str:
    """TeX as characters; the TeX itself where it holds a command that is not known."""
    try:
        read = _Reader(tex).group(until=None)
    except _NotShown:
        read = tex
    return unicodedata.normalize("NFC", " ".join(read.split()))


class _Reader:
    """Reads TeX from left to right, one group in braces inside the other."""

    def __init__(self, tex: str) -> None:
        self._tokens = list(_TOKEN.finditer(tex))
        self._at = 0

    def group(self, until: str | None) -> str:
        """What stands before the closing brace, or before the end."""
        found = ""
        while self._at < len(self._tokens):
            if self._tokens[self._at][0] == until:
                self._at += 1
                return found
            found += self._one()
        if until is not None:
            raise _NotShown
        return found

    def _one(self) -> str:
        """The next sign, command or group."""
        command, special, space, char = self._next().groups()
        if command is not None:
            return self._command(command)
        if special == "{":
            return self.group(until="}")
        if special == "^":
            return _raised(self._argument(), HIGH, "^")
        if special == "_":
            return _raised(self._argument(), LOW, "_")
        if special == "}" or char in ("&", "\\"):
            raise _NotShown
        if space:
            return " "
        return {"-": "−", "'": "′"}.get(char, char)

    def _next(self) -> re.Match[str]:
        if self._at >= len(self._tokens):
            raise _NotShown
        self._at += 1
        return self._tokens[self._at - 1]

    def _argument(self) -> str:
        while self._at < len(self._tokens) and self._tokens[self._at][3]:
            self._at += 1
        return self._one()

    def _command(self, name: str) -> str:
        if name in SIGNS:
            return self._delimited() if name in ("left", "right") else self._sign(SIGNS[name])
        if name in ACCENTS:
            return self._argument().strip() + ACCENTS[name]
        if name in LETTERS:
            return self._argument()
        if name == "mathbb":
            letter = self._argument().strip()
            return BLACKBOARD.get(letter, letter)
        if name in ("frac", "tfrac", "dfrac"):
            return f"{_held(self._argument())}/{_held(self._argument())}"
        if name == "sqrt":
            return f"√{_held(self._argument())}"
        raise _NotShown

    def _sign(self, sign: str) -> str:
        """With a blank where one was written, but for letters, which TeX parts from what follows;
        and after a function before a letter: log x."""
        follows = self._tokens[self._at] if self._at < len(self._tokens) else None
        if follows is None:
            return sign
        if follows[3]:
            self._at += 1
            return sign if self._clings(sign) else f"{sign} "
        return f"{sign} " if len(sign) > 1 and follows[0][0] not in "([^_}" else sign

    def _clings(self, sign: str) -> bool:
        """Whether a blank after it only ends its name: α x is αx, but α · x has its blanks."""
        if self._at >= len(self._tokens):
            return True
        follows = self._tokens[self._at]
        begins = SIGNS.get(follows[1], "x") if follows[1] else follows[0]
        letter = sign in _CLINGS or (len(sign) == 1 and sign.isalpha())
        return letter and (begins[:1].isalnum() or begins[:1] in _CLINGS)

    def _delimited(self) -> str:
        """The bracket after \\left or \\right; a point stands for none."""
        bracket = self._one()
        return "" if bracket == "." else bracket


def _raised(text: str, forms: dict[str, str], sign: str) -> str:
    text = text.strip()
    if text and all(char in forms for char in text):
        return "".join(forms[char] for char in text)
    return f"{sign}{_held(text)}"


def _held(text: str) -> str:
    """In brackets, unless it is one thing."""
    text = text.strip()
    return text if _ONE_THING.fullmatch(text) else f"({text})"
