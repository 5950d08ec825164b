"""What became of a check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.grading.checks.places import Place
from gradeprop.grading.checks.rows import Row
from gradeprop.grading.result import words
from gradeprop.grading.result.plot import Plot
from gradeprop.grading.result.verdict import Status


@dataclass(frozen=True)
class Why:
    """Why a wrong value has no cause.

    Attributes:
        words: for whoever writes the grader, without a full stop.
        explained: where a mistake comes nearest, how many of the questions it explains.
    """

    words: str
    explained: int | None = None


@dataclass(frozen=True)
class Judgement:
    """What became of a check.

    Attributes:
        asked: the question as a student would have written it, where its inputs are public.
        report: what came of it, in words for the student.
        hint: the words for the cause.
        not_begun: the answer is still the starter.
        hint_there: where asked for, of a public check: the words for the cause that the notebook
            has by itself, which knows neither of cells nor of all samples.
        places: where an exception came from, as far as the student may hear of it.
        plot: where declared, of a public check, what there is to see of a wrong answer.
        raised: the type of the exception that came, if it is one that everybody knows, else
            ``another error``.
        why: where asked for, why a wrong value has no cause.
        detail: everything that is known, for the instructor.
        misconceptions: one id when it is known, several when they cannot be told apart here.
        rows: where asked for, what was asked and what came.
        observations: if a value is wrong, what came on every probe and what could have.
    """

    status: Status
    report: str | None = None
    detail: str | None = None
    misconceptions: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    observations: tuple[Observation, ...] = field(default=(), compare=False, repr=False)
    asked: str | None = None
    hint: str | None = None
    not_begun: bool = False
    places: tuple[Place, ...] = ()
    hint_there: str | None = None
    why: Why | None = None
    plot: Plot | None = None
    raised: str | None = None

    @property
    def message(self) -> str | None:
        """The whole of what the student is told."""
        return words.message(self.asked, self.report, self.hint)

    @property
    def misconception(self) -> str | None:
        return self.misconceptions[0] if len(self.misconceptions) == 1 else None

    def called(self, causes: Sequence[str], declared: Mapping[str, str]) -> Judgement:
        """The same, explained by the exercise's own causes where it has any."""
        if not causes:
            return self
        hint = declared.get(causes[0]) if len(causes) == 1 else None
        return replace(self, misconceptions=tuple(causes), hint=hint)

    def narrowed_by(self, fresh: Judgement) -> Judgement:
        """This judgement's numbers with the causes that also explain the ``fresh`` inputs."""
        left = tuple(cause for cause in self.misconceptions if cause in fresh.misconceptions)
        said = fresh if len(left) == 1 else self
        return replace(
            self,
            misconceptions=left,
            observations=(*self.observations, *fresh.observations),
            asked=said.asked,
            report=said.report,
            hint=said.hint,
            rows=said.rows,
            places=said.places,
        )
