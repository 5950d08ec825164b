"""A launcher's own folder: a home, a user's name, a place to stage what another user is to read."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path
from typing import Final

from gradeprop.session.isolation.folders import remove_folder
from gradeprop.session.isolation.gpu import DRIVER

__all__ = ["Scratch", "remove_abandoned"]

_PREFIX: Final = "gradeprop-scratch-"
_ABANDONED_S: Final = 7 * 86_400  # no grading run takes a week
_PASSWD: Final = "student:x:{uid}:{uid}:student:/tmp:/bin/sh\n"
_PIP: Final = '#!/bin/sh\nexec python -m pip "$@"\n'
_GROUP: Final = "student:x:{uid}:\n"


class Scratch:
    """Made at once, readable for everybody.

    Args:
        uid: the user that student code runs as, None for the present one.

    Attributes:
        folder: all of it.
        home: where the warm process may write.
        stage: where root binds what another user is to read.
        no_driver: holds a file by the name of NVIDIA's driver that is no library.
        passwd, group: files that give the user a name.
        pip: a program that runs pip.
    """

    def __init__(self, uid: int | None) -> None:
        remove_abandoned()
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self.folder.chmod(0o755)
        inner_uid = os.geteuid() if uid is None else uid
        self.passwd = self.folder / "passwd"
        self.passwd.write_text(_PASSWD.format(uid=inner_uid))
        self.group = self.folder / "group"
        self.group.write_text(_GROUP.format(uid=inner_uid))
        self.pip = self.folder / "pip"
        self.pip.write_text(_PIP)
        self.pip.chmod(0o755)
        self.home = self.folder / "home"
        self.home.mkdir()
        if uid is not None:
            os.chown(self.home, uid, uid)
        self.stage = self.folder / "stage"
        self.stage.mkdir()
        self.no_driver = self.folder / "no-driver"
        self.no_driver.mkdir()
        (self.no_driver / DRIVER).touch()

    def venv_settings(self, home: str) -> Path:
        """A file that makes a folder a virtual environment of the Python in ``home``."""
        settings = self.folder / "pyvenv.cfg"
        settings.write_text(f"home = {home}\ninclude-system-site-packages = false\n")
        return settings

    def remove(self) -> None:
        remove_folder(self.folder)


def remove_abandoned() -> None:
    """Remove the scratch folders of graders that were killed before they could.

    They are old enough that none still in use is taken for one."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = folder.lstat()
            is_ours = status.st_uid == os.geteuid()
            if is_ours and time.time() - status.st_mtime > _ABANDONED_S:
                remove_folder(folder)
