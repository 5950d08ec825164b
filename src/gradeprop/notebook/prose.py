"""What a student reads in the locked Markdown cells: introductions and prompts.

Only what a student may know comes in here: no check names, rubric keys, contradictions,
misconceptions or solutions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from gradeprop.notebook.dates import dates_line
from gradeprop.wording import counted, number, points

if TYPE_CHECKING:
    from gradeprop.course.course_spec import Colab
    from gradeprop.course.model import (
        AnyPart,
        CheckedPart,
        ChoicePart,
        Course,
        Exercise,
        ExplanationPart,
        LoadedAssignment,
        LoadedExercise,
        PredictionPart,
    )
    from gradeprop.course.parts import Figure, Prediction

_HOW_IT_WORKS = """\
**How it works.** Run the cells from top to bottom with Shift + Enter, starting with the set-up \
cell just below. Write your answers in the cells under each task, then run the check that \
follows. Check as often as you like: a wrong try costs nothing, and the message tells you what to \
look at. Remember to save the notebook before you hand it in.

Something odd? Restart the kernel (in the menu *Kernel*, on Colab *Runtime*) and run all cells \
again. `NameError: name 'gp' is not defined` means that the set-up cell has not run yet."""

_ON_A_GPU = """\
**CPU and GPU.** Your functions are checked on the CPU and on a GPU. Make new tensors like those \
that come in, `torch.zeros(1, dtype=x.dtype, device=x.device)` or `torch.zeros_like(x)`; a tensor \
made without `device=` lives on the CPU, and PyTorch does not calculate across devices."""

_HOW_TO_WRITE = (
    "Double-click the text below to write in its place; Shift + Enter shows how it will be read."
)

_FORBIDDEN = {
    "autograd": "PyTorch's own gradients (`backward`, `torch.autograd`, `torch.func`)",
    "optimizer": "the optimizers of `torch.optim`",
}
_MENTION = {"autograd": "autograd", "optimizer": "optim"}


def assignment_introduction(
    assignment: LoadedAssignment, colab: Colab | None, devices: Sequence[str]
) -> str:
    """Markdown that opens the notebook; ``devices``: where the course grades."""
    exercises = [exercise.spec for exercise in assignment.exercises]
    rows = "\n".join(
        f"| {place}. {_cell(exercise.title)} | {number(exercise.points)} | {exercise.minutes} |"
        for place, exercise in enumerate(exercises, start=1)
    )
    blocks = [
        f"# {_line(assignment.spec.title)}",
        _badge(assignment.id, colab) if colab else "",
        assignment.spec.introduction.strip(),
        f"**Time:** about {_duration(sum(exercise.minutes for exercise in exercises))}. "
        f"**Points:** {number(assignment.points)}.",
        dates_line(assignment.spec.release, assignment.spec.due),
        f"| Exercise | Points | Minutes |\n| :--- | ---: | ---: |\n{rows}",
        _ON_A_GPU if "cuda" in devices else "",
        _HOW_IT_WORKS,
    ]
    return _joined(blocks)


def prerequisites(
    course: Course, assignment: LoadedAssignment, exercise: LoadedExercise
) -> list[str]:
    """Titles of the exercises that one builds on; of another assignment, with that one's. One that
    cannot be read is left out."""
    of_assignments = {item.id: _line(item.title) for item in course.spec.assignments}
    told = []
    for slug in exercise.spec.prerequisites:
        if slug not in course.titles:
            continue
        home, title = course.titles[slug]
        place = "" if home == assignment.id else f" (in {of_assignments[home]})"
        told.append(f"{_line(title)}{place}")
    return told


def exercise_introduction(exercise: Exercise, number: int, before: Sequence[str] = ()) -> str:
    """Markdown before the first part; ``number`` counts from 1 within the assignment.

    Args:
        before: titles of the exercises that it builds on.
    """
    objectives = "\n".join(f"- {_line(objective)}" for objective in exercise.objectives)
    return _joined(
        [
            f"## {number}. {_line(exercise.title)}",
            f"*{points(exercise.points)}, about {_duration(exercise.minutes)}{_level(exercise)}*",
            _builds_on(before),
            exercise.introduction.strip(),
            _picture(exercise.figure),
            f"**What you will practise**\n\n{objectives}",
        ]
    )


def picture_name(figure: Figure) -> str:
    """What the picture of a figure is called among a cell's attachments."""
    return f"{figure.file.removesuffix('.py').replace(' ', '_')}.png"


def _picture(figure: Figure | None) -> str:
    if figure is None:
        return ""
    alt = _line(figure.alt).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return f"![{alt}](attachment:{picture_name(figure)})"


def _builds_on(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    text = f"Builds on: {'; '.join(titles)}"
    return text if text.endswith(("?", "!", ".")) else f"{text}."


def _level(exercise: Exercise) -> str:
    return "" if exercise.level is None else f", level {exercise.level} of 3"


def prompt(part: AnyPart, *, alone: bool) -> str:
    """Markdown above a part's answer cell; ``alone`` when the exercise has no other part."""
    title = part.title or ("Your task" if alone else part.part.replace("_", " ").capitalize())
    heading = f"### {_line(title)} ({points(part.points)})"
    blocks = [heading, part.prompt.strip(), _picture(part.figure)]
    if part.kind == "choice":
        blocks.append(_options(part))
    if part.kind == "prediction":
        blocks.append(_predicted(part))
    if part.kind == "explanation":
        blocks += [_criteria(part), _HOW_TO_WRITE]
    else:
        blocks.append(_checks(part))
    # Last, next to the cell where one is stuck; and a paragraph after a folded hint sticks to it.
    blocks.extend(
        _hint(number, text, len(part.hints)) for number, text in enumerate(part.hints, start=1)
    )
    return _joined(blocks)


def _checks(part: CheckedPart) -> str:
    lines = ["**What is checked**", ""]
    for check in part.checks:
        if check.voided:
            continue
        when = "checked below" if check.public else "checked after you hand in"
        lines.append(f"- {_line(check.describe)} *({points(check.points)}, {when})*")
    # Told here only where the author's own words do not speak of it: a rule that costs points is
    # never left out, and never said twice.
    untold = [_FORBIDDEN[name] for name in part.forbid if _MENTION[name] not in part.prompt.lower()]
    if untold:
        lines += ["", f"Not to be used here: {' and '.join(untold)}."]
    return "\n".join(lines)


def _criteria(part: ExplanationPart) -> str:
    words = part.rubric.words
    length = f" At most {words} words, please." if words else ""
    lines = [f"**What a good answer does.** A person reads it and gives the points.{length}", ""]
    lines += [
        f"- {_line(criterion.text)} *({points(criterion.points)})*"
        for criterion in part.rubric.criteria
    ]
    return "\n".join(lines)


def _options(part: ChoicePart) -> str:
    # Written as Python, so that an option can be copied into the cell as it stands.
    asked = "a list of those that are right, in any order:" if part.several else "one of these:"
    options = "\n".join(f"- {_literal(option)}" for option in part.options)
    return f"Set `{part.name}` to {asked}\n\n{options}"


def _predicted(part: PredictionPart) -> str:
    said = "commit yourself" in " ".join(part.prompt.lower().split())
    asked = "To assign" if said else "**Commit yourself** before you run what follows your answer"
    lines = [f"{asked}:", ""]
    return "\n".join([*lines, *(f"- `{item.name}`: {_asked(item)}" for item in part.names)])


def _asked(item: Prediction) -> str:
    if item.options:
        return f"one of {', '.join(map(_literal, item.options))}"
    return "a number" if item.tolerance is None else f"a number, to within {item.tolerance:g}"


def _literal(option: str) -> str:
    return _code(json.dumps(_line(option), ensure_ascii=False))


def _hint(number: int, text: str, count: int) -> str:
    # Jupyter renders Markdown inside HTML only between blank lines.
    label = f"Hint {number}" if count > 1 else "Hint"
    return f"<details>\n<summary>{label}</summary>\n\n{text.strip()}\n\n</details>"


def _badge(assignment: str, colab: Colab) -> str:
    path = "/".join(
        (colab.repository, "blob", colab.branch, colab.folder, assignment, f"{assignment}.ipynb")
    )
    image = "https://colab.research.google.com/assets/colab-badge.svg"
    return f"[![Open in Colab]({image})](https://colab.research.google.com/github/{quote(path)})"


def _joined(blocks: list[str]) -> str:
    return "\n\n".join(block for block in blocks if block)


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _duration(minutes: int) -> str:
    if minutes <= 90:
        return counted(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    return counted(hours, "hour") + (f" {rest} minutes" if rest else "")
