"""Late penalties, as the course's nbgrader_config.py sets them, by nbgrader's own plugin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from gradeprop.errors import UsageError

CONFIG = "nbgrader_config.py"


class LatePenalty:
    """The penalty rule of a course folder; without a rule there is no penalty, as in nbgrader.

    Raises:
        UsageError: nbgrader_config.py cannot be used.
    """

    def __init__(self, root: Path) -> None:
        try:
            config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
        except ConfigFileNotFound:
            config = Config()
        except Exception as error:  # the instructor's own file may raise anything
            raise UsageError(
                f"the file cannot be used: {type(error).__name__}: {error}",
                where=str(root / CONFIG),
            ) from error
        from nbgrader.preprocessors import AssignLatePenalties  # slow to import, and seldom needed

        assign = AssignLatePenalties(config=config)  # type: ignore[no-untyped-call]
        assign.init_plugin()
        self._plugin: Any = assign.plugin_inst

    def points(self, student: str, score: float, seconds_late: float) -> float | None:
        """Points to take off, between 0 and ``score``; None for none.

        Args:
            student: the student's id.
            score: what was earned, in points.
            seconds_late: how long after the due date and any extension it was handed in.
        """
        if seconds_late <= 0:
            return None
        penalty = self._plugin.late_submission_penalty(student, score, seconds_late)
        return None if penalty is None else min(max(0.0, float(penalty)), score)
