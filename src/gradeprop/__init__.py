"""gradeprop: auto-graded exercises for teaching gradients with PyTorch.

In a notebook::

    import gradeprop as gp
    gp.check("square_derivative")
    gp.progress()

Importing this costs nothing: torch and IPython are loaded when a check runs.
"""

from __future__ import annotations

from gradeprop.version import __version__

__all__ = ["__version__", "check", "load_public_checks", "load_samples", "progress"]


def load_public_checks(text: str) -> None:
    """Take in the public checks that a released notebook carries; its set-up cell calls this.

    Args:
        text: JSON ``{exercise: data}``: fixed inputs, expected numbers, words of misconceptions.
    """
    from gradeprop.grading.public import in_notebook

    in_notebook.load(text)


def load_samples(text: str) -> None:
    """Take in what known wrong answers give to the public checks; the set-up cell calls this.

    Args:
        text: ``{exercise: {check: {misconception: [what a sample gave, …]}}}``, as base64 of bzip2
            of JSON.
    """
    from gradeprop.grading.public import in_notebook

    in_notebook.load_samples(text)


def check(exercise: str | None = None, part: str | None = None) -> float:
    """Run the public checks of a part (or of all parts) of an exercise and show the result.

    Args:
        exercise: the exercise's name, e.g. ``"square_derivative"``; without one, the error names
            those of the notebook.
        part: one part's name; None for all.

    Returns:
        the parts' points times the share that the public checks have earned.

    Raises:
        gradeprop.errors.UsageError: no such exercise or part, or the set-up cell was not run.
        gradeprop.errors.GraderFault: the check itself could not be run, say because torch was
            patched.
    """
    from gradeprop.grading.public import in_notebook

    return in_notebook.check(exercise, part)


def progress() -> None:
    """Show where the student stands in the whole notebook: for each exercise what its last checks
    have found, the points that are sure and those that are decided after handing in, and what to
    do next. Nothing of the student's is run for it.

    Raises:
        gradeprop.errors.UsageError: the set-up cell was not run.
    """
    from gradeprop.grading.public.progress import show_progress

    show_progress()
