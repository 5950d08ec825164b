from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course.minimal import write_course
from gradeprop.records.nbgrader.config import configure, course_settings

SHIPPED = Path(__file__).parents[3] / "nbgrader_config.py"


def test_the_shipped_file_names_the_course_and_our_hooks(tmp_path: Path) -> None:
    shutil.copy(SHIPPED, write_course(tmp_path))
    config = PyFileConfigLoader(SHIPPED.name, path=str(tmp_path)).load_config()
    assert config.CourseDirectory.course_id == "minimal"
    assert config.CourseDirectory.root == str(tmp_path)
    assert "db_url" not in config.CourseDirectory
    assert "SubmissionExporter" in config.Autograde.exporter_class


def test_the_gradebook_of_course_yaml_is_used(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text("id: c\ngradebook: sqlite:///grades.db\n")
    config = Config()
    configure(config, tmp_path)
    assert config.CourseDirectory.db_url == f"sqlite:///{tmp_path}/grades.db"


def test_a_broken_course_still_grades_by_our_hooks(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text("assignments: [3, {id: a01}, {title: t}]\nid: [x\n")
    config = Config()
    configure(config, tmp_path)
    assert config.GenerateAssignment.preprocessors
    (tmp_path / "course.yaml").write_text("assignments: [3, {id: a01}, {title: t}]\nid: 7\n")
    settings = course_settings(tmp_path)
    assert (settings.course, settings.assignments) == (None, frozenset({"a01"}))


def test_alembic_is_found_in_an_environment_that_is_not_activated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    configure(Config(), tmp_path)
    assert shutil.which("alembic") is not None
    before = os.environ["PATH"]
    configure(Config(), tmp_path)
    assert os.environ["PATH"] == before
