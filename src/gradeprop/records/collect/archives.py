"""Open what was downloaded: a zip, or a folder that it was unpacked to.

Students choose what is in it, so nothing is unpacked: single files are read into memory, each up to
a bound, and what they are called is only ever read, never written to."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import IO, Final, Self

from gradeprop.errors import StorageError, UsageError
from gradeprop.records.collect.interface import Archive, File, Unplaced
from gradeprop.records.files.door import Refused, read_handed
from gradeprop.records.files.names import shown_id

__all__ = ["FolderArchive", "ZipArchive", "open_archive"]

MOST_FILES: Final = 200_000
"""Files that a download may have: a thousand students with two hundred each."""
_MOST_TIGHTLY: Final = 200
"""How many times smaller a file may be packed: no honest notebook comes near."""
_SMALL: Final = 2**20
"""Below this any tightness is harmless."""
_CHUNK: Final = 2**20
_PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What every platform and system writes. How Python unpacks the others may take any memory."""
_UTF8: Final = 0x800
_ENCRYPTED: Final = 0x1
_LITTER: Final = ("__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db", "desktop.ini")
_AGAIN: Final = "download it again"
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    MemoryError,
)
"""What Python raises on bytes that are no zip; nothing of it may end the work on the others."""


def open_archive(path: Path, opened: ExitStack) -> Archive:
    """Open a zip or a folder; ``opened`` closes it.

    Raises:
        UsageError: it is neither, or has more files than any class hands in.
        StorageError: it cannot be read.
    """
    if path.is_dir():
        return FolderArchive(path)
    try:
        file = opened.enter_context(path.open("rb"))
    except FileNotFoundError:
        raise UsageError(
            "there is no such file or folder", where=str(path), remedy="name a zip or a folder"
        ) from None
    except OSError as error:
        raise StorageError(
            f"this file cannot be read: {error.strerror or error}", where=str(path)
        ) from error
    return opened.enter_context(ZipArchive(file, str(path)))


class ZipArchive:
    """A zip; a context manager.

    Raises:
        UsageError: it is none, or has too many files.
    """

    def __init__(self, file: IO[bytes], shown: str) -> None:
        self.shown = shown
        try:
            self._zip = zipfile.ZipFile(file)
        except (*_DAMAGED, NotImplementedError) as error:
            raise UsageError(
                f"this is no zip that can be read: {error}", where=shown, remedy=_AGAIN
            ) from error
        infos = self._zip.infolist()
        if len(infos) > MOST_FILES:
            raise UsageError(f"there are more than {MOST_FILES} files in it", where=shown)
        self._infos = {str(number): info for number, info in enumerate(infos)}
        self.files: list[File] = []
        self.refused: list[Unplaced] = []
        for key, info in self._infos.items():
            self._take(key, info)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def read(self, file: File, most: int) -> bytes:
        """As `Archive.read`."""
        info = self._infos[file.key]
        if info.file_size > most:
            raise Refused(f"is {info.file_size // 2**20} MB large")
        if info.file_size > max(_SMALL, _MOST_TIGHTLY * info.compress_size):
            raise Refused(f"is packed more than {_MOST_TIGHTLY} times, as no honest file is")
        try:
            return self._data(info, most)
        except _DAMAGED as error:
            raise Refused(f"is damaged ({error})") from error
        except (RuntimeError, NotImplementedError) as error:
            raise Refused(f"cannot be unpacked ({error})") from error

    def _data(self, info: zipfile.ZipInfo, most: int) -> bytes:
        read = BytesIO()
        with self._zip.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                read.write(chunk)
                if read.tell() > most:  # the size that it states is not true
                    raise Refused(f"is more than {most // 2**20} MB large")
        return read.getvalue()

    def _take(self, key: str, info: zipfile.ZipInfo) -> None:
        name = _decoded(info).replace("\\", "/")
        names = tuple(part for part in name.split("/") if part not in ("", "."))
        if info.is_dir() or name.endswith("/") or _is_litter(names):
            return
        why = None
        if name.startswith("/") or ".." in names or names[0].endswith(":"):
            why = "its path leads out of the zip"
        elif _is_link(info):
            why = "it is a link, not a file"
        elif info.flag_bits & _ENCRYPTED:
            why = "it is encrypted"
        elif info.compress_type not in _PACKINGS:
            why = f"it is packed by {_packing(info)}, which is not taken"
        if why:
            remedy = "ask for the file itself" if names else _AGAIN
            self.refused.append(Unplaced(shown_id(name), why, remedy))
        else:
            self.files.append(File(names, key))


class FolderArchive:
    """A folder. Links in it are not followed."""

    def __init__(self, path: Path) -> None:
        self.shown = f"{path}/"
        self._root = path.resolve()
        self.files: list[File] = []
        self.refused: list[Unplaced] = []
        for names, entry in _walk(self._root, ()):
            if entry.is_symlink():
                place = shown_id("/".join(names))
                why = "it is a link, not a file"
                self.refused.append(Unplaced(place, why, "put the file itself in its place"))
            elif entry.is_file(follow_symlinks=False):
                self.files.append(File(names, "/".join(names)))
            if len(self.files) > MOST_FILES:
                raise UsageError(f"there are more than {MOST_FILES} files in it", where=self.shown)
        self.files.sort(key=lambda file: file.path)

    def read(self, file: File, most: int) -> bytes:
        """As `Archive.read`."""
        names = file.key.split("/")
        return read_handed(self._root.joinpath(*names), most, own=len(names))


def _walk(
    folder: Path, names: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], os.DirEntry[str]]]:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        raise StorageError(
            f"this folder cannot be read: {error.strerror or error}",
            where=str(folder),
            remedy="make it readable, then run the command again",
        ) from error
    for entry in found:
        below = (*names, entry.name)
        if _is_litter(below):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name, below)
        else:
            yield below, entry


def _is_litter(names: tuple[str, ...]) -> bool:
    """What systems leave behind, which nobody handed in."""
    return not names or any(name in _LITTER for name in names) or names[-1].startswith("._")


def _packing(info: zipfile.ZipInfo) -> str:
    number = info.compress_type
    return {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA"}.get(number, f"method {number}")


def _is_link(info: zipfile.ZipInfo) -> bool:
    mode = info.external_attr >> 16
    return bool(mode) and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR)


def _decoded(info: zipfile.ZipInfo) -> str:
    """The file's name. Where the zip does not say that it is UTF-8, it often is all the same, and
    else it is what Python takes it for: the code page of old."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename
