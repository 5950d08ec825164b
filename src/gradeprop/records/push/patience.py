"""How long an answer is waited for: canvasapi by itself waits for ever."""

from __future__ import annotations

from typing import Any, Final

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

SECONDS: Final = 60.0


class _Patient(HTTPAdapter):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._seconds
        return super().send(request, *args, **kwargs)


def limit_patience(canvas: object, seconds: float = SECONDS) -> None:
    """Let a `canvasapi.Canvas` give up on an answer after some seconds.

    It has no option for that, so its own session is looked for; should a later version keep it
    elsewhere, it waits as it always did."""
    session = getattr(vars(canvas).get("_Canvas__requester"), "_session", None)
    if isinstance(session, Session):
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Patient(seconds))
