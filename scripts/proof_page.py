"""Write docs/course-proof.md: for every exercise of the course, what was tried against its grader
and what came of it. Runs ``gradeprop verify --slips --mutants`` over the whole course first."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "course-proof.md"
ANSWERS: Final = ROOT / "tests" / "content" / "answers"
_READ: Final = (
    *("course.yaml", "exercises", "solutions", "graders"),
    *("tests/content/slips", "tests/content/mutants"),
)
_KEY: Final = "5eed" * 16

_MADE: Final = """\
# How the course's graders are proven

Made by `python scripts/proof_page.py`; a slow test says when that is due again. Every figure comes from one run of
`gradeprop verify --slips --mutants`, which grades each of these answers as a student's, and from the tests of
`tests/content`.

- **samples**: wrong answers, at least one of each misconception, that are caught, and called by that misconception and
  by no other.
- **right styles**: further right answers, written in another way than the solution, that get full marks.
- **slips**: everyday wrong answers that no sample shows. None may be given a cause that is not its own. **Known**
  ones have a cause among those declared; **named** are those of them that are called by it.
- **mutants**: solutions with one small fault each. What is **excused** is as right as the solution; the reasons stand
  below. None may survive without one.
"""  # noqa: E501 - a page


def verified(root: Path = ROOT) -> dict[str, Any]:
    """What ``gradeprop verify --slips --mutants --json`` says of all exercises.

    In a copy of the course with a key of its own: with another one the hidden inputs are others,
    and here and there a slip has a cause or none."""
    command = [sys.executable, "-m", "gradeprop", "verify", "--slips", "--mutants", "--json"]
    with tempfile.TemporaryDirectory() as folder:
        for name in _READ:
            copy = Path(folder, name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if (root / name).is_dir():
                shutil.copytree(root / name, copy)
            else:
                shutil.copy(root / name, copy)
        key = Path(folder, ".gradeprop", "course.key")
        key.parent.mkdir()
        key.write_text(f"{_KEY}\n", encoding="ascii")
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise SystemExit(f"gradeprop verify ended with exit code {done.returncode}: {done.stderr}")
    return dict(json.loads(done.stdout))


def right_styles(answers: Path = ANSWERS) -> Counter[str]:
    """How many right answers are tried beside the solution, by exercise."""
    found: Counter[str] = Counter()
    for path in answers.glob("*-*.txt"):
        text = path.read_text(encoding="utf-8")
        found[path.stem.rpartition("-")[0]] += len(re.findall(r"^# %% honest$", text, re.M))
    return found


def page(data: Mapping[str, Any], styles: Mapping[str, int]) -> str:
    """The page's text.

    Args:
        data: as of `verified`.
        styles: as of `right_styles`.
    """
    exercises = list(dict.fromkeys(proof["case"]["exercise"] for proof in data["proofs"]))
    rows = [_row(exercise, data, styles) for exercise in exercises]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    lines = [
        _MADE,
        "| exercise | samples | named | right styles | slips | wrong causes | known | named "
        "| mutants | caught | excused |",
        "|---|" + "--:|" * len(sums),
    ]
    named = zip([*exercises, f"**{len(exercises)} exercises**"], [*rows, sums], strict=True)
    lines += [f"| {name} | {' | '.join(map(str, row))} |" for name, row in named]
    return "\n".join([*lines, *_excuses(data["mutants"])]) + "\n"


def _row(exercise: str, data: Mapping[str, Any], styles: Mapping[str, int]) -> list[int]:
    samples = [
        proof
        for proof in data["proofs"]
        if (proof["case"]["exercise"], proof["case"]["kind"]) == (exercise, "misconception")
    ]
    slips = _of(exercise, data["slips"])
    known = [slip for slip in slips if slip["acceptable"]]
    mutants = _of(exercise, data["mutants"])
    return [
        len(samples),
        sum(not proof["problems"] for proof in samples),
        styles.get(exercise, 0),
        len(slips),
        sum(bool(slip["problems"]) for slip in slips),
        len(known),
        sum(bool(slip["named"]) for slip in known),
        len(mutants),
        sum(not mutant["survives"] for mutant in mutants),
        sum(bool(mutant["survives"] and mutant["excused"]) for mutant in mutants),
    ]


def _of(exercise: str, items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [item for item in items if item["exercise"] == exercise]


def _excuses(mutants: Iterable[Mapping[str, Any]]) -> list[str]:
    excused = [mutant for mutant in mutants if mutant["survives"] and mutant["excused"]]
    lines = ["", "## Mutants that are as right as the solution", ""]
    lines.append("| exercise | what is left out or changed | why that is right, too |")
    lines.append("|---|---|---|")
    return lines + [
        f"| {mutant['exercise']} | {_change(mutant)} | {_cell(mutant['excused'])} |"
        for mutant in excused
    ]


def _change(mutant: Mapping[str, Any]) -> str:
    before, after = mutant["before"].strip(), mutant["after"].strip()
    return f"`{_cell(before)}` → `{_cell(after)}`" if after else f"`{_cell(before)}` left out"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(verified(), right_styles()), encoding="utf-8", newline="\n")
