"""Puts all layers of one level on a child that does nothing, to see if they hold.

Quick, without torch. Started like the warm process (see `gradeprop.session.warm.main`); answers
``{"ready": {"code": 0}}``."""

from __future__ import annotations

import json
import os
import socket
import sys

from gradeprop.session.isolation.forker import Forker, address_space
from gradeprop.session.isolation.layers import Layers

__all__ = ["main"]

REQUEST = {
    "id": 1,
    "memory_mb": 64,
    "processes": 16,
    "spare_processes": 0,
    "file_bytes": 1 << 20,
    "files": 8,
    "cpu_s": 10,
}


def main() -> None:
    """Entry point, with the arguments of the warm process."""
    control = socket.socket(fileno=int(sys.argv[1]))
    config = json.loads(sys.argv[2])
    forker = Forker(
        Layers.from_json(config["layers"]), lambda *_: None, address_space(), config["gpu"]
    )
    child = forker.fork(REQUEST, os.open(os.devnull, os.O_RDWR))
    _, status = os.waitpid(child.pid, 0)
    control.send(json.dumps({"ready": {"code": os.waitstatus_to_exitcode(status)}}).encode())
