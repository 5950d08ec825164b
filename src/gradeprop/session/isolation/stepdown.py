"""A grader that runs as root starts the warm process through this: as another user.

That user may not even reach Python under ``/root``. What it needs is bound to a staging folder
first, in a mount namespace that nobody else sees. Standard library only."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

__all__ = ["main", "stage"]


def stage(folder: str, sources: list[str], targets: list[str]) -> None:
    """Bind each of ``sources`` to its path in ``targets`` below ``folder``, invisible from outside.

    Raises:
        OSError: mounting is not allowed here.
    """
    from gradeprop.session.isolation import syscalls

    syscalls.unshare(syscalls.NEW_NS)
    syscalls.make_mounts_private()
    syscalls.mount("tmpfs", folder, syscalls.MS_NOSUID | syscalls.MS_NODEV, "size=1m,mode=755")
    for source, name in zip(sources, targets, strict=True):
        target = Path(folder, name)
        target.mkdir(parents=True)
        syscalls.bind_mount(source, str(target))


def main() -> None:
    """Entry point; ``argv[1]`` says what to do, in JSON::

        {"groups": [files to join groups by], "stage": folder, "sources": [...], "targets": [...],
         "uid": n, "command": [...], "environment": {...}}

    Without ``stage`` nothing is bound, without ``uid`` the user stays."""
    plan = json.loads(sys.argv[1])
    for procs in plan["groups"]:
        Path(procs).write_text("0")
    if plan["stage"]:
        stage(plan["stage"], plan["sources"], plan["targets"])
    if plan["uid"] is not None:
        os.setgroups([])
        os.setgid(plan["uid"])
        os.setuid(plan["uid"])
    command = plan["command"]
    os.execve(command[0], command, plan["environment"])
