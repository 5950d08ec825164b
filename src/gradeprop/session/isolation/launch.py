"""How the warm process is started at each level: its command, what it is shown, and as which user.

Trusted side.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from gradeprop.errors import MissingFacility
from gradeprop.session.interface import Level
from gradeprop.session.isolation.bubblewrap import bubblewrap_command
from gradeprop.session.isolation.environment import environment
from gradeprop.session.isolation.gpu import driver_folders, gpu_devices
from gradeprop.session.isolation.interpreter import is_below, own_code, python_command
from gradeprop.session.isolation.mounts import VENV, find_mounts, renamed, version
from gradeprop.session.isolation.other_user import (
    can_stage,
    closed_to_others,
    sandbox_uid,
    stepping_down,
)
from gradeprop.session.isolation.scratch import Scratch

__all__ = ["Launcher"]

_Result = TypeVar("_Result")

_USR: Final = Path("/usr")


class _Starter:
    """Starts processes from one thread that lasts as long as this process.

    The kernel ends a child that is to die with its parent together with the *thread* that started
    it."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._pid = 0

    def run(self, start: Callable[..., _Result], *arguments: Any) -> _Result:
        if self._thread is None or self._pid != os.getpid():  # a fork has no threads but its own
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gradeprop-start")
            self._pid = os.getpid()
        return self._thread.submit(start, *arguments).result()


_starter = _Starter()


class Launcher:
    """Starts Python at one level.

    Args:
        level: the isolation around it.
        gpu: whether the GPU's device files are shown.
        groups: control groups to join, as paths of ``cgroup.procs``.

    Attributes:
        uid: the user that it runs as, None for the present one.
        staged: whether root binds what the other user is to read, because that user may not reach
            it itself.

    Raises:
        MissingFacility: the other user cannot read what it needs.
    """

    def __init__(self, level: Level, gpu: bool = False, groups: Sequence[str] = ()) -> None:
        self.level = level
        self.gpu = gpu
        self.groups = list(groups)
        self.uid = None if level == "none" else sandbox_uid()
        self.staged = self.uid is not None and can_stage()
        self.scratch = Scratch(self.uid)
        self._prefix = Path(sys.base_prefix).resolve()
        try:
            self._mounts = find_mounts(level, self.scratch.stage if self.staged else None)
            if self.uid is not None and not self.staged:
                _refuse_unreadable([mount.path for mount in self._mounts])
            self._driver = self._find_driver()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.scratch.remove()

    @property
    def readable(self) -> tuple[str, ...]:
        """What children may read, as they see it.

        Python's prefix, the packages, our own code, and with a GPU its driver."""
        folders = [mount.inside for mount in self._mounts]
        if self._has_own_venv:
            folders.append(VENV)
        return tuple(dict.fromkeys([*folders, *self._driver.values()]))

    @property
    def renamed(self) -> dict[str, str]:
        """What student code's output calls folders of this machine, the longest first."""
        return renamed(self._mounts)

    @property
    def python(self) -> tuple[str, str]:
        """What notebooks take for their interpreter, and for its prefix."""
        if self._has_own_venv:
            return f"{VENV}/bin/python", VENV
        if self.level == "none":
            return sys.executable, sys.prefix
        return self._interpreter, self._prefix_inside

    def start(
        self, module: str, control: int, config: dict[str, Any], log: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Run ``gradeprop.session.<module>.main``.

        Args:
            control: its first argument, an open descriptor.
            config: its second one, as JSON.
            log: where it writes.
        """
        return _starter.run(self._start, module, control, config, log)

    def _start(
        self, module: str, control: int, config: dict[str, Any], log: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        command = self._python_command(module, control, config)
        home = "/tmp" if self.level == "full" else str(self.scratch.home)
        variables = environment(home, [str(Path(self.python[0]).parent)], gpu=self.gpu)
        if library_path := self._library_path():
            variables["LD_LIBRARY_PATH"] = ":".join(library_path)
        if self.level == "full":
            command = self._bubblewrap_command(command, variables)
            variables = {"PATH": "/usr/bin:/bin"}
        if self.uid is not None or self.groups:
            command = stepping_down(self._plan(command, variables))
            kept = ("PATH", "LD_LIBRARY_PATH")
            variables = {name: os.environ[name] for name in kept if name in os.environ}
        return subprocess.Popen(
            command,
            env=variables,
            cwd="/",
            pass_fds=[control],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C in the terminal is the grader's to handle
        )

    # Commands, from the innermost to the outermost.

    def _python_command(self, module: str, control: int, config: dict[str, Any]) -> list[str]:
        imports = []
        for mount in self._mounts:
            if mount.path == own_code():
                imports.append(str(Path(mount.inside).parent))
            elif mount.path != self._prefix:
                imports.append(mount.inside)
        return python_command(self._interpreter, module, imports, str(control), json.dumps(config))

    def _bubblewrap_command(self, inner: list[str], variables: dict[str, str]) -> list[str]:
        folders = [(mount.source, mount.inside) for mount in self._mounts]
        folders += self._driver.items()
        links: dict[str, str] = {}
        if self._has_own_venv:
            settings = self.scratch.venv_settings(f"{self._prefix_inside}/bin")
            folders += [(str(settings), f"{VENV}/pyvenv.cfg")]
            folders += [(str(self.scratch.pip), f"{VENV}/bin/{name}") for name in ("pip", "pip3")]
            links = {f"{VENV}/bin/{name}": self._interpreter for name in ("python", "python3")}
        return bubblewrap_command(
            inner,
            variables=variables,
            files={"passwd": str(self.scratch.passwd), "group": str(self.scratch.group)},
            folders=folders,
            links=links,
            gpu=gpu_devices() if self.gpu else None,
        )

    def _plan(self, command: list[str], variables: dict[str, str]) -> dict[str, Any]:
        """For `gradeprop.session.isolation.stepdown`."""
        return {
            "groups": self.groups,
            "stage": str(self.scratch.stage) if self.staged else "",
            "sources": [str(mount.path) for mount in self._mounts],
            "targets": [mount.target for mount in self._mounts],
            "uid": self.uid,
            "command": command,
            "environment": variables,
        }

    # What is shown, and where.

    @property
    def _prefix_inside(self) -> str:
        return next(mount.inside for mount in self._mounts if mount.path == self._prefix)

    @property
    def _interpreter(self) -> str:
        return f"{self._prefix_inside}/bin/python{version()}"

    @property
    def _has_own_venv(self) -> bool:
        """Whether bubblewrap makes a virtual environment around the packages, so that `!python`
        and `!pip` know them."""
        return any(mount.inside.startswith(f"{VENV}/") for mount in self._mounts)

    def _find_driver(self) -> dict[str, str]:
        """The folders that are looked into for NVIDIA's driver, and how children call them."""
        folders = driver_folders() if self.gpu else [str(self.scratch.no_driver)]
        found: dict[str, str] = {}
        for number, folder in enumerate(folders):
            as_outside = self.level != "full" or is_below(Path(folder), _USR)
            found[folder] = folder if as_outside else f"/opt/driver{number}"
        return found

    def _library_path(self) -> list[str]:
        """Where the warm process looks for libraries first.

        Where torch finds NVIDIA's driver, the first backward pass asks it for devices, even if none
        may be seen, and the driver starts a thread, after which nothing can be forked. Without a
        GPU a file that is no library is therefore found in the driver's stead: the loader gives up
        at it."""
        folders = list(self._driver.values())
        if not is_below(self._prefix, _USR):
            folders.append(f"{self._prefix_inside}/lib")
        return folders


def _refuse_unreadable(paths: Sequence[Path]) -> None:
    for path in paths:
        closed = closed_to_others(path)
        if closed is not None:
            raise MissingFacility(
                f"the user that student code runs as cannot read {closed}",
                remedy=f"chmod o+rx {closed}, or install Python elsewhere, or do not run as root",
            )
