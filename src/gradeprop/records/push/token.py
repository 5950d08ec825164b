"""Where Canvas is and the token that opens it: from the environment, or for the token from the
keyring of the desktop. Neither is ever written to a file, and the token is on no command line,
which other users of a machine can read."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from gradeprop.errors import MissingFacility, UsageError

TOKEN: Final = "CANVAS_API_TOKEN"
URL: Final = "CANVAS_API_URL"
SERVICE: Final = "gradeprop-canvas"
_HERE: Final = ("localhost", "127.0.0.1", "::1")


def canvas_url(given: str | None) -> str:
    """The address of Canvas, without a path: ``https://canvas.example.edu``.

    Args:
        given: what the command was told; else ``CANVAS_API_URL`` counts.

    Raises:
        UsageError: there is none, or it is no address that a token may be sent to.
    """
    text = (given or os.environ.get(URL, "")).strip()
    if not text:
        raise UsageError(
            "which Canvas?", remedy=f"add --url https://canvas.example.edu, or set {URL}"
        )
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.username or parts.password:
        raise UsageError(
            f"{text!r} is not the address of Canvas", remedy="give it as https://canvas.example.edu"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _HERE):
        raise UsageError(
            f"the token may not travel by {parts.scheme}, which others can read",
            where=text,
            remedy="give the address with https://",
        )
    return f"{parts.scheme}://{parts.netloc}"


def canvas_token(url: str) -> str:
    """The token: from ``CANVAS_API_TOKEN``, else from the keyring, where that is installed.

    Raises:
        MissingFacility: there is none.
    """
    token = os.environ.get(TOKEN, "").strip() or _from_keyring(url)
    if not token:
        raise MissingFacility(
            "there is no token for Canvas",
            remedy=f"make one there (Account, Settings, New Access Token) and set {TOKEN}, or put "
            f"it into your keyring with `keyring set {SERVICE} {url}`",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise MissingFacility(
            "the token for Canvas has characters that no token has", remedy=f"set {TOKEN} again"
        )
    return token


def _from_keyring(url: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return (keyring.get_password(SERVICE, url) or "").strip()
    except KeyringError:  # locked, or a machine without one
        return ""
