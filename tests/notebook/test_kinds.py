"""What students read and find of given code, experiments, levels, figures and closings."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from course.kinds import SLUGS, edited, write_kinds
from course.minimal import course_files
from gradeprop.course.choosing import by_name
from gradeprop.course.load import load_course
from gradeprop.notebook.prose import prompt
from gradeprop.notebook.release import release_model
from gradeprop.notebook.render import to_notebook
from gradeprop.notebook.restore import restore

PICTURE = b"\x89PNG picture"
COURSE = course_files()["course.yaml"].replace(
    "    exercises:\n", "    closing: |\n      ## Well done\n    exercises:\n"
) + "".join(f"      - {slug}\n" for slug in SLUGS)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    figure = edited(
        "exercises/a01_slopes/whose_grad.yaml",
        "level: 1\n",
        "level: 1\nfigure: {file: the graph.py, alt: 'Arrows [a to loss]'}\n",
    )
    drawing = {"exercises/a01_slopes/the graph.py": "x = 1\n"}
    root = write_kinds(
        tmp_path_factory.mktemp("course"), {"course.yaml": COURSE, **figure, **drawing}
    )
    loaded = load_course(root)
    return release_model(loaded, loaded.assignments[0], {}, figures={"the graph.py": PICTURE})


def source(model: Any, grade_id: str) -> str:
    return next(cell.source for cell in model.cells if cell.grade_id == grade_id)


def test_given_code_stands_before_the_answer_and_the_experiment_after_it(model: Any) -> None:
    ids = [cell.grade_id for cell in model.cells]
    start = ids.index("whose_grad-introduction")
    assert ids[start:] == [
        "whose_grad-introduction",
        "whose_grad-given",
        "whose_grad-filled-prompt",
        "whose_grad-filled",
        "whose_grad-filled-check",
        "whose_grad-sign-prompt",
        "whose_grad-sign",
        "whose_grad-sign-check",
        "two_steps-introduction",
        "two_steps-commit-prompt",
        "two_steps-commit",
        "two_steps-commit-after",
        "two_steps-commit-check",
        "mend_descent-introduction",
        "mend_descent-loop-prompt",
        "mend_descent-loop-given",
        "mend_descent-loop",
        "mend_descent-loop-check",
        "a01_slopes-progress",
        "a01_slopes-closing",
    ]
    assert source(model, "a01_slopes-closing") == "## Well done"


def test_given_and_after_are_locked_code_without_points(model: Any) -> None:
    cells = {cell["id"]: cell for cell in json.loads(to_notebook(model))["cells"]}
    for name in ("whose_grad-given", "mend_descent-loop-given", "two_steps-commit-after"):
        told = cells[name]["metadata"]["nbgrader"]
        assert (cells[name]["cell_type"], told["grade"], told["locked"]) == ("code", False, True)
        assert not told["solution"]
        assert cells[name]["metadata"]["editable"] is False


def test_an_exercise_says_its_level_and_what_it_builds_on(model: Any) -> None:
    assert "*2 points, about 5 minutes, level 1 of 3*" in source(model, "whose_grad-introduction")
    text = source(model, "two_steps-introduction")
    assert "*3 points, about 5 minutes*\n\nBuilds on: Whose .grad fills?\n" in text


def test_the_prompt_says_what_can_be_answered_and_not_what_is_right(model: Any) -> None:
    assert "Set `filled` to a list of those that are right, in any order:" in source(
        model, "whose_grad-filled-prompt"
    )
    text = source(model, "two_steps-commit-prompt")
    assert "- `w_after_two`: a number, to within 0.01" in text
    assert '- `passes_zero`: one of `"yes"`, `"no"`' in text
    assert "- `good_rate`: a number\n" in text


def test_to_commit_oneself_is_asked_for_once(tmp_path: Path) -> None:
    loaded = load_course(write_kinds(tmp_path))
    parts = (part for item in loaded.assignments[0].exercises for part in item.spec.parts)
    (part,) = (part for part in parts if part.kind == "prediction")
    asked = "before you run what follows your answer:"
    unasked = part.model_copy(update={"prompt": "Two steps."})
    assert f"**Commit yourself** {asked}\n\n- `w_after_two`" in prompt(unasked, alone=True)
    said = part.model_copy(update={"prompt": "**Commit\nyourself before you run anything.**"})
    assert asked not in prompt(said, alone=True)
    assert "To assign:\n\n- `w_after_two`" in prompt(said, alone=True)


def test_a_figure_is_an_attachment_with_words_for_it(model: Any) -> None:
    (cell,) = (cell for cell in json.loads(to_notebook(model))["cells"] if "attachments" in cell)
    assert cell["id"] == "whose_grad-introduction"
    assert r"![Arrows \[a to loss\]](attachment:the_graph.png)" in "".join(cell["source"])
    data = cell["attachments"]["the_graph.png"]["image/png"]
    assert base64.b64decode(data) == PICTURE


def test_deleted_given_code_comes_back_where_it_was(model: Any) -> None:
    notebook = json.loads(to_notebook(model))
    kept = [cell for cell in notebook["cells"] if cell["id"] != "mend_descent-loop-given"]
    extra = {"cell_type": "code", "id": "mine", "metadata": {}, "source": "mine = 1",
             "outputs": [], "execution_count": None}  # fmt: skip
    place = [cell["id"] for cell in kept].index("mend_descent-loop")
    kept.insert(place, extra)
    restored = restore(json.dumps({**notebook, "cells": kept}).encode(), model)
    names = [cell.grade_id for cell in restored.cells]
    place = names.index("mend_descent-loop")
    # What the student wrote there was written below it.
    assert names[place - 2 : place] == ["mend_descent-loop-given", None]
    assert restored.cells[place - 2].origin == "release"


def test_a_folder_of_figures_is_left_out_where_nobody_draws(tmp_path: Path) -> None:
    loaded = load_course(write_kinds(tmp_path))
    plain = release_model(loaded, loaded.assignments[0], {})
    assert all(not cell.attachments for cell in plain.cells)


def test_an_exercise_loaded_alone_names_what_it_builds_on_as_among_all(tmp_path: Path) -> None:
    alone = load_course(write_kinds(tmp_path), by_name(["two_steps"], tmp_path))
    model = release_model(alone, alone.assignments[0], {})
    assert "Builds on: Whose .grad fills?\n" in source(model, "two_steps-introduction")


def test_what_cannot_be_read_is_not_named(tmp_path: Path) -> None:
    root = write_kinds(tmp_path)
    (file,) = root.glob("exercises/*/whose_grad.yaml")
    file.write_text("title: [", encoding="utf-8")
    alone = load_course(root, by_name(["two_steps"], root))
    model = release_model(alone, alone.assignments[0], {})
    text = source(model, "two_steps-introduction")
    assert "*3 points, about 5 minutes*" in text
    assert "Builds on" not in text
