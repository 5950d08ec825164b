"""A zip of the grading engine, a course with a key, and what is to be installed for them."""

from __future__ import annotations

import importlib.metadata
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import gradeprop
from gradeprop.course.digest import files_below
from gradeprop.course.model import Course
from gradeprop.errors import UsageError
from gradeprop.records.files.key import FOLDER as KEY_FOLDER

# What grading needs of pyproject.toml: all but the gradebook and the notebook server.
NEEDED: Final = (
    "torch", "numpy", "ipython", "nbformat", "typer", "rich",
    "pytest", "pyyaml", "pydantic", "orjson", "jinja2", "pygments", "matplotlib", "pyseccomp",
)  # fmt: skip
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold

File: TypeAlias = tuple[str, bytes, int]
"""Name, content and permission bits."""


def zipped(files: Iterable[File]) -> bytes:
    """A zip of these files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def engine_files() -> Iterator[File]:
    """The package, below ``engine/``."""
    package = Path(gradeprop.__file__).parent
    for path in files_below(package):
        yield f"engine/gradeprop/{path.relative_to(package).as_posix()}", path.read_bytes(), 0o644


def secret_files(course: Mapping[str, bytes], key: bytes) -> Iterator[File]:
    """A course with solutions and hidden checks, and the key of its hidden inputs, below
    ``course/``.

    Args:
        course: see `gradeprop.records.bundles.one_assignment.course_of_one`.
    """
    for path, content in sorted(course.items()):
        yield f"course/{path}", content, 0o600
    yield f"course/{KEY_FOLDER}/course.key", key.hex().encode() + b"\n", 0o600


def requirements(course: Course, index: str | None = None) -> str:
    """A requirements.txt with the versions that are installed here, so that it is graded alike
    there.

    Args:
        index: the address of a further package index to install from, such as PyTorch's own for
            builds without CUDA, which are much smaller.

    Raises:
        UsageError: ``index`` is no address.
    """
    if index is not None and not re.fullmatch(r"https?://[^\s#]+", index):
        raise UsageError(
            f"{index!r} is not the address of a package index",
            remedy="give it as https://…, without blanks",
        )
    owners = importlib.metadata.packages_distributions()
    declared = {
        owners.get(name.partition(".")[0], [""])[0].lower() for name in course.spec.packages
    }
    lines = [] if index is None else [f"--extra-index-url {index}"]
    for name in (*NEEDED, *sorted(declared - set(NEEDED) - {""})):
        try:
            # "2.13.0+cpu" names a build of 2.13.0 that not every index has.
            lines.append(f"{name}=={importlib.metadata.version(name).partition('+')[0]}")
        except importlib.metadata.PackageNotFoundError:
            lines.append(name)
    return "\n".join(lines) + "\n"
