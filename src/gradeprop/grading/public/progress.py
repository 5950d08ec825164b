"""``gp.progress``: where a student stands in the whole notebook, and what to do next. It shows what
the last checks found and runs nothing of the student's."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape

from gradeprop.grading.public import in_notebook
from gradeprop.grading.public.marks import chip
from gradeprop.grading.public.plain import WIDTH
from gradeprop.grading.public.saying import number, points
from gradeprop.grading.public.showing import show
from gradeprop.grading.public.standing import ExerciseStanding, standings
from gradeprop.grading.public.standing_words import all_in_all, mark_for, next_step, parts_passed

__all__ = ["NothingToShow", "ProgressView", "progress_view", "show_progress"]

_CAPTION = "Where you stand, as of your last checks"
_HAND_IN = "Save, then hand in as your course says."


class NothingToShow(in_notebook.NotChecked):
    """``gp.progress`` was called before the set-up cell."""

    call = "gp.progress"


def show_progress() -> None:
    """See `gradeprop.progress`."""
    show(progress_view())


def progress_view() -> ProgressView:
    """Where the student stands now.

    Raises:
        NothingToShow: the set-up cell was not run, or is damaged.
    """
    try:
        exercises = in_notebook.PUBLIC_CHECKS.loaded()
    except ValueError:
        raise NothingToShow(
            "what the notebook's set-up cell loaded is damaged",
            remedy="copy that cell from a fresh copy of the notebook and run it",
        ) from None
    if not exercises:
        raise NothingToShow(
            "the notebook's set-up cell has not been run yet",
            remedy="run it (it is near the top), then run this cell again",
        )
    return ProgressView(standings(exercises, in_notebook.LAST_CHECKS))


class ProgressView:
    """What IPython displays of it."""

    def __init__(self, exercises: Sequence[ExerciseStanding]) -> None:
        self.exercises = tuple(exercises)

    def __repr__(self) -> str:
        return _as_text(self.exercises)

    def _repr_html_(self) -> str:
        return _as_html(self.exercises)


# Plain text
# --------------------------------------------------------------------------------------------


def _as_text(exercises: Sequence[ExerciseStanding]) -> str:
    lines = [_CAPTION]
    for exercise in exercises:
        sign, word = mark_for(exercise)
        lines.append(_filled(f"{word}: {exercise.title}", f"  {sign} ", "    "))
        lines.append(_filled(_counts(exercise), "      ", "      "))
    lines.append(_filled(all_in_all(exercises), "  ", "  "))
    lines.append(_filled(f"What to do next: {next_step(exercises)}", "  ", "  "))
    lines.append(_filled(_HAND_IN, "  ", "  "))
    return "\n".join(lines)


def _counts(exercise: ExerciseStanding) -> str:
    told = [parts_passed(exercise)]
    if exercise.parts:
        told.append(f"{points(exercise.sure)} sure" if exercise.sure else "no points sure yet")
    if exercise.here:
        told.append(f"{number(exercise.here)} still to be won here")
    if exercise.open:
        told.append(f"{number(exercise.open)} decided after you hand in")
    if exercise.in_words:
        told.append(f"{points(exercise.in_words)} for your own words, read by a person")
    return "; ".join(filter(None, told))


def _filled(text: str, first: str, then: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    )


# HTML
# --------------------------------------------------------------------------------------------------

_BOX = (
    "border:1px solid #8886;border-left:4px solid #5f6b7a;border-radius:4px;"
    "padding:.6em 1em;margin:.3em 0;max-width:54em;overflow-x:auto;"
    "font-family:system-ui,sans-serif;font-size:14px;line-height:1.5"
)
_TABLE = "border:none;border-collapse:collapse;margin:0 0 .6em;font-size:14px;color:inherit"
_CAPTIONED = (
    "caption-side:top;text-align:left;font-weight:bold;font-size:14px;color:inherit;"
    "padding:0 0 .3em"
)
_CELL = "text-align:left;vertical-align:top;padding:.25em 1em .25em 0;border:none"
_COUNT = "text-align:right;vertical-align:top;padding:.25em 0 .25em 1em;border:none"
_RULE = "border-top:1px solid #8886"
_ROW = "background:none"
_APART = "margin-top:.6em"


def _as_html(exercises: Sequence[ExerciseStanding]) -> str:
    columns = _columns(exercises)
    head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in ("Exercise", "State"))
    head += "".join(f'<th scope="col" style="{_COUNT}">{name}</th>' for name, _ in columns)
    body = "".join(
        _row(it, [counts[at] for _, counts in columns]) for at, it in enumerate(exercises)
    )
    foot = f'<th scope="row" style="{_CELL};{_RULE}">All in all</th>'
    foot += f'<td style="{_CELL};{_RULE}"></td>'
    foot += "".join(
        f'<td style="{_COUNT};{_RULE}">{number(sum(counts))}</td>' for _, counts in columns
    )
    return (
        # Where it is too wide for a screen it can be moved by keyboard, too.
        f'<div style="{_BOX}" tabindex="0"><table style="{_TABLE}">'
        f'<caption style="{_CAPTIONED}">{_CAPTION}</caption>'
        f'<thead><tr style="{_ROW}">{head}</tr></thead>'
        f"<tbody>{body}</tbody>"
        f'<tfoot><tr style="{_ROW}">{foot}</tr></tfoot></table>'
        f"<div>{escape(all_in_all(exercises))}</div>"
        f'<div style="{_APART}"><strong>What to do next:</strong> '
        f"{escape(next_step(exercises))}</div>"
        f'<div style="{_APART}">{_HAND_IN}</div></div>'
    )


def _columns(exercises: Sequence[ExerciseStanding]) -> list[tuple[str, list[float]]]:
    """The columns of points, those that are empty left out: together they are all there are."""
    columns = [
        ("Points sure", [it.sure for it in exercises]),
        ("Still to be won", [it.here for it in exercises]),
        ("Decided after you hand in", [it.open for it in exercises]),
        ("Your own words, read by a person", [it.in_words for it in exercises]),
    ]
    return [column for at, column in enumerate(columns) if at == 0 or any(column[1])]


def _row(exercise: ExerciseStanding, counts: Sequence[float]) -> str:
    told = parts_passed(exercise)
    passed = f"<div>{told}</div>" if told else ""
    return (
        f'<tr style="{_ROW}">'
        f'<th scope="row" style="{_CELL};font-weight:normal">{escape(exercise.title)}</th>'
        f'<td style="{_CELL}">{chip(*mark_for(exercise))}{passed}</td>'
        + "".join(f'<td style="{_COUNT}">{number(count)}</td>' for count in counts)
        + "</tr>"
    )
