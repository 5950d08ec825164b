"""What a result was graded with: a digest of everything in a course that decides a mark."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("exercises", "graders", "solutions")


def is_ignored(path: Path) -> bool:
    """Whether a file or folder is a by-product of tools (caches, hidden files), not of the
    course."""
    return path.name == "__pycache__" or path.name.startswith(".") or path.suffix == ".pyc"


def files_below(folder: Path) -> Iterator[Path]:
    """All files of the course below a folder, sorted; by-products left out. Nothing if it does not
    exist."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if is_ignored(path):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from files_below(path)
        else:
            yield path


def course_files(root: Path) -> list[Path]:
    """Every file that decides a mark: course.yaml, voided.yaml if there is one, and those of
    `FOLDERS`."""
    single = [path for path in (root / "course.yaml", root / "voided.yaml") if path.is_file()]
    return single + [path for name in FOLDERS for path in files_below(root / name)]


def course_digest(root: Path) -> str:
    """SHA-256 (hex) over names and bytes of course.yaml, voided.yaml, exercises/, graders/ and
    solutions/.

    Independent of time, owner and operating system. Each name and content is preceded by its
    length, so that no two courses run together to the same bytes."""
    digest = hashlib.sha256()
    named = sorted(
        (path.relative_to(root).as_posix().encode("utf-8", "surrogateescape"), path)
        for path in course_files(root)
    )
    for name, path in named:
        if not path.is_file():
            continue
        for part in (name, path.read_bytes()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
