"""Turns on one machine: alone is alone, and nobody waits for ever for a turn."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path

import pytest

from gradeprop.grading.run.cluster import machine
from gradeprop.grading.run.cluster.machine import share_of_machine


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def in_background(alone: bool, order: list[str], name: str) -> threading.Thread:
    def work() -> None:
        with share_of_machine(alone=alone):
            order.append(name)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_what_is_alone_waits_for_the_others_and_they_for_it() -> None:
    order: list[str] = []
    with share_of_machine(alone=False):
        with share_of_machine(alone=False):
            order.append("beside")
        alone = in_background(True, order, "alone")
        alone.join(0.3)
        assert alone.is_alive()
        later = in_background(False, order, "later")
        later.join(0.3)
        assert later.is_alive(), "who waits to be alone would wait for ever"
        order.append("first")
    alone.join(20)
    later.join(20)
    assert order == ["beside", "first", "alone", "later"]


def test_a_turn_that_is_never_given_back_stops_nobody_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []
    with share_of_machine(alone=True):
        monkeypatch.setattr(machine, "_PATIENCE_S", 0.1)
        with share_of_machine(alone=False):
            order.append("went on")
    assert order == ["went on"]


def test_a_folder_of_somebody_else_s_is_not_used(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    name = f"gradeprop-turns-{os.getuid()}-{machine._machine()}"
    (tmp_path / name).symlink_to(elsewhere)
    with share_of_machine(alone=True):
        pass
    assert not [*elsewhere.iterdir()]


def test_another_machine_with_the_same_folder_for_temporary_files_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []
    with share_of_machine(alone=True):
        monkeypatch.setattr(machine, "_machine", lambda: "another")
        there = in_background(True, order, "there")
        there.join(20)
        assert order == ["there"]
