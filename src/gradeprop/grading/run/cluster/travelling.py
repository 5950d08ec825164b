"""What travels between the main machine and the workers, and how it is packed."""

from __future__ import annotations

import hashlib
import pickle
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from gradeprop.course.digest import files_below
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.watched import Fallen
from gradeprop.grading.run.worker import Batch, Shown

if TYPE_CHECKING:
    from gradeprop.grading.run.plan import Plan
    from gradeprop.session.interface import Level

__all__ = ["Done", "Offer", "Order", "Parcel", "pack", "parcel_of", "rerooted", "unpack", "unwrap"]

_FAST: Final = 1
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Parcel:
    """What a worker is sent once: the plan without the course key, and the graders.

    Attributes:
        digest: of ``packed``; a worker that has it is not sent it again.
    """

    digest: str
    packed: bytes


@dataclass(frozen=True)
class Order:
    """A few submissions to grade.

    Attributes:
        digest: of the parcel that tells how.
        alone: whether nothing else is to be graded on that machine meanwhile.
    """

    digest: str
    batch: Batch
    alone: bool


@dataclass(frozen=True)
class Offer:
    """What a worker says of itself.

    Attributes:
        software: versions by name.
        daemonic: whether it may start no process of its own.
        level: the isolation that it can give, of what was asked; None if it cannot.
        lacks: why it cannot.
        holds: digests of the parcels that it has.
    """

    software: Mapping[str, str]
    daemonic: bool
    level: Level | None
    lacks: str
    holds: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """What came of an `Order`.

    Attributes:
        worker: its address.
        results: those that are final, in the order in which they became so.
        fallen: the process that graded, if it ended before it had graded all.
        unfit: why this worker cannot grade at all, if so.
        unknown: whether it has no such parcel (any more).
    """

    worker: str
    results: tuple[SubmissionResult, ...] = ()
    shown: tuple[Shown, ...] = ()
    fallen: Fallen | None = None
    unfit: str | None = None
    unknown: bool = False


def pack(value: Any) -> bytes:
    """Notebooks and results are a fifth as large when they are compressed."""
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), _FAST)


def unpack(packed: bytes) -> Any:
    """What `pack` was given. Dask itself unpickles whatever a peer sends; this is no more."""
    return pickle.loads(zlib.decompress(packed))


def parcel_of(plan: Plan) -> Parcel:
    """The plan and the files that it refers to."""
    root = Path(plan.course.root)
    graders = root / "graders"
    files = {
        path.relative_to(graders).as_posix(): path.read_bytes() for path in files_below(graders)
    }
    packed = pack((plan.sent_elsewhere(), str(root.resolve()), files))
    return Parcel(hashlib.sha256(packed).hexdigest(), packed)


def unwrap(packed: bytes, folder: Path) -> tuple[Plan, str]:
    """Write a parcel's files below ``folder``; its plan for here, and where the course is at home.

    Raises:
        ValueError: a file would be written elsewhere.
    """
    plan, home, files = unpack(packed)
    graders = folder / "graders"
    graders.mkdir()
    for name, content in files.items():
        path = graders / name
        if not path.resolve().is_relative_to(graders.resolve()):
            raise ValueError(f"not a path below graders/: {name!r}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    course = plan.course.model_copy(update={"root": str(folder)})
    return replace(plan, course=course), home


def rerooted(value: _Value, here: str, home: str) -> _Value:
    """``value`` with the course's folder at home wherever a text names the folder here."""
    return _rerooted(value, here, home)  # type: ignore[no-any-return]


def _rerooted(value: Any, here: str, home: str) -> Any:
    if isinstance(value, str):
        return value.replace(here, home)
    if isinstance(value, tuple):
        changed = tuple(_rerooted(item, here, home) for item in value)
        return value if changed == value else changed
    if isinstance(value, dict):
        return {key: _rerooted(item, here, home) for key, item in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    before = {item.name: getattr(value, item.name) for item in fields(value)}
    after = {name: _rerooted(item, here, home) for name, item in before.items()}
    new = {name: item for name, item in after.items() if item is not before[name]}
    return replace(value, **{name: item for name, item in new.items() if item != before[name]})
