from __future__ import annotations

import json
from pathlib import Path

from course.minimal import EXERCISE, EXPLAIN, course_files
from gradeprop.course.schema import schemas
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.voided import Voided, as_yaml

COMMITTED = Path(__file__).parents[2] / "schemas"


def test_the_committed_schemas_are_those_of_the_model() -> None:
    assert {
        path.name: path.read_text(encoding="utf-8") for path in COMMITTED.iterdir()
    } == schemas()


def test_the_schemas_accept_valid_files_and_refuse_unknown_keys() -> None:
    import jsonschema

    voided = as_yaml(
        [Voided(exercise="square_derivative", check="shape", give=True, reason="Unclear.")]
    )
    files = {**course_files(), "voided.yaml": voided.decode()}
    for name, schema in (
        ("course.yaml", "course"),
        (EXERCISE, "exercise"),
        (EXPLAIN, "exercise"),
        ("voided.yaml", "voided"),
    ):
        validator = jsonschema.Draft202012Validator(json.loads(schemas()[f"{schema}.schema.json"]))
        validator.check_schema(validator.schema)
        data = read_yaml(files[name].encode(), name).data
        assert list(validator.iter_errors(data)) == []
        assert list(validator.iter_errors({**data, "titel": "x"})) != []
