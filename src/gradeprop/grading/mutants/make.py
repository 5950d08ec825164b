"""The mutants of an exercise's solution."""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass

from gradeprop.course.model import ExplanationPart, LoadedExercise
from gradeprop.grading.mutants.edits import Edit, Source
from gradeprop.grading.mutants.operators import edits


@dataclass(frozen=True)
class Mutant:
    """A part's solution with one small fault.

    Attributes:
        what: what is changed, in a few words.
        line: where in the part's solution, from 1.
        before, after: the lines that differ, without indentation; `after` is empty where a line is
            gone.
    """

    exercise: str
    part: str
    source: str
    what: str
    line: int
    before: str
    after: str


def mutants_of(exercise: LoadedExercise) -> list[Mutant]:
    """All mutants of the parts that checks look at, in the order of the solution and always the
    same; none that means to Python what the solution means."""
    made = []
    for part in exercise.spec.parts:
        if not isinstance(part, ExplanationPart):
            made += _of_part(exercise.slug, part.part, exercise.solution[part.part])
    return made


def _of_part(exercise: str, part: str, solution: str) -> list[Mutant]:
    try:
        source = Source(solution)
    except (SyntaxError, ValueError):  # with a magic, say
        return []
    known = {ast.dump(source.tree)}
    made = []
    for edit in edits(source):
        text = source.with_edit(edit)
        meaning = _meaning(text)
        if meaning is not None and meaning not in known:
            known.add(meaning)
            made.append(_mutant(exercise, part, solution, text, edit))
    return made


def _meaning(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return None


def _mutant(exercise: str, part: str, solution: str, text: str, edit: Edit) -> Mutant:
    lines, changed = solution.splitlines(), text.splitlines()
    matcher = difflib.SequenceMatcher(None, lines, changed, autojunk=False)
    ranges = [code[1:] for code in matcher.get_opcodes() if code[0] != "equal"]
    first, last = ranges[0][0], ranges[-1][1]
    begin, end = ranges[0][2], ranges[-1][3]
    before = "\n".join(line.strip() for line in lines[first:last])
    after = "\n".join(line.strip() for line in changed[begin:end])
    return Mutant(exercise, part, text, edit.what, first + 1, before, after)
