"""What ``course.yaml`` defines: the course and its assignments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from gradeprop.course.fields import Model, Slug, Text, ToleranceSpec
from gradeprop.course.limits import Limits
from gradeprop.course.misconception import CommonMisconception

Weight = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]


class FeedbackSpec(Model):
    """What else than a student's own work stands on the feedback pages."""

    solutions: Literal["never", "after_due"] | None = Field(
        default=None,
        description=(
            "after_due: pages that are written once nobody can hand in any more show the solution "
            "of every part; that takes a due date. An assignment's own word stands before the "
            "course's. Default: never."
        ),
    )
    distribution: bool | None = Field(
        default=None,
        description=(
            "Whether pages show how many students have how many points, as soon as ten totals are "
            "certain. An assignment's own word stands before the course's. Default: false."
        ),
    )


class AssignmentSpec(Model):
    """One entry of ``assignments`` in course.yaml."""

    id: Slug
    title: Text
    introduction: Text = Field(description="Markdown; the notebook opens with it.")
    closing: Text | None = Field(None, description="Markdown; the notebook ends with it.")
    exercises: Annotated[tuple[Slug, ...], Field(min_length=1)]
    weight: Weight = Field(
        1.0,
        description=(
            "How much it counts in the course's total, beside the weights of the others. The total "
            "is the mean of score / max_score by these weights, over what is marked and what was "
            "due and not handed in (that is 0); what is open does not count yet."
        ),
    )
    release: date | None = Field(
        None,
        description=(
            "The day it is handed out, e.g. 2026-09-01; the notebook says so, and until then "
            "`gradeprop build` says that it is not to be handed out yet."
        ),
    )
    due: datetime | None = Field(
        None,
        description=(
            "Until when it can be handed in, e.g. 2026-09-30T23:59+02:00; the notebook and "
            "nbgrader's gradebook say so. Without the offset from UTC it is the time of the "
            "machine that builds or grades."
        ),
    )
    feedback: FeedbackSpec = FeedbackSpec()


class Colab(Model):
    """Where the released notebooks can be opened from."""

    repository: Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")] = Field(
        description="owner/name on GitHub."
    )
    branch: str = "main"
    folder: str = "release"


class CourseSpec(Model):
    """``course.yaml``."""

    id: Slug
    title: Text
    assignments: Annotated[tuple[AssignmentSpec, ...], Field(min_length=1)]
    devices: Annotated[tuple[Literal["cpu", "cuda"], ...], Field(min_length=1)] = ("cpu",)
    packages: tuple[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.\w+)*$")], ...] = Field(
        (), description="Modules that notebooks may import besides torch; imported before grading."
    )
    limits: Limits = Limits()
    tolerances: dict[Literal["float16", "bfloat16", "float32", "float64"], ToleranceSpec] = Field(
        {}
    )
    common: tuple[CommonMisconception, ...] = Field(
        (),
        description=(
            "Misconceptions that several exercises have: an exercise that names one by its id "
            "takes from here what it does not say itself."
        ),
    )
    student_package: Literal["embedded", "install"] = Field(
        "embedded",
        description=(
            "Where a student's notebook has the checks from: it carries them along, so that "
            "nothing is installed, or its set-up cell installs gradeprop where it is not there."
        ),
    )
    install: Text | None = Field(
        None,
        description=(
            "With `student_package: install`, what pip is to install, e.g. "
            "`gradeprop @ https://example.org/gradeprop-0.2.0-py3-none-any.whl`."
        ),
    )
    colab: Colab | None = None
    feedback: FeedbackSpec = FeedbackSpec()
    engine: Literal["local", "dask"] = Field(
        "local",
        description=(
            "Where `gradeprop grade` grades: on this machine, or on the workers of a Dask "
            "scheduler. The command line's --engine stands before it."
        ),
    )
    scheduler: Text | None = Field(
        None,
        description=(
            "With `engine: dask`, where the scheduler listens, e.g. tls://scheduler.example.org:8786."
            " The command line's --scheduler stands before it."
        ),
    )
    gradebook: Text | None = Field(
        None,
        description=(
            "SQLAlchemy URL of nbgrader's gradebook; default: SQLite, gradebook.db beside this "
            "file."
        ),
    )
