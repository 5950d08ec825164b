"""What cells make of torch, of Python and of its library costs a right answer nothing.

Each line of ``patches.txt`` is such a cell. What the cell breaks in its own notebook is another
matter: here all that is asked about is there before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gradeprop.gradients.values import TensorState
from gradeprop.session.interface import Call, CellSource, Outcome, Read, Returned, Sandbox
from session.patience import GENEROUS

PATCHES = Path(__file__).with_name("patches.txt").read_text().splitlines()
IMPORTS = """
import array, asyncio, builtins, contextlib, dataclasses, dis, json, json.encoder, linecache, math
import os, pathlib, random, re, select, shutil, signal, socket, struct, sys, threading, time, types
import weakref
import numpy as np, torch
"""
RIGHT = "def f(x, by): return x + x\nw = torch.ones(2, dtype=torch.float64, requires_grad=True)\n"
X = torch.tensor([1.5, -2.0], dtype=torch.float64)
CALL = [Call("f", (TensorState(X), [1, "a", {"b": (2.5, None, True)}]))]


def checked(outcomes: list[Outcome] | None) -> None:
    assert outcomes is not None
    (outcome,) = outcomes
    assert isinstance(outcome, Returned), outcome
    assert isinstance(outcome.value, TensorState)
    assert torch.equal(outcome.value.value, X + X)
    assert outcome.value.value.dtype is torch.float64
    first, second = outcome.arguments
    assert isinstance(first, TensorState)
    assert torch.equal(first.value, X)
    assert second == [1, "a", {"b": (2.5, None, True)}]


def keeps_its_answers(sandbox: Sandbox, patch: str) -> None:
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        assert session.run(CellSource(IMPORTS + RIGHT, "cell")).status == "ok"
        session.run(CellSource(patch, "cell"))
        place = session.mark(["f"])
        (read,) = session.ask([Read("w")])
        assert isinstance(read, Returned), read
        assert isinstance(read.value, TensorState), read
        assert (read.value.requires_grad, read.value.is_leaf) == (True, True)
        assert read.value.value.tolist() == [1.0, 1.0]
        checked(session.recall(CALL, at=place))
        checked(session.ask(CALL, at=place))


@pytest.mark.parametrize("patch", PATCHES)
def test_a_patch_costs_no_right_answer(plain_sandbox: Sandbox, patch: str) -> None:
    keeps_its_answers(plain_sandbox, patch)


@pytest.mark.slow
@pytest.mark.parametrize("level", ["full", "restricted"])
@pytest.mark.parametrize("patch", PATCHES)
def test_nor_does_it_behind_all_layers(
    sandbox_at: Callable[[str], Sandbox], level: str, patch: str
) -> None:
    keeps_its_answers(sandbox_at(level), patch)


def test_a_mode_left_open_fails_what_it_forbids_and_ends_nothing(plain_sandbox: Sandbox) -> None:
    with plain_sandbox.open(limits=GENEROUS, seed=1) as session:
        mode = (
            "import torch.overrides\nmode = torch.overrides.TorchFunctionMode()\nmode.__enter__()"
        )
        session.run(CellSource(IMPORTS + RIGHT + "def g(x): return 7", "cell"))
        session.run(CellSource(mode, "cell"))
        (outcome,) = session.ask([Call("g", (TensorState(X),))])
        assert isinstance(outcome, Returned), outcome
        assert outcome.value == 7
        (argument,) = outcome.arguments
        assert isinstance(argument, TensorState)
        assert torch.equal(argument.value, X)
