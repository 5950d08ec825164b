"""The bundled class as it stands in the repository."""

from __future__ import annotations

import tarfile

import make_class


def unpacked() -> dict[str, bytes]:
    """The files of the archive, by path."""
    with tarfile.open(make_class.ARCHIVE) as archive:
        found = ((entry.name, archive.extractfile(entry)) for entry in archive if entry.isfile())
        return {name: data.read() for name, data in found if data is not None}
