"""``gradeprop check``: a notebook's public checks in the student's own Python, without a sandbox."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradeprop.cli import screen
from gradeprop.errors import UsageError

if TYPE_CHECKING:
    from gradeprop.grading.public import PublicReport


def run(path: Path, *, as_json: bool) -> None:
    """Run the notebook's cells in order, each check at its own place, and print what the checks say.

    Raises:
        UsageError: no notebook there, or one without gradeprop's checks.
    """
    cells = _code_cells(path)
    if not any(_checked(source) for source in cells):
        raise UsageError(
            "this notebook has no gradeprop checks",
            where=str(path),
            remedy="is it the one that your instructor released?",
        )
    from gradeprop.grading.own_kernel import CellError, run_checks
    from gradeprop.grading.present import ReportView

    reports: list[PublicReport] = []
    errors: list[CellError] = []
    for found in run_checks(cells, path.parent, [_checked(source) for source in cells]):
        if isinstance(found, CellError):
            errors.append(found)
            shown = f"Code cell {found.cell} stopped: {found.error}"
        else:
            reports.append(found)
            shown = repr(ReportView([found]))
        if not as_json:
            screen.out().print(screen.plain(shown), soft_wrap=True)
            screen.out().print()
    if as_json:
        screen.print_json(
            {
                "parts": [report.to_json() for report in reports],
                "errors": [{"cell": item.cell, "error": item.error} for item in errors],
            }
        )
        return
    earned = sum(report.earned for report in reports)
    total = sum(report.points for report in reports)
    screen.out().print(f"Public checks so far: {earned:g} of {total:g} points.")


def _code_cells(path: Path) -> list[str]:
    import nbformat

    try:
        notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        raise UsageError("there is no such file", where=str(path)) from None
    except Exception as error:  # nbformat raises many kinds for what is not a notebook
        raise UsageError(f"this is not a notebook that can be read ({error})", where=str(path)) from None
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _checked(source: str) -> tuple[str, str | None] | None:
    """The exercise and part of a check cell ``gp.check("exercise", "part")``; None for any other cell."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # magics and the like: surely no check cell
        return None
    match tree.body:
        case [ast.Expr(ast.Call(ast.Attribute(ast.Name("gp"), "check"), [*arguments], []))]:
            values = [item.value for item in arguments if isinstance(item, ast.Constant)]
            if values and len(values) == len(arguments) <= 2:
                return str(values[0]), str(values[1]) if len(values) == 2 else None
    return None
