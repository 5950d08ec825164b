"""What ``gradeprop verify --slips`` prints of everyday wrong answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from gradeprop.cli import screen

if TYPE_CHECKING:
    from gradeprop.grading.slips import Finding
    from gradeprop.grading.verify import Proof


def as_data(findings: Sequence[Finding], proofs: Sequence[Proof]) -> dict[str, Any]:
    """For ``--json``."""
    from gradeprop.grading.slips import tally

    total = tally(findings, proofs)
    return {
        "slips": [
            {
                "exercise": finding.slip.exercise,
                "slip": finding.slip.spec.slip,
                "acceptable": list(finding.slip.spec.causes),
                "named": list(finding.named),
                "problems": list(finding.problems),
            }
            for finding in findings
        ],
        "precision": total.precision,
        "recall": total.recall,
    }


def show(findings: Sequence[Finding], proofs: Sequence[Proof]) -> None:
    """Print a row for each exercise, what is wrong, and precision and recall of all."""
    from gradeprop.grading.slips import tally

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("exercise")
    for column in ("slips", "wrong causes", "precision", "recall"):
        table.add_column(column, justify="right")
    for exercise in dict.fromkeys(finding.slip.exercise for finding in findings):
        mine = [finding for finding in findings if finding.slip.exercise == exercise]
        own = tally(mine, [proof for proof in proofs if proof.case.exercise == exercise])
        wrong = own.named - own.right
        table.add_row(
            exercise,
            str(len(mine)),
            screen.styled(str(wrong), "bold red" if wrong else "green"),
            f"{own.precision:.2f}",
            f"{own.recall:.2f}",
        )
    screen.out().print(table)
    for finding in findings:
        for problem in finding.problems:
            place = f"{finding.slip.place}: {screen.plain(problem)}"
            screen.out().print(place, soft_wrap=True)
    total = tally(findings, proofs)
    screen.out().print(
        f"Causes over {len(findings)} slips and all samples: precision {total.precision:.3f}"
        f" ({total.right} of {total.named} named causes are right), recall {total.recall:.3f}"
        f" ({total.found} of {total.known} known ones are named)."
    )
