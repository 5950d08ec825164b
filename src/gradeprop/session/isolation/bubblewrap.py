"""bubblewrap's command: what it shows of this machine, and nothing else."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from gradeprop.errors import MissingFacility

__all__ = ["bubblewrap", "bubblewrap_command"]

_RENAMED: Final = ("--hostname", "notebook")
_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
# What programs look up besides: libraries, the time, what `awk` and the like stand for, and fonts.
_SETTINGS: Final = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/alternatives",
    "/etc/fonts",
    "/var/cache/fontconfig",
)


def bubblewrap() -> str | None:
    """The path of the ``bwrap`` program, if it is installed."""
    return shutil.which("bwrap")


def bubblewrap_command(
    inner: Sequence[str],
    *,
    variables: Mapping[str, str],
    files: Mapping[str, str],
    folders: Iterable[tuple[str, str]],
    links: Mapping[str, str],
    gpu: Sequence[str] | None,
) -> list[str]:
    """A command that runs ``inner`` in namespaces of its own.

    Args:
        variables: all environment variables.
        files: what ``/etc`` shows, by its name there.
        folders: files and folders: where each is, and where it is shown.
        links: symbolic links to make, and where they lead.
        gpu: a GPU's device files; None if it may not be used.

    Raises:
        MissingFacility: bubblewrap is not installed.
    """
    program = bubblewrap()
    if program is None:
        raise MissingFacility("bubblewrap is not installed", remedy="apt install bubblewrap")
    command = [program, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    # The warm process makes namespaces for its children; in here that needs this right, over
    # nothing but its own namespace.
    command += ["--cap-add", "CAP_SYS_ADMIN"]
    if _may_be_renamed(program):
        command += _RENAMED
    for name, value in variables.items():
        command += ["--setenv", name, value]
    command += _system()
    command += _devices(gpu or ())
    if gpu is not None:
        command += ["--ro-bind", "/sys", "/sys"]
    command += ["--size", str(64 << 20), "--tmpfs", "/tmp", "--dir", "/etc"]
    for name, path in files.items():
        command += ["--ro-bind", path, f"/etc/{name}"]
    for path in _SETTINGS:
        command += ["--ro-bind-try", path, path]
    for source, inside in folders:
        if source != inside:
            command += ["--ro-bind", source, inside]
    for link, target in links.items():
        command += ["--symlink", target, link]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    return [*command, "--", *inner]


@functools.cache
def _may_be_renamed(program: str) -> bool:
    """Whether the machine can have another name inside.

    Podman's filter refuses that and allows all the rest; inside, the container's name is seen."""
    apart = ("--unshare-user", "--unshare-uts", "--ro-bind", "/", "/")
    tried = subprocess.run(
        [program, *apart, *_RENAMED, "--", "/bin/true"], capture_output=True, check=False
    )
    return tried.returncode == 0


def _system() -> list[str]:
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("lib", "lib64", "lib32", "bin", "sbin"):
        arguments += _like_outside(Path("/", name))
    return arguments


def _like_outside(path: Path) -> Sequence[str]:
    """The arguments that show ``/lib`` and the like as they are: links, folders or not at all."""
    if path.is_symlink():
        return ("--symlink", str(path.readlink()), str(path))
    if path.is_dir():
        return ("--ro-bind", str(path), str(path))
    return ()


def _devices(gpu_devices: Sequence[str]) -> list[str]:
    arguments = ["--proc", "/proc"]
    arguments += ["--size", str(1 << 20), "--tmpfs", "/dev", "--dir", "/dev/shm"]
    arguments += ["--symlink", "/proc/self/fd", "/dev/fd"]
    for device in (*(f"/dev/{name}" for name in _DEVICES), *gpu_devices):
        arguments += ["--dev-bind", device, device]
    return arguments
