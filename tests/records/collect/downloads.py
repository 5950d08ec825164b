"""Zips laid out as the platforms write them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path
from typing import Any

from gradeprop.records.collect.collecting import Collection, Wanted, collect
from gradeprop.records.collect.interface import Reading
from gradeprop.records.gradebook.given import Person

ASSIGNMENT = "a01_slopes"

ROSTER = {
    "al1": Person("Ada", "Lovelace", "ada@example.org", "1001"),
    "eg2": Person("Évariste", "Galois", "eg@example.org", "1002"),
    "fo3": Person("Flannery", "O'Connor-Smith", "fo@example.org", "1003"),
}


def notebook(said: str = "1", of: str | None = ASSIGNMENT) -> bytes:
    """A notebook with one cell; ``of`` is the assignment that it says it is of."""
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": said, "outputs": []}
    metadata = {"gradeprop": {"assignment": of, "schema": 1}} if of else {}
    data = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data).encode()


def packed(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def zipped(folder: Path, files: Mapping[str, bytes]) -> Path:
    path = folder / "download.zip"
    path.write_bytes(packed(files))
    return path


def collected(root: Path, source: Path, **others: Any) -> Collection:
    """Collect ``a01_slopes`` into ``root/submitted``; times without a zone are in UTC."""
    given: dict[str, Any] = {"roster": ROSTER, **others}
    reading = Reading(
        ASSIGNMENT,
        (ASSIGNMENT, "a02_layers"),
        lambda time: time.replace(tzinfo=UTC),
        tuple(given["roster"] or ()),
    )
    return collect(Wanted(source, root, root / "submitted", reading, **given))


def students(found: Collection) -> list[str]:
    return [item.student for item in found.placed]


def in_place(root: Path, student: str) -> bytes:
    return (root / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_bytes()


def stamp(root: Path, student: str) -> str | None:
    path = root / "submitted" / student / ASSIGNMENT / "timestamp.txt"
    return path.read_text().strip() if path.exists() else None


def opened(path: Path) -> Any:
    """The archive, for as long as the process runs."""
    from gradeprop.records.collect.archives import open_archive

    return open_archive(path, ExitStack())
