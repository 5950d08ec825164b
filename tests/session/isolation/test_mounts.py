"""What students read of where Python and the packages are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gradeprop.session.isolation import mounts
from gradeprop.session.isolation.mounts import find_mounts, renamed

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

PACKAGES = f"/opt/venv/lib/python{mounts.version()}/site-packages"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python and a virtual environment in somebody's home."""
    monkeypatch.setattr(sys, "base_prefix", "/home/me/python")
    monkeypatch.setattr(mounts, "package_paths", lambda: [Path("/home/me/venv/site-packages")])
    monkeypatch.setattr(mounts, "own_code", lambda: Path("/home/me/src/gradeprop"))


@pytest.mark.usefixtures("machine")
def test_folders_have_neutral_names_inside_and_in_output() -> None:
    names = ["/opt/python", PACKAGES, "/opt/gradeprop/gradeprop"]
    assert [mount.inside for mount in find_mounts("full", None)] == names
    restricted = find_mounts("restricted", Path("/stage"))
    assert [mount.inside for mount in restricted][1] == "/stage/1/site-packages"
    assert [mount.shown for mount in restricted] == names
    names_in_output = renamed(restricted)
    assert names_in_output["/stage/1/site-packages"] == PACKAGES
    assert names_in_output["/home/me/venv/site-packages"] == PACKAGES


@pytest.mark.usefixtures("machine")
def test_a_folder_within_another_is_renamed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "package_paths", lambda: [Path("/home/me/python/site-packages")])
    folders = list(renamed(find_mounts("none", None)))
    assert folders.index("/home/me/python/site-packages") < folders.index("/home/me/python")


@pytest.mark.usefixtures("machine")
def test_what_lies_in_usr_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    monkeypatch.setattr(mounts, "package_paths", lambda: [Path("/usr/local/site-packages")])
    found = find_mounts("full", None)
    assert [mount.inside for mount in found][:2] == ["/usr", "/usr/local/site-packages"]
    assert not {"/usr", "/usr/local/site-packages"} & set(renamed(found))
