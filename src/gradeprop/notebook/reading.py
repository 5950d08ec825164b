"""The bytes that a student handed in, as plain cells: any nbformat, any editor, any encoding.

Works on plain JSON. nbformat's own readers validate, warn and convert; a submission needs none of
that, and must be readable where they give up. Nothing here believes more than "this is text"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from gradeprop.errors import UngradableSubmission
from gradeprop.notebook.sources import defined_names, plain
from gradeprop.wording import counted

Kind: TypeAlias = Literal["code", "markdown", "raw"]

#: Largest notebook that is read, in bytes. Saved outputs of 100 MB pass.
MAX_BYTES = 128 * 1024 * 1024
#: Most JSON values that are read: some bytes of JSON can become seventy of memory.
MAX_VALUES = 20_000_000
#: Most cells that a notebook may have.
MAX_CELLS = 5_000

_KINDS: dict[str, Kind] = {
    "code": "code",
    "markdown": "markdown",
    "heading": "markdown",  # nbformat 3
    "html": "markdown",  # nbformat 3
}
_CLEAR_OUTPUTS = (
    "Clear all outputs (Edit > Clear Outputs of All Cells), save the notebook and hand it in again."
)
_NOT_A_NOTEBOOK = (
    "The file is JSON, but not a notebook. Open the notebook that you worked in, save it, and "
    "hand in that "
    ".ipynb file."
)
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class FoundCell:
    """A cell as submitted, without its outputs.

    Attributes:
        index: place in the notebook, from 0.
        ids: what may be its nbformat cell id, best first (Colab keeps it in the metadata).
        grade_id: nbgrader's id, if any.
        nbgrader: the rest of ``metadata.nbgrader``, as found.
    """

    index: int
    kind: Kind
    source: str
    ids: tuple[str, ...] = ()
    grade_id: str | None = None
    nbgrader: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def plain(self) -> str:
        """The source as it is compared."""
        return plain(self.source)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that the source defines at its top level."""
        return defined_names(self.source)


@dataclass(frozen=True)
class FoundNotebook:
    """A submitted notebook. ``assignment`` is what it says it is, ``notes`` what was odd about the
    file."""

    cells: tuple[FoundCell, ...]
    assignment: str | None
    notes: tuple[str, ...]

    def code_cells(self) -> list[FoundCell]:
        """The cells that run: code, and what was released as code, whatever type it has now.

        Grading goes by the release; this is for where only the notebook is at hand."""
        return [
            cell
            for cell in self.cells
            if cell.kind == "code" or cell.nbgrader.get("cell_type") == "code"
        ]


def read_notebook(data: bytes) -> FoundNotebook:
    """Read what a student handed in.

    Raises:
        UngradableSubmission: it cannot be read as a notebook; ``what`` tells the student what to
            do."""
    if len(data) > MAX_BYTES:
        raise UngradableSubmission(
            f"The notebook has {len(data) // 2**20} MB; at most {MAX_BYTES // 2**20} MB can be "
            f"read. {_CLEAR_OUTPUTS}"
        )
    notes: list[str] = []
    text = _text(data, notes) if data.strip(b"\x00 \t\r\n") else ""
    if not text.strip():
        raise UngradableSubmission(
            "The file is empty. Save the notebook (File > Save), look whether it opens, and hand "
            "it in again."
        )
    document = _document(data, text)
    cells: list[FoundCell] = []
    raw = _raw_cells(document)
    if len(raw) > MAX_CELLS:
        raise UngradableSubmission(
            f"The notebook has {len(raw)} cells; at most {MAX_CELLS} can be read. Delete those "
            f"not needed."
        )
    odd = 0
    for item in raw:
        if isinstance(item, dict):
            cells.append(_cell(len(cells), item))
        else:
            odd += 1
    if odd:
        notes.append(f"{counted(odd, 'damaged cell')} of the file could not be read.")
    ours = _mapping(_mapping(document.get("metadata")).get("gradeprop"))
    assignment = ours.get("assignment")
    return FoundNotebook(
        tuple(cells), assignment if isinstance(assignment, str) else None, tuple(notes)
    )


def _text(data: bytes, notes: list[str]) -> str:
    encoding = json.detect_encoding(data)  # UTF-8, 16 or 32, with or without a byte order mark
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        notes.append("The file is not in UTF-8; characters that could not be read were replaced.")
        return data.decode(encoding, errors="replace")


def _document(data: bytes, text: str) -> dict[str, Any]:
    values = data.count(b",") + data.count(b"[") + data.count(b"{")
    if values > MAX_VALUES:
        raise UngradableSubmission(f"The notebook holds too much data to be read. {_CLEAR_OUTPUTS}")
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UngradableSubmission(_not_json(text, error)) from None
    except (
        RecursionError,
        ValueError,
        MemoryError,
    ):
        # nested too deeply, a number of thousands of digits
        raise UngradableSubmission(
            "The file is JSON, but no notebook that an editor would write: something in it is "
            f"nested too deeply or far too long. {_CLEAR_OUTPUTS}"
        ) from None
    if not isinstance(document, dict):
        raise UngradableSubmission(_NOT_A_NOTEBOOK)
    return document


def _not_json(text: str, error: json.JSONDecodeError) -> str:
    """Why it is not JSON, as far as one can tell, and what to do."""
    start = text.lstrip("\ufeff\x00 \t\r\n")[:4000]
    again = "Download it as a notebook (.ipynb) and hand in that file."
    if re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE):
        return (
            "The notebook holds the marks of a merge conflict (<<<<<<<), so no editor can open "
            "it. Mend it "
            "or take one of the two versions, look whether it opens, and hand it in again."
        )
    if start.startswith("{"):
        return (
            f"The notebook is damaged from line {error.lineno} on. Perhaps the upload was cut "
            "short. Look whether it opens, save it, and hand it in again."
        )
    if start.startswith("<"):
        return f"The file is a web page (HTML), not a notebook. {again}"
    if start.startswith("PK\x03\x04"):
        return (
            "The file is a zip archive, not a notebook. Unpack it and hand in the .ipynb file "
            "itself."
        )
    if start.startswith("%PDF"):
        return f"The file is a PDF, not a notebook. {again}"
    if re.search(r"^(import |from \w|def |class |# ?%%|#!|\w+ = )", start, re.MULTILINE):
        return f"The file is a Python script, not a notebook. {again}"
    return f"The file is not a notebook. {again}"


def _raw_cells(document: dict[str, Any]) -> list[Any]:
    cells = document.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = document.get("worksheets")  # nbformat 2 and 3
    if not isinstance(sheets, list):
        raise UngradableSubmission(_NOT_A_NOTEBOOK)
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _cell(index: int, raw: dict[str, Any]) -> FoundCell:
    metadata = _mapping(raw.get("metadata"))
    nbgrader = _mapping(metadata.get("nbgrader"))
    grade_id = nbgrader.get("grade_id")
    kind = raw.get("cell_type")
    ids = (raw.get("id"), metadata.get("id"))
    return FoundCell(
        index=index,
        kind=_KINDS.get(kind, "raw") if isinstance(kind, str) else "raw",
        source=_source(raw.get("source", raw.get("input"))),  # nbformat 3 says "input" of code
        ids=tuple(item for item in ids if isinstance(item, str)),
        grade_id=grade_id if isinstance(grade_id, str) else None,
        nbgrader=nbgrader,
    )


def _source(raw: Any) -> str:
    if isinstance(raw, list):
        raw = "".join(raw if set(map(type, raw)) <= {str} else filter(_is_text, raw))
    if not isinstance(raw, str):
        return ""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which no file or wire can carry
        return _SURROGATES.sub("\ufffd", text)
    return text


def _is_text(thing: Any) -> bool:
    return isinstance(thing, str)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
