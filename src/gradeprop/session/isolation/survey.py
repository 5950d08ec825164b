"""What isolation this machine offers, layer by layer: why one is missing, and what mends it."""

from __future__ import annotations

import functools
import os
import platform
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from gradeprop.errors import GradepropError, MissingFacility
from gradeprop.session.interface import IsolatingLevel, Level
from gradeprop.system import NEEDS_LINUX, NO_ISOLATION, is_linux, name

__all__ = [
    "Isolation",
    "Layer",
    "Survey",
    "best_level",
    "chosen_level",
    "layers_for",
    "survey",
    "working",
]

Isolation: TypeAlias = Literal["auto"] | Level

SECCOMP_REMEDY: Final = "pip install pyseccomp, and apt install libseccomp2"
_IN_CONTAINER: Final = (
    "in a container: docker run --security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined --security-opt systempaths=unconfined, or podman run --security-opt "
    "unmask=ALL (docs/other-machines.md)"
)
# What bubblewrap says where the container hides parts of /proc.
_MASKED: Final = "Can't mount proc"
_BOTH: Final = ("full", "restricted")
# Exits with 0 where a user without rights may make a user and a PID namespace.
_NAMESPACES: Final = (
    "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x10000000 | 0x20000000) != 0)"
)
# Where Linux says whether users without rights may, and what it should say.
_NAMESPACE_SETTINGS: Final = (
    ("kernel/apparmor_restrict_unprivileged_userns", "0"),
    ("kernel/unprivileged_userns_clone", "1"),
)


@dataclass(frozen=True)
class Layer:
    """One layer of isolation.

    Attributes:
        name: what it is.
        levels: the levels that need it; a layer that none needs makes them better.
        present: whether it works here.
        detail: what was found, or why it does not work.
        remedy: the command or setting that mends it, empty if there is nothing to mend.
    """

    name: str
    levels: tuple[Level, ...]
    present: bool
    detail: str
    remedy: str = ""


@dataclass(frozen=True)
class Survey:
    """What ``gradeprop doctor`` shows.

    Attributes:
        level: what ``auto`` takes; None if it refuses.
        layers: one by one.
    """

    level: IsolatingLevel | None
    layers: tuple[Layer, ...]


@functools.cache
def survey() -> Survey:
    """Look at this machine; takes about a second, once."""
    if not is_linux():
        system = Layer("Linux", _BOTH, False, f"this is {name()}: {NEEDS_LINUX}", NO_ISOLATION)
        return Survey(None, (system,))
    found = [_kernel(), _bubblewrap(), _namespaces(), _landlock(), _seccomp(), _user(), _groups()]
    found += [_whole("full"), _whole("restricted")]
    return Survey(best_level(), tuple(found))


def best_level() -> IsolatingLevel | None:
    """The highest level that works here."""
    if working("full") is None:
        return "full"
    return "restricted" if working("restricted") is None else None


@functools.cache
def working(level: IsolatingLevel) -> str | None:
    """Try all of ``level`` on a child that does nothing.

    Returns: None if it works, else what the kernel said.
    """
    if not is_linux():
        return "it needs Linux"
    from gradeprop.session.isolation.launch import Launcher

    try:
        launcher = Launcher(level)
    except GradepropError as error:
        return str(error)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    broken = (GradepropError, OSError, ImportError, RuntimeError, subprocess.TimeoutExpired)
    with ours, tempfile.TemporaryFile() as log:
        try:
            layers = layers_for(level, launcher.readable, supervise=True)
            config = {"gpu": False, "layers": layers.as_json()}
            with theirs:
                process = launcher.start("isolation.selftest", theirs.fileno(), config, log)
            ours.settimeout(30)
            answer = ours.recv(1 << 16)
            process.wait(10)
        except broken as error:
            return str(error)
        finally:
            launcher.close()
        if answer == b'{"ready": {"code": 0}}':
            return None
        log.seek(0)
        said = log.read().decode("utf-8", "replace").strip().splitlines()
        if said:
            return said[-1][:300]
        who = "bubblewrap" if level == "full" else "the process that tries it"
        return f"{who} ended without a word (exit code {process.returncode})"


def layers_for(
    level: Level, readable: Sequence[str], *, supervise: bool, devices: Sequence[str] = ()
) -> Any:
    """The layers that children put on at ``level`` on this machine.

    Raises:
        MissingFacility: the seccomp filters cannot be built.
    """
    from gradeprop.session.isolation.layers import Layers

    if level == "none":
        return Layers("none", tuple(readable))
    from gradeprop.session.isolation import landlock
    from gradeprop.session.isolation.filters import build_filters

    try:
        scoped = landlock.version() >= 6
        filters = build_filters(
            level, supervise=supervise, signals_scoped=scoped, gpu=bool(devices)
        )
    except (ImportError, RuntimeError) as error:
        raise MissingFacility(
            f"cannot build seccomp filters: {error}", remedy=SECCOMP_REMEDY
        ) from None
    return Layers(level, tuple(readable), filters.refuse, filters.supervise, tuple(devices))


def _kernel() -> Layer:
    return Layer("Linux", _BOTH, True, f"{platform.release()} {platform.machine()}")


def _bubblewrap() -> Layer:
    from gradeprop.session.isolation.bubblewrap import bubblewrap

    program = bubblewrap()
    if program is None:
        return Layer("bubblewrap", ("full",), False, "not installed", "apt install bubblewrap")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return Layer("bubblewrap", ("full",), True, said.stdout.strip() or program)


def _namespaces() -> Layer:
    """Whether a user without rights can make namespaces.

    Containers and some systems refuse it."""
    layer = "user namespaces"
    if _namespaces_work():
        return Layer(layer, ("full",), True, "may be made without rights")
    for setting, good in _NAMESPACE_SETTINGS:
        path = Path("/proc/sys", setting)
        if path.exists() and path.read_text().strip() != good:
            key = setting.replace("/", ".")
            return Layer(layer, ("full",), False, f"{key} forbids them", f"sysctl -w {key}={good}")
    return Layer(layer, ("full",), False, "refused by the kernel or the container", _IN_CONTAINER)


def _namespaces_work() -> bool:
    from gradeprop.session.isolation.other_user import sandbox_uid

    uid = sandbox_uid()
    user: dict[str, Any] = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
    systems = Path("/usr/bin/python3")
    python = str(systems) if systems.exists() else sys.executable
    command = [python, "-I", "-S", "-c", _NAMESPACES]
    try:
        return subprocess.run(command, cwd="/", check=False, **user).returncode == 0
    except OSError:
        # The other user cannot even start Python; bubblewrap shows whether namespaces work.
        return working("full") is None


def _landlock() -> Layer:
    from gradeprop.session.isolation import landlock

    found = landlock.version()
    if found == 0:
        remedy = "boot with lsm=landlock,… on Linux 5.13 or later"
        return Layer("Landlock", _BOTH, False, "the kernel has none", remedy)
    since = {"truncation": 3, "TCP": 4, "signals": 6}
    lacks = [what for what, version in since.items() if found < version]
    detail = f"version {found}"
    if lacks:
        detail += f", without control of {', '.join(lacks)}"
    return Layer("Landlock", _BOTH, True, detail)


def _seccomp() -> Layer:
    try:
        layers_for("restricted", (), supervise=True)
    except MissingFacility as error:
        return Layer("seccomp", _BOTH, False, error.what, error.remedy or "")
    return Layer("seccomp", _BOTH, True, "filters built by libseccomp")


def _user() -> Layer:
    if os.geteuid() == 0:
        from gradeprop.session.isolation.other_user import sandbox_uid

        detail = f"student code runs as user {sandbox_uid()}, in nobody's group"
        return Layer("separate user", (), True, detail)
    detail = "student code runs as you, held back by the other layers"
    return Layer("separate user", (), False, detail, "run as root for a user of its own")


def _groups() -> Layer:
    from gradeprop.session.isolation.control_group import control_group

    try:
        control_group().remove()
    except OSError as error:
        detail = f"{error.strerror or error}; memory and processes are bounded process by process"
        return Layer("control group", (), False, detail, "run as root, outside of a container")
    return Layer("control group", (), True, "bounds memory and processes of a whole submission")


def _whole(level: IsolatingLevel) -> Layer:
    problem = working(level)
    if problem is None:
        return Layer(f"isolation {level}", (level,), True, "tried: every layer holds")
    remedy = _IN_CONTAINER if _MASKED in problem else "see the missing layers above"
    return Layer(f"isolation {level}", (level,), False, problem, remedy)


def chosen_level(isolation: Isolation) -> Level:
    """The level to use: ``"auto"`` takes the best there is, and never ``"none"``.

    Raises:
        MissingFacility: it does not work here.
    """
    if isolation == "none":
        return "none"
    if not is_linux():
        raise MissingFacility(f"{NEEDS_LINUX}, and this is {name()}", remedy=NO_ISOLATION)
    level = best_level() if isolation == "auto" else isolation
    if level is None:
        raise MissingFacility(
            f"this machine can isolate student code neither fully ({working('full')}) "
            f"nor in part ({working('restricted')})",
            remedy="see `gradeprop doctor`; --isolation none runs it without any protection",
        )
    problem = working(level)
    if problem is not None:
        raise MissingFacility(
            f"isolation {level} does not work here: {problem}",
            remedy="see `gradeprop doctor` for what is missing",
        )
    return level
