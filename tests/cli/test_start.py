"""`gradeprop init`, `new` and `schema`; what they write is tested in records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop
from gradeprop.course.schema import schemas
from gradeprop.records.starting.templates import KINDS


def test_schema_writes_the_schemas_where_it_is_told(tmp_path: Path) -> None:
    done = gradeprop("schema", "new", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["written"] == [f"new/{name}" for name in schemas()]
    found = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "new").iterdir()}
    assert found == schemas()


def test_init_says_what_to_do_next_and_refuses_a_second_time(tmp_path: Path) -> None:
    done = gradeprop("init", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "course.yaml\n" in done.stdout
    assert "cd mine && gradeprop verify" in done.stderr
    again = gradeprop("init", "mine", cwd=tmp_path)
    assert again.returncode == 2
    assert "there is a course already" in again.stderr


def test_init_names_no_folder_where_one_stands_in_it_and_quotes_any_other(tmp_path: Path) -> None:
    spaced = gradeprop("init", "my course", cwd=tmp_path)
    assert "Next: cd 'my course' && gradeprop verify" in spaced.stderr
    (tmp_path / "here").mkdir()
    here = gradeprop("init", ".", cwd=tmp_path / "here")
    assert "Next: gradeprop verify" in here.stderr


def test_new_refuses_a_kind_that_is_none(course: Any) -> None:
    done = gradeprop("new", "a01_slopes/another", "--kind", "essay", cwd=course)
    assert done.returncode == 2
    assert "explanation" in done.stderr


@pytest.mark.slow
def test_a_new_course_and_a_new_exercise_of_each_kind_verify(tmp_path: Path) -> None:
    assert gradeprop("init", "mine", cwd=tmp_path).returncode == 0
    root = tmp_path / "mine"
    for kind in KINDS:
        done = gradeprop("new", f"a01_slopes/one_{kind}", "--kind", kind, cwd=root)
        assert done.returncode == 0, done.stderr
        assert gradeprop("new", f"a02_more/two_{kind}", "--kind", kind, cwd=root).returncode == 0
    done = gradeprop("verify", "--json", "--isolation", "none", cwd=root)
    assert done.returncode == 0, done.stdout
    proofs = json.loads(done.stdout)["proofs"]
    assert len({proof["case"]["exercise"] for proof in proofs}) == 3 + 2 * len(KINDS)
