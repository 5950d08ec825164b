"""A launcher's own folder: a home, a user's name, a place to stage what another user is to read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from gradeprop.session.isolation.gpu import DRIVER
from gradeprop.session.isolation.own_folder import OwnFolder

__all__ = ["Scratch"]

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

    Raises:
        OSError: it cannot be made; nothing of it is left.
    """

    def __init__(self, uid: int | None) -> None:
        self._own = OwnFolder()
        self.folder = self._own.path
        self.passwd = self.folder / "passwd"
        self.group = self.folder / "group"
        self.home = self.folder / "home"
        self.stage = self.folder / "stage"
        self.no_driver = self.folder / "no-driver"
        self.pip = self.folder / "pip"
        try:
            self._fill(uid)
        except BaseException:
            self.remove()
            raise

    def _fill(self, uid: int | None) -> None:
        self.folder.chmod(0o755)
        inner_uid = os.geteuid() if uid is None else uid
        self.passwd.write_text(_PASSWD.format(uid=inner_uid))
        self.group.write_text(_GROUP.format(uid=inner_uid))
        for folder in (self.home, self.stage, self.no_driver):
            folder.mkdir()
        self.pip.write_text(_PIP)
        self.pip.chmod(0o755)
        if uid is not None:
            os.chown(self.home, uid, uid)
        (self.no_driver / DRIVER).touch()

    def venv_settings(self, home: str) -> Path:
        """A file that makes a folder a virtual environment of the Python in ``home``."""
        settings = self.folder / "pyvenv.cfg"
        settings.write_text(f"home = {home}\ninclude-system-site-packages = false\n")
        return settings

    def remove(self) -> None:
        self._own.remove()
