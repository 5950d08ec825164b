"""What a course's ``nbgrader_config.py`` sets, so that nbgrader's own commands and formgrader's
buttons work on the course and grade through our sandbox.

    from pathlib import Path
    from gradeprop.records.nbgrader_config import configure
    configure(get_config(), Path(__file__).parent)

Settings that follow this call in the file win over it.
"""

from __future__ import annotations

import os
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from traitlets.config import Config

from gradeprop.course.strict_yaml import read_yaml

_PREPROCESSORS = "gradeprop.records.nbgrader.preprocessors"


@dataclass(frozen=True)
class CourseSettings:
    """What nbgrader must know of a course.yaml; read without checking the rest of the course."""

    course: str | None
    gradebook: str | None
    assignments: frozenset[str]


def course_settings(root: Path) -> CourseSettings:
    """Read course.yaml; what is not there or not as it should be is left out, for nbgrader's
    students' commands must work whatever state the course is in."""
    try:
        data = read_yaml((root / "course.yaml").read_bytes(), "course.yaml").data
    except OSError:
        data = None
    if not isinstance(data, dict):
        return CourseSettings(None, None, frozenset())
    listed = data.get("assignments")
    ids = (
        [item.get("id") for item in listed if isinstance(item, dict)]
        if isinstance(listed, list)
        else []
    )
    course, gradebook = data.get("id"), data.get("gradebook")
    return CourseSettings(
        course if isinstance(course, str) else None,
        gradebook if isinstance(gradebook, str) else None,
        frozenset(name for name in ids if isinstance(name, str)),
    )


def configure(config: Config, root: Path) -> None:
    """Set nbgrader up for the course in ``root``.

    Args:
        config: what ``get_config()`` returns in nbgrader_config.py.
        root: the course folder.
    """
    root = root.resolve()
    config.GenerateAssignment.preprocessors = [f"{_PREPROCESSORS}.ReleaseNotebook"]
    config.Autograde.exporter_class = f"{_PREPROCESSORS}.SubmissionExporter"
    config.Autograde.sanitize_preprocessors = [f"{_PREPROCESSORS}.SanitizeOthers"]
    config.Autograde.autograde_preprocessors = [
        f"{_PREPROCESSORS}.GradeSubmission",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.CourseDirectory.root = str(root)
    _find_alembic()
    settings = course_settings(root)
    if settings.course is not None:
        config.CourseDirectory.course_id = settings.course
    if settings.gradebook is not None:
        from gradeprop.records.gradebook.schema import gradebook_url

        url = gradebook_url(root, settings.gradebook)
        config.CourseDirectory.db_url = url.render_as_string(hide_password=False)


def _find_alembic() -> None:
    """nbgrader makes a new database with the program ``alembic``, which it looks for on PATH: put
    this environment's programs there, whether or not it is activated."""
    scripts = sysconfig.get_path("scripts")
    path = os.environ.get("PATH", "")
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(filter(None, (path, scripts)))
