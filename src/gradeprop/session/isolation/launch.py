"""How the warm process is started at each level: its command, environment, paths and user. Trusted
side."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Literal, TypeVar

from gradeprop.errors import MissingFacility
from gradeprop.session.isolation.folders import remove_folder
from gradeprop.session.isolation.gpu import DRIVER, driver_folders, gpu_devices

__all__ = ["Launcher", "Level", "bubblewrap", "package_paths", "sandbox_uid"]

Level = Literal["full", "restricted", "none"]
_Result = TypeVar("_Result")

# Started without site and without the caller's environment: nothing of the grader's leaks in, and
# no sitecustomize, .pth file or PYTHON* variable changes what runs.
_PYTHON: Final = ("-s", "-S", "-B", "-P")
_BOOT: Final = (
    "import json, sys; sys.path += json.loads(sys.argv.pop(1)); "
    "from gradeprop.session.{module} import main; main()"
)
# Where bubblewrap shows Python and the packages, whatever their places outside are called.
_INSIDE: Final = "/opt/gradeprop"
# Holds a file by the name of NVIDIA's driver that is no library; see `Launcher._library_path`.
_NO_DRIVER: Final = "no-driver"
_SCRATCH_PREFIX: Final = "gradeprop-scratch-"
_ABANDONED_S: Final = 7 * 86_400  # no grading run takes a week
_FIRST_UID: Final = 61_000
_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_PASSWD: Final = "student:x:{uid}:{uid}:student:/tmp:/bin/sh\n"
_GROUP: Final = "student:x:{uid}:\n"


class _Starter:
    """Starts processes from one thread that lasts as long as this process: the kernel ends a child
    that is to die with its parent together with the *thread* that started it."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._pid = 0

    def run(self, start: Callable[..., _Result], *arguments: Any) -> _Result:
        if self._thread is None or self._pid != os.getpid():  # a fork has no threads but its own
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gradeprop-start")
            self._pid = os.getpid()
        return self._thread.submit(start, *arguments).result()


_starter = _Starter()


def package_paths() -> list[Path]:
    """The folders that the warm process imports from besides Python's own library."""
    found = [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")]
    found += [
        Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")
    ]
    return [path for path in dict.fromkeys(path.resolve() for path in found) if path.is_dir()]


def own_code() -> Path:
    """The folder of this package."""
    return Path(__file__).resolve().parents[2]


def bubblewrap() -> str | None:
    """The path of the ``bwrap`` program, if it is installed."""
    return shutil.which("bwrap")


def sandbox_uid() -> int | None:
    """For root: the user that untrusted code runs as, one that nobody has. Else None: the same
    user."""
    if os.geteuid() != 0:
        return None
    import pwd

    taken = {entry.pw_uid for entry in pwd.getpwall()}
    return next(uid for uid in range(_FIRST_UID, _FIRST_UID + 1000) if uid not in taken)


def environment(home: str, *, gpu: bool) -> dict[str, str]:
    """All environment variables of the warm process."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        # torch 2.11 asks the system who it is, and the user of student code may have no name.
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        # More than one OpenMP thread before a fork hangs the children.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "IPYTHONDIR": f"{home}/ipython",
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
        # There is no network; `%pip install` is to notice at once.
        "PIP_RETRIES": "0",
        "PIP_DEFAULT_TIMEOUT": "1",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PAGER": "cat",
        "TERM": "dumb",
    }
    if gpu:
        # What CUDA caches in the home folder would be taken for files of the notebook's.
        variables |= {"CUDA_CACHE_DISABLE": "1", "USE_PYTORCH_KERNEL_CACHE": "0"}
    else:
        variables["CUDA_VISIBLE_DEVICES"] = ""
    return variables


@functools.cache
def can_stage() -> bool:
    """Whether root may mount here (in many containers it may not)."""
    with tempfile.TemporaryDirectory(prefix="gradeprop-") as folder:
        plan: dict[str, Any] = {
            "groups": [],
            "stage": folder,
            "sources": ["/usr"],
            "targets": ["0"],
        }
        plan.update(uid=None, command=["/bin/true"], environment={})
        done = subprocess.run(
            _stepping_down(plan), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    return done.returncode == 0


def closed_to_others(path: Path) -> Path | None:
    """The first folder on the way to ``path`` that users other than its owner cannot enter or
    read."""
    way = (*reversed(path.parents), path)
    return next((folder for folder in way if folder.stat().st_mode & 0o5 != 0o5), None)


def _stepping_down(plan: dict[str, Any]) -> list[str]:
    boot = _BOOT.format(module="isolation.stepdown")
    imports = json.dumps([str(own_code().parent)])
    return [sys.executable, *_PYTHON, "-c", boot, imports, json.dumps(plan)]


@dataclass
class Launcher:
    """Starts Python at one level.

    Args:
        level: the isolation around it.
        gpu: whether the GPU's device files are shown.

    Attributes:
        scratch: a folder of this launcher's own.
        groups: control groups to join, as paths of ``cgroup.procs``.
    """

    level: Level
    gpu: bool = False
    groups: list[str] = field(default_factory=list)
    scratch: Path = field(init=False)
    uid: int | None = field(init=False)

    def __post_init__(self) -> None:
        self.uid = None if self.level == "none" else sandbox_uid()
        _remove_abandoned()
        self.scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH_PREFIX))
        self.scratch.chmod(0o755)
        (self.scratch / "passwd").write_text(_PASSWD.format(uid=self._inner_uid))
        (self.scratch / "group").write_text(_GROUP.format(uid=self._inner_uid))
        (self.scratch / "home").mkdir()
        if self.uid is not None:
            os.chown(self.scratch / "home", self.uid, self.uid)
        (self.scratch / "stage").mkdir()
        (self.scratch / _NO_DRIVER).mkdir()
        (self.scratch / _NO_DRIVER / DRIVER).touch()
        self._places = self._find_places()
        # Folders that are looked into for NVIDIA's driver, outside and as children see them.
        drivers = driver_folders() if self.gpu else [str(self.scratch / _NO_DRIVER)]
        self._driver = {
            folder: self._shown_as(number, folder) for number, folder in enumerate(drivers)
        }

    def _shown_as(self, number: int, folder: str) -> str:
        if self.level != "full" or _below(Path(folder), Path("/usr")):
            return folder
        return f"{_INSIDE}/driver{number}"

    @property
    def _inner_uid(self) -> int:
        return os.geteuid() if self.uid is None else self.uid

    @property
    def readable(self) -> tuple[str, ...]:
        """What children may read, as they see it: Python's prefix, the packages, our own code, and
        with a GPU its driver."""
        places = [inside for _, inside in self._places.values()]
        return tuple(dict.fromkeys([*places, *self._driver.values()]))

    def _library_path(self) -> list[str]:
        """Where the warm process looks for libraries first.

        Where torch finds NVIDIA's driver, the first backward pass asks it for devices, even if none
        may be seen, and the driver starts a thread, after which nothing can be forked. Without a
        GPU a file that is no library is therefore found in the driver's stead: the loader gives up
        at it."""
        prefix = Path(sys.base_prefix).resolve()
        library = [] if _below(prefix, Path("/usr")) else [f"{self._places[prefix][1]}/lib"]
        return [*self._driver.values(), *library]

    def close(self) -> None:
        remove_folder(self.scratch)

    def start(
        self, module: str, control: int, config: dict[str, Any], log: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Run ``gradeprop.session.<module>.main`` with ``control`` and ``config`` as its
        arguments."""
        return _starter.run(self._start, module, control, config, log)

    def _start(
        self, module: str, control: int, config: dict[str, Any], log: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        command = self._inner_command(module, control, config)
        home = "/tmp" if self.level == "full" else str(self.scratch / "home")
        variables = environment(home, gpu=self.gpu)
        if library_path := self._library_path():
            variables["LD_LIBRARY_PATH"] = ":".join(library_path)
        if self.level == "full":
            command = self._bubblewrap_command(command, variables)
            variables = {"PATH": "/usr/bin:/bin"}
        if self.uid is not None or self.groups:
            plan = {
                "groups": self.groups,
                "stage": str(self.scratch / "stage") if self.staged else "",
                "sources": [str(path) for path in self._places],
                "targets": self._targets,
                "uid": self.uid,
                "command": command,
                "environment": variables,
            }
            command = _stepping_down(plan)
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

    # Where things are: outside, where bubblewrap or the child finds them, and as the child sees
    # them.

    def _find_places(self) -> dict[Path, tuple[str, str]]:
        wanted = [Path(sys.base_prefix).resolve(), *package_paths()]
        code = own_code()
        if not any(_below(code, path) for path in wanted[1:]):
            wanted.append(code)
        self._targets = [f"{number}/{path.name}" for number, path in enumerate(wanted)]
        places: dict[Path, tuple[str, str]] = {}
        for path, target in zip(wanted, self._targets, strict=True):
            source = str(self.scratch / "stage" / target) if self.staged else str(path)
            if _below(path, Path("/usr")):
                source = inside = str(path)
            else:
                inside = f"{_INSIDE}/{target}" if self.level == "full" else source
            places[path] = (source, inside)
        if self.uid is not None and not self.staged:
            self._refuse_unreadable(wanted)
        return places

    def _refuse_unreadable(self, wanted: list[Path]) -> None:
        for path in wanted:
            closed = closed_to_others(path)
            if closed is not None:
                raise MissingFacility(
                    f"the user that student code runs as cannot read {closed}",
                    remedy=(
                        f"chmod o+rx {closed}, or install Python elsewhere, or do not run as root"
                    ),
                )

    @property
    def staged(self) -> bool:
        """Whether root binds what the other user is to read, because that user may not reach it
        itself."""
        return self.uid is not None and can_stage()

    def _inner_command(self, module: str, control: int, config: dict[str, Any]) -> list[str]:
        prefix, code = Path(sys.base_prefix).resolve(), own_code()
        python = (
            f"{self._places[prefix][1]}/bin/python{sys.version_info.major}.{sys.version_info.minor}"
        )
        imports = [
            str(Path(inside).parent) if path == code else inside
            for path, (_, inside) in self._places.items()
            if path != prefix
        ]
        boot = _BOOT.format(module=module)
        return [python, *_PYTHON, "-c", boot, json.dumps(imports), str(control), json.dumps(config)]

    def _bubblewrap_command(self, inner: list[str], variables: dict[str, str]) -> list[str]:
        program = bubblewrap()
        if program is None:
            raise MissingFacility("bubblewrap is not installed", remedy="apt install bubblewrap")
        command = [program, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
        # The warm process makes namespaces for its children; in here that needs this right, over
        # nothing but its own namespace.
        command += ["--cap-add", "CAP_SYS_ADMIN", "--hostname", "notebook"]
        for name, value in variables.items():
            command += ["--setenv", name, value]
        command += ["--ro-bind", "/usr", "/usr"]
        for name in ("lib", "lib64", "lib32", "bin", "sbin"):
            command += _like_outside(Path("/", name))
        command += [
            "--proc",
            "/proc",
            "--size",
            str(1 << 20),
            "--tmpfs",
            "/dev",
            "--dir",
            "/dev/shm",
        ]
        command += ["--symlink", "/proc/self/fd", "/dev/fd"]
        devices = [f"/dev/{name}" for name in _DEVICES] + (gpu_devices() if self.gpu else [])
        for device in devices:
            command += ["--dev-bind", device, device]
        if self.gpu:
            command += ["--ro-bind", "/sys", "/sys"]
        command += ["--size", str(64 << 20), "--tmpfs", "/tmp", "--dir", "/etc"]
        for name in ("passwd", "group"):
            command += ["--ro-bind", str(self.scratch / name), f"/etc/{name}"]
        for name in ("ld.so.cache", "localtime"):
            command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        for source, inside in (*self._places.values(), *self._driver.items()):
            if source != inside:
                command += ["--ro-bind", source, inside]
        return [
            *command,
            "--remount-ro",
            "/dev",
            "--remount-ro",
            "/",
            "--chdir",
            "/tmp",
            "--",
            *inner,
        ]


def _remove_abandoned() -> None:
    """Remove the scratch folders of graders that were killed before they could; old enough
    that none still in use is taken for one."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = folder.lstat()
            if status.st_uid == os.geteuid() and time.time() - status.st_mtime > _ABANDONED_S:
                remove_folder(folder)


def _below(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _like_outside(path: Path) -> Sequence[str]:
    """bubblewrap's arguments that show ``/lib`` and the like as they are: links, folders or not at
    all."""
    if path.is_symlink():
        return ("--symlink", str(path.readlink()), str(path))
    if path.is_dir():
        return ("--ro-bind", str(path), str(path))
    return ()
