"""For a grader that runs as root: the user that student code runs as, and the way to become it.

The other end of that way is `gradeprop.session.isolation.stepdown`."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from gradeprop.session.isolation.interpreter import own_code, python_command
from gradeprop.session.isolation.own_folder import OwnFolder

__all__ = ["can_stage", "closed_to_others", "sandbox_uid", "stepping_down"]

_FIRST_UID: Final = 61_000
_UIDS: Final = 1_000


def sandbox_uid() -> int | None:
    """For root: the user that untrusted code runs as, one that nobody has. Else None: the same."""
    if os.geteuid() != 0:
        return None
    import pwd

    taken = {entry.pw_uid for entry in pwd.getpwall()}
    return next(uid for uid in range(_FIRST_UID, _FIRST_UID + _UIDS) if uid not in taken)


def stepping_down(plan: dict[str, Any]) -> list[str]:
    """The command that carries out ``plan``; see `gradeprop.session.isolation.stepdown.main`."""
    imports = [str(own_code().parent)]
    return python_command(sys.executable, "isolation.stepdown", imports, json.dumps(plan))


@functools.cache
def can_stage() -> bool:
    """Whether root may mount here (in many containers it may not)."""
    with OwnFolder() as own:
        plan: dict[str, Any] = {
            "groups": [],
            "stage": str(own.path),
            "sources": ["/usr"],
            "targets": ["0"],
            "uid": None,
            "command": ["/bin/true"],
            "environment": {},
        }
        done = subprocess.run(
            stepping_down(plan), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    return done.returncode == 0


def closed_to_others(path: Path) -> Path | None:
    """The first folder on the way to ``path`` that only its owner can enter and read."""
    way = (*reversed(path.parents), path)
    return next((folder for folder in way if folder.stat().st_mode & 0o5 != 0o5), None)
