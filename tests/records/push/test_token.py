"""Where the token may come from and where it may go."""

from __future__ import annotations

import sys
import types

import pytest

from gradeprop.errors import MissingFacility, UsageError
from gradeprop.records.push.token import canvas_token, canvas_url

HOST = "https://canvas.example.edu"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CANVAS_API_TOKEN", "CANVAS_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.mark.parametrize(
    "given", [HOST, f"{HOST}/", "canvas.example.edu", f"{HOST}/courses/12", f"{HOST}/api/v1/"]
)
def test_an_address_is_cut_to_canvas_first_page(given: str) -> None:
    assert canvas_url(given) == HOST


def test_the_address_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="which Canvas"):
        canvas_url(None)
    monkeypatch.setenv("CANVAS_API_URL", HOST)
    assert canvas_url(None) == HOST
    assert canvas_url("https://other.example.edu") == "https://other.example.edu"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("http://canvas.example.edu", "may not travel by http"),
        ("ftp://canvas.example.edu", "may not travel by ftp"),
        ("https://ada:secret@canvas.example.edu", "not the address"),
        ("https://", "not the address"),
        ("https://[::1", "not the address"),
    ],
)
def test_the_token_goes_nowhere_unsafe(given: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        canvas_url(given)


def test_this_very_machine_needs_no_https() -> None:
    assert canvas_url("http://127.0.0.1:3000") == "http://127.0.0.1:3000"


def test_without_a_token_it_is_said_how_to_get_one() -> None:
    with pytest.raises(MissingFacility, match="no token") as raised:
        canvas_token(HOST)
    assert "New Access Token" in str(raised.value)
    assert "CANVAS_API_TOKEN" in str(raised.value)


def test_the_environment_stands_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get_password(service: str, name: str) -> str:
        asked.append((service, name))
        return "7~kept\n"

    keyring = types.ModuleType("keyring")
    keyring.get_password = get_password  # type: ignore[attr-defined]
    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = RuntimeError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert canvas_token(HOST) == "7~kept"
    assert asked == [("gradeprop-canvas", HOST)]
    monkeypatch.setenv("CANVAS_API_TOKEN", " 7~set ")
    assert canvas_token(HOST) == "7~set"
    monkeypatch.delenv("CANVAS_API_TOKEN")

    def locked(*_: str) -> str:
        raise RuntimeError

    keyring.get_password = locked  # type: ignore[attr-defined]
    with pytest.raises(MissingFacility, match="no token"):
        canvas_token(HOST)


def test_a_token_that_cannot_be_one_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANVAS_API_TOKEN", "7~a\nb")
    with pytest.raises(MissingFacility, match="characters that no token has") as raised:
        canvas_token(HOST)
    assert "7~a" not in str(raised.value)
