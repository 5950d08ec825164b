"""``gradeprop check``: a notebook's public checks in the student's own Python, without a
sandbox."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from gradeprop.cli import screen
from gradeprop.errors import Interrupted, MissingFacility, UngradableSubmission, UsageError
from gradeprop.notebook.progress_cell import PROGRESS_CALL
from gradeprop.notebook.reading import read_notebook
from gradeprop.notebook.setup_cell import LOADER_CALL, carried_in, without_package
from gradeprop.records.files.door import Absent, Refused, read_handed
from gradeprop.records.files.submissions import MAX_NOTEBOOK_BYTES
from gradeprop.version import __version__

if TYPE_CHECKING:
    from gradeprop.grading.public.own_kernel import CellError, Site
    from gradeprop.grading.public.report import PublicReport


def run(path: Path, *, as_json: bool) -> None:
    """Run the notebook's cells in order, each check at its own place, and print what the checks
    say.

    Raises:
        UsageError: no notebook there, or one without gradeprop's checks or set-up cell.
        MissingFacility: the set-up cell needs a package that is not installed.
        SystemExit: 130 after Ctrl-C; what was checked before is printed.
    """
    cells = _code_cells(path)
    sites = [_site(source) for source in cells]
    set_up = [LOADER_CALL in source for source in cells]
    if not any(isinstance(site, tuple) for site in sites):
        raise UsageError(
            "this notebook has no gradeprop checks",
            where=str(path),
            remedy="is it the one that your instructor released?",
        )
    if not any(set_up):
        raise UsageError(
            "the notebook's set-up cell is missing",
            where=str(path),
            remedy="copy it from a fresh copy of the notebook, where it is the first code cell",
        )
    screen.err().print(
        f"Running {screen.plain(path.name)} in this Python. Ctrl-C stops it.", soft_wrap=True
    )
    _say_other_version(cells)
    cells = [without_package(source) for source in cells]
    from gradeprop.grading.public.in_notebook import Interrupted as StoppedCheck
    from gradeprop.grading.public.saying import sure_in_all

    try:
        reports, errors, summed_up = _run(
            cells, path.resolve().parent, sites, set_up, as_json=as_json
        )
    except StoppedCheck as stopped:
        raise Interrupted(screen.plain(str(stopped))) from None
    earned = sum(report.earned for report in reports)
    total = sum(report.points for report in reports)
    sure, later = sum(report.sure for report in reports), sum(report.open for report in reports)
    if as_json:
        screen.print_json(
            {
                "earned": earned,
                "points": total,
                "sure": sure,
                "open": later,
                "parts": [report.to_json() for report in reports],
                "errors": [
                    {"cell": item.cell, "error": item.error, "trace": item.trace} for item in errors
                ],
            }
        )
    elif not summed_up:
        screen.out().print(f"All in all: {sure_in_all(sure, total, later)}")


def _say_other_version(cells: list[str]) -> None:
    """The notebook's own gradeprop is left alone: this one is asked."""
    for version, _ in filter(None, map(carried_in, cells)):
        if version != __version__:
            screen.err().print(
                f"The notebook carries gradeprop {version}; this is {__version__}.", soft_wrap=True
            )


def _run(
    cells: list[str], folder: Path, sites: list[Site | None], set_up: list[bool], *, as_json: bool
) -> tuple[list[PublicReport], list[CellError], bool]:
    """What was found, and whether the last of it told how all stands."""
    from gradeprop.grading.public.own_kernel import CellError, run_checks
    from gradeprop.grading.public.present import ReportView
    from gradeprop.grading.public.progress import ProgressView

    reports: list[PublicReport] = []
    errors: list[CellError] = []
    summed_up = False
    for found in run_checks(cells, folder, sites):
        summed_up = isinstance(found, ProgressView)
        if isinstance(found, CellError):
            if set_up[found.cell - 1] and "ModuleNotFoundError" in found.error:
                raise MissingFacility(
                    f"the notebook's set-up cell stopped: {found.error}",
                    remedy="install the package in this Python (pip install ...) and check again",
                )
            errors.append(found)
            shown = f"Code cell {found.cell} stopped: {found.error}"
            shown += "".join(f"\n    {line}" for line in found.trace.splitlines())
        elif isinstance(found, ProgressView):
            shown = repr(found)
        else:
            reports.append(found)
            shown = repr(ReportView([found]))
        if not as_json:
            text = Text(_printable(screen.plain(shown)) + "\n")
            text.highlight_regex("(?m)^  [✓+]", "green")
            text.highlight_regex("(?m)^(  [✗x]|Code cell .* stopped:)", "red")
            screen.out().print(text, soft_wrap=True)
    return reports, errors, summed_up


_TYPES = {"markdown": "a Markdown cell", "raw": "a raw cell"}
_PLAIN = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "○": "o",
        "■": "[stop]",
        "–": "-",
        "…": "...",
        "“": '"',
        "”": '"',
        "²": "^2",
        "→": "->",
    }
)


def _printable(text: str) -> str:
    """Not every terminal can show every character (Windows, LANG=C)."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    return text


def _code_cells(path: Path) -> list[str]:
    try:
        data = read_handed(path.resolve(), MAX_NOTEBOOK_BYTES, own=1)
    except Absent:
        raise UsageError("there is no such file", where=str(path)) from None
    except Refused as refused:
        raise UsageError(f"this {refused}", where=str(path)) from None
    except (OSError, RuntimeError):
        raise UsageError("this link leads to itself", where=str(path)) from None
    try:
        notebook = read_notebook(data)
    except UngradableSubmission as error:
        raise UsageError(error.what, where=str(path)) from None
    cells = notebook.code_cells()
    for number, cell in enumerate(cells, start=1):
        if cell.kind != "code":
            screen.err().print(
                f"Code cell {number} has been turned into {_TYPES[cell.kind]}. It is run here and "
                "when it is graded, but not in the notebook: turn it back into code.",
                soft_wrap=True,
            )
    return [cell.source for cell in cells]


def _site(source: str) -> Site | None:
    """What happens at a cell's place instead of running it."""
    return "progress" if shows_progress(source) else checked(source)


def shows_progress(source: str) -> bool:
    """Whether a cell only asks where the student stands, ``gp.progress()``."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return ast.dump(tree) == ast.dump(ast.parse(PROGRESS_CALL))


def checked(source: str) -> tuple[str, str | None] | None:
    """The exercise and part of a check cell ``gp.check("exercise", "part")``; None for any other
    cell."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # magics and the like: surely no check cell
        return None
    match tree.body:
        case [ast.Expr(ast.Call(ast.Attribute(ast.Name("gp"), "check"), positional, keywords))]:
            given: dict[str | None, Any] = dict(zip(("exercise", "part"), positional, strict=False))
            given |= {keyword.arg: keyword.value for keyword in keywords}
            values = {
                name: node.value for name, node in given.items() if isinstance(node, ast.Constant)
            }
            if len(values) == len(positional) + len(keywords) and values.keys() <= {
                "exercise",
                "part",
            }:
                exercise, part = values.get("exercise"), values.get("part")
                if isinstance(exercise, str) and (part is None or isinstance(part, str)):
                    return exercise, part
    return None
