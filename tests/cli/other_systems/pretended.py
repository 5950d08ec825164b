"""Makes this process look like macOS or Windows to our own code, and to nobody else's.

What a module of gradeprop's imports of the standard library is a stand-in that lacks what those
systems lack; other packages go on seeing the real thing, since they come in a build for each system
and would not run with half of another. What was imported, and what should not have been reached, is
written down in a folder: a file for each process. Standard library only."""

from __future__ import annotations

import ast
import builtins
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = str(Path(__file__).parent)
LINUX = ("pyseccomp",)
POSIX = ("fcntl", "resource", "pwd", "grp", "termios", "pty", "tty", "syslog", "crypt", "spwd")
ABSENT = {"darwin": LINUX, "win32": (*LINUX, *POSIX)}

# Names that `import x` or `x.name` does not find there. A last * stands for anything.
_OF_LINUX = {
    "os": (
        *("memfd_create", "MFD_*", "sched_*", "SCHED_*", "pipe2", "pidfd_open", "O_TMPFILE"),
        *("O_PATH", "eventfd*", "EFD_*", "unshare", "setns", "splice", "getrandom", "getxattr"),
    ),
    "signal": ("pidfd_send_signal", "sigwaitinfo", "sigtimedwait", "SIGRT*", "SIGPOLL", "SIGPWR"),
    "socket": ("SO_PASSCRED", "SCM_CREDENTIALS", "SOCK_SEQPACKET", "SOCK_CLOEXEC", "AF_NETLINK"),
    "select": ("epoll", "EPOLL*"),
}
_OF_POSIX = {
    "os": (
        *("fork", "forkpty", "posix_spawn*", "set*id", "get*id", "killpg", "pread*", "pwrite*"),
        *("fchmod", "fchown", "chown", "lchown", "mkfifo", "mknod", "sysconf", "confstr", "wait"),
        *("waitid", "wait3", "wait4", "WNOHANG", "WIF*", "uname", "getloadavg", "nice", "openpty"),
        *("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_DIRECTORY", "O_SYNC", "lockf"),
        *("register_at_fork", "set_blocking", "statvfs", "fstatvfs", "sendfile", "getpriority"),
    ),
    "signal": (
        *("SIGKILL", "SIGUSR*", "SIGALRM", "SIGCHLD", "SIGHUP", "SIGPIPE", "SIGQUIT", "SIGSTOP"),
        *("SIGCONT", "SIGTSTP", "SIGXCPU", "SIGXFSZ", "SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK"),
        *("pthread_*", "setitimer", "getitimer", "ITIMER_*", "alarm", "pause", "sig*wait"),
        *("siginterrupt", "sigpending"),
    ),
    "socket": ("AF_UNIX", "send_fds", "recv_fds", "CMSG_*", "SCM_*"),
    "select": ("poll", "POLL*"),
    "subprocess": (),
}
_KEPT = {"os": ("getpid", "getppid", "waitpid", "waitstatus_to_exitcode")}
_FACTS = {
    "darwin": {
        "sys": {"platform": "darwin"},
        "platform": {"system": lambda: "Darwin"},
    },
    "win32": {
        "sys": {"platform": "win32"},
        "platform": {"system": lambda: "Windows"},
        "os": {"name": "nt", "supports_dir_fd": frozenset(), "supports_fd": frozenset()},
        "subprocess": {"CREATE_NEW_PROCESS_GROUP": 0x200},
    },
}
# These pass on what their callers ask for.
_BETWEEN = (
    *("pathlib", "os", "io", "glob", "shutil", "tempfile", "contextlib", "codecs", "ctypes"),
)


class Pretended(ModuleType):
    """Stands in for a module."""

    def __init__(self, real: ModuleType, system: str) -> None:
        patterns = [*_OF_LINUX.get(real.__name__, ())]
        if system == "win32":
            patterns += _OF_POSIX.get(real.__name__, ())
        object.__setattr__(self, "_real", real)
        object.__setattr__(self, "_patterns", tuple(patterns))
        object.__setattr__(self, "_facts", dict(_FACTS[system].get(real.__name__, {})))

    def __getattribute__(self, name: str) -> object:
        mine = object.__getattribute__
        real, facts = mine(self, "_real"), mine(self, "_facts")
        if name in facts:
            return facts[name]
        kept = name in _KEPT.get(real.__name__, ()) or name.startswith("__")
        if not kept and any(_fits(name, pattern) for pattern in mine(self, "_patterns")):
            raise AttributeError(f"pretended: no {real.__name__}.{name} here", name=name, obj=real)
        return getattr(real, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(object.__getattribute__(self, "_real"), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(object.__getattribute__(self, "_real"), name)


def _fits(name: str, pattern: str) -> bool:
    before, star, after = pattern.partition("*")
    if not star:
        return name == pattern
    return name.startswith(before) and name.endswith(after) and len(name) >= len(before + after)


class _Log:
    """What this process did, line by line."""

    def __init__(self, folder: str) -> None:
        self._path = Path(folder, f"{os.getpid()}.log")

    def note(self, kind: str, what: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{kind} {what}\n")


def begin(system: str, folder: str) -> None:
    """From now on."""
    log = _Log(folder)
    log.note("process", " ".join(sys.argv[:3]))
    stand_ins = {
        name: Pretended(__import__(name), system)
        for name in ("os", "sys", "signal", "socket", "select", "platform", "subprocess")
    }
    facts = object.__getattribute__(stand_ins["subprocess"], "_facts")
    facts |= {"Popen": _popen(system, folder, log), "run": _run(system, log)}
    if system == "win32":
        object.__getattribute__(stand_ins["socket"], "_facts")["socket"] = _windows_socket()
    real_import = builtins.__import__

    def pretended_import(
        name: str, given: Any = None, local: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        asks = str((given or {}).get("__name__", ""))
        package = str((given or {}).get("__package__", ""))
        if "gradeprop" not in (asks.partition(".")[0], package.partition(".")[0]):
            return real_import(name, given, local, fromlist, level)
        if name.partition(".")[0] in ABSENT[system]:
            raise ImportError(f"pretended: no module {name} here", name=name)
        if system == "win32" and "resource_tracker" in (fromlist or ()):
            raise ImportError("pretended: this starts a process as POSIX does")
        found = real_import(name, given, local, fromlist, level)
        return stand_ins.get(found.__name__, found)

    builtins.__import__ = pretended_import
    warnings.filterwarnings("error", category=EncodingWarning, module=r"gradeprop\b")
    sys.addaudithook(_watch(log))
    sys.meta_path.insert(0, _Noted(log))


class _Noted:
    """Notes which of our modules are imported."""

    def __init__(self, log: _Log) -> None:
        self._log = log

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:  # noqa: ARG002
        if name.startswith("gradeprop."):
            self._log.note("import", name)


def _watch(log: _Log) -> Any:
    def hook(event: str, arguments: Any) -> None:
        if event in ("os.fork", "os.forkpty"):
            log.note("reached", event)
            raise RuntimeError("pretended: there is no fork here")
        if event in ("open", "os.listdir", "os.scandir"):
            where = str(arguments[0])
            if where.startswith(("/proc", "/sys")) and _asked_by_us():
                raise FileNotFoundError(2, "pretended: there is no such file here", where)
        if event == "ctypes.dlopen" and arguments[0] is None and _asked_by_us():
            log.note("reached", "ctypes.CDLL(None)")
            raise OSError("pretended: there is no C library of this kind here")

    return hook


def _asked_by_us() -> bool:
    frame = sys._getframe(2)
    while frame is not None:
        asks = str(frame.f_globals.get("__name__"))
        if asks.partition(".")[0] not in _BETWEEN:
            return asks.startswith("gradeprop")
        frame = frame.f_back
    return False


def _popen(system: str, folder: str, log: _Log) -> Any:
    """A `subprocess.Popen` that takes this along to our own processes, which hear of no path."""

    class Popen(subprocess.Popen):
        def __init__(self, command: Any, **settings: Any) -> None:
            if system == "win32":
                _refuse(settings, log)
                settings["creationflags"] = 0
            if isinstance(command, list) and "-S" in command and "-c" in command:
                code = command.index("-c") + 1
                along = (
                    f"import sys; sys.path.append({HERE!r}); import pretended; "
                    f"pretended.begin({system!r}, {folder!r}); "
                )
                command = [*command]
                command[code] = along + command[code]
                command[1:1] = ["-X", "warn_default_encoding"]
            super().__init__(command, **settings)

    return Popen


def _run(system: str, log: _Log) -> Any:
    def run(command: Any, **settings: Any) -> Any:
        if system == "win32":
            _refuse(settings, log)
            if command[0] == "taskkill":
                assert command[1:4] == ["/F", "/T", "/PID"], command
                log.note("taskkill", command[4])
                # All that was started apart is one group.
                os.killpg(int(command[4]), signal.SIGKILL)
                return subprocess.CompletedProcess(command, 0, b"", b"")
        return subprocess.run(command, **settings)

    return run


def _refuse(settings: dict[str, Any], log: _Log) -> None:
    """What `subprocess` refuses on Windows."""
    for name in ("pass_fds", "preexec_fn", "user", "group", "extra_groups", "process_group"):
        if settings.get(name):
            log.note("reached", f"subprocess with {name}")
            raise ValueError(f"pretended: {name} is not supported here")


def _windows_socket() -> type:
    import socket

    class Kind(type):
        def __getattribute__(cls, name: str) -> object:
            if name in ("sendmsg", "recvmsg", "sendmsg_afalg", "recvmsg_into"):
                raise AttributeError(f"pretended: no socket.{name} here")
            return super().__getattribute__(name)

    return Kind("socket", (socket.socket,), {})


def posix_imports(path: Path, absent: tuple[str, ...]) -> list[str]:
    """The modules of ``absent`` that a file imports whenever it is imported itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            found += [item.name.partition(".")[0] for item in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.append(str(node.module).partition(".")[0])
    return [name for name in found if name in absent]
