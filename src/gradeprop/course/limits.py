"""What one submission may use. Plain dataclass: the student's side must not need pydantic."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds on one submission's session; breaching each has its own status.

    Attributes:
        cell_s: wall-clock seconds for one cell (status ``timeout``).
        check_s: wall-clock seconds for all that one check asks (``timeout``).
        total_s: wall-clock seconds for the whole submission (``timeout``): for all cells, and for
            the cells before a place together with all that is asked.
        memory_mb: MiB of memory beyond the warm process, all of the session's processes
            (``memory``).
        processes: processes and threads alive at once.
        output_kb_cell: KiB of captured output kept per cell; more is cut with a notice.
        output_kb_total: KiB of captured output per submission (``output``).
        result_mb: MiB that one answer may have on the wire (``output``).
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    cell_s: float = 10.0
    check_s: float = 10.0
    total_s: float = 120.0
    memory_mb: int = 2048
    processes: int = 64
    output_kb_cell: int = 256
    output_kb_total: int = 4096
    result_mb: int = 32

    def __post_init__(self) -> None:
        for name in (item.name for item in fields(self)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
                raise ValueError(f"{name} must be a number greater than 0, not {value!r}")
