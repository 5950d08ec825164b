"""Gradescope's "Download Submissions": ``assignment_4567_export/submission_12345/a01.ipynb``, and
beside the folders ``submission_metadata.yml`` with who and when:

    submission_12345:
      :submitters:
      - :name: Ada Lovelace
        :sid: '1815'
        :email: ada@example.org
      :created_at: 2026-11-26 22:05:00.000000000 Z

It holds Ruby's objects, which are read as plain values and never made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import yaml

from gradeprop.errors import UsageError
from gradeprop.records.collect.interface import Archive, Clues, File, HandIn, Reading, Unplaced
from gradeprop.records.files.door import Refused

__all__ = ["Gradescope"]

_METADATA: Final = "submission_metadata.yml"
_MOST: Final = 256 * 2**20
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Gradescope:
    """Gradescope's zip."""

    name = "gradescope"
    title = "Gradescope"

    def fits(self, files: Sequence[File]) -> bool:
        return _metadata(files) is not None

    def hand_ins(
        self,
        archive: Archive,
        reading: Reading,  # noqa: ARG002
    ) -> tuple[list[HandIn], list[Unplaced]]:
        metadata = _metadata(archive.files)
        if metadata is None:
            raise UsageError(
                f"there is no {_METADATA} in it, which says whose each folder is",
                where=archive.shown,
                remedy="download it again, with all of its files",
            )
        folders: dict[str, list[File]] = {}
        unplaced = []
        for file in archive.files:
            if len(file.path) > 1:
                folders.setdefault(file.path[0], []).append(File(file.path[1:], file.key))
            elif file is not metadata:
                remedy = "put it in place by hand"
                unplaced.append(Unplaced(file.shown, "Gradescope names nothing so", remedy))
        known = _submissions(archive, metadata)
        found = []
        for folder, files in folders.items():
            about = known.get(folder)
            students = _submitters(about)
            if not students:
                why = f"{_METADATA} does not say whose it is"
                unplaced.append(Unplaced(folder, why, "put it in place by hand"))
            else:
                found.append(HandIn(students, folder, tuple(files), _time(about)))
        for folder, about in known.items():
            if folder in folders:
                continue
            students = _submitters(about)
            remedy = "look at their submission in Gradescope"
            alone = students[0] if len(students) == 1 else None
            place = _names(students) or str(folder)
            unplaced.append(Unplaced(place, "no file of theirs is in it", remedy, alone))
        return found, unplaced


def _metadata(files: Sequence[File]) -> File | None:
    """Gradescope's own: beside the folders. One in a folder is a student's, who may have written
    into it what they liked."""
    return next((file for file in files if file.path == (_METADATA,)), None)


class _Plain(_Base):  # type: ignore[misc]
    """YAML with the values of Ruby's objects in place of the objects."""


def _value(loader: Any, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Plain.add_multi_constructor("!", _value)


def _submissions(archive: Archive, metadata: File) -> Mapping[Any, Any]:
    try:
        data = yaml.load(archive.read(metadata, _MOST), Loader=_Plain)
    except (yaml.YAMLError, Refused, ValueError, RecursionError, TypeError) as error:
        raise UsageError(
            f"this file cannot be read: {' '.join(str(error).split())}",
            where=f"{archive.shown}: {metadata.shown}",
            remedy="download it again",
        ) from error
    return data if isinstance(data, dict) else {}


def _submitters(about: Any) -> tuple[Clues, ...]:
    listed = about.get(":submitters") if isinstance(about, dict) else None
    found = []
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            name, sid, email = (
                str(item.get(field) or "").strip() for field in (":name", ":sid", ":email")
            )
            if name or sid or email:
                key = email or sid or name
                ids = tuple(filter(None, (sid, email.partition("@")[0])))
                found.append(Clues(name, email=email, ids=ids, key=key))
    return tuple(found)


def _names(students: Sequence[Clues]) -> str:
    return " and ".join(student.shown for student in students)


def _time(about: Any) -> datetime | None:
    value = about.get(":created_at")
    if isinstance(value, dict):
        value = value.get("utc") or value.get("time")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace(" UTC", "+00:00").strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
