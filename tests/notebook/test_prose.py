from __future__ import annotations

from typing import Any

from notebook_example import EXPLAIN, SECRETS, SQUARE, course, model

from gradeprop.course.model import Exercise
from gradeprop.notebook.prose import assignment_introduction, exercise_introduction, prompt


def _prompt(data: dict[str, Any], number: int) -> str:
    return prompt(Exercise.model_validate(data).parts[number], alone=False)


def test_the_notebook_opens_with_title_text_time_and_a_table_of_points() -> None:
    text = model().cells[0].source
    assert text.startswith("# Slopes\n\nWelcome. This is about *slopes*.")
    assert "**Time:** about 25 minutes. **Points:** 8." in text
    assert "| 1. The slope of a square | 5 | 15 |\n| 2. What a sign says | 3 | 10 |" in text
    assert "colab.research" not in text


def test_the_colab_badge_leads_to_the_released_notebook() -> None:
    made = course(colab={"repository": "school/gradients", "branch": "main"})
    text = assignment_introduction(made.assignments[0], made.spec.colab, made.spec.devices)
    link = "colab.research.google.com/github/school/gradients/blob/main/release/a01_slopes/a01_slopes.ipynb"
    assert f"(https://{link})" in text


def test_an_exercise_opens_with_points_minutes_maths_and_objectives() -> None:
    text = exercise_introduction(Exercise.model_validate(SQUARE), 1)
    assert text.startswith("## 1. The slope of a square\n\n*5 points, about 15 minutes*")
    assert "$$f'(w) = \\lim_{h \\to 0}" in text
    assert "- Let PyTorch compute it." in text


def test_hints_fold_and_their_markdown_stands_between_blank_lines() -> None:
    text = _prompt(SQUARE, 0)
    assert (
        "<details>\n<summary>Hint 1</summary>\n\nWhat is $(w+h)^2 - w^2$?\n\n</details>\n\n" in text
    )


def test_hints_stand_last_next_to_the_answer() -> None:
    text = _prompt(SQUARE, 0)
    assert text.index("**What is checked**") < text.index("<details>")
    assert text.endswith("</details>")


def test_the_notebook_says_what_to_do_when_gp_is_not_defined() -> None:
    assert (
        "`NameError: name 'gp' is not defined` means that the set-up cell"
        in model().cells[0].source
    )


def test_checks_are_told_with_points_and_hidden_ones_as_checked_later() -> None:
    text = _prompt(SQUARE, 0)
    assert "- It is right at w = 3. *(1 point, checked below)*" in text
    assert "- It is right for any shape. *(1.5 points, checked after you hand in)*" in text
    assert "Not to be used here: PyTorch's own gradients" in text


def test_a_rule_that_the_prompt_tells_is_not_told_again() -> None:
    part = SQUARE["parts"][0] | {"prompt": "By hand, without autograd, please."}
    assert "Not to be used" not in _prompt(SQUARE | {"parts": [part]}, 0)


def test_options_of_a_choice_can_be_copied_as_python() -> None:
    assert 'Set `direction` to one of these:\n\n- `"increase"`\n- `"decrease"`' in _prompt(
        EXPLAIN, 0
    )


def test_criteria_of_an_explanation_are_told_without_their_key() -> None:
    text = _prompt(EXPLAIN, 1)
    assert "At most 60 words" in text
    assert "Double-click the text below" in text
    assert "- It says which way. *(1 point)*" in text
    assert not any(secret in text for secret in SECRETS)


def test_a_single_part_without_title_is_your_task() -> None:
    part = Exercise.model_validate(SQUARE).parts[1]
    assert prompt(part, alone=True).startswith("### Your task (2.5 points)")
    assert prompt(part, alone=False).startswith("### Autograd (2.5 points)")


def test_a_course_with_a_gpu_says_once_how_to_make_tensors() -> None:
    made = course()
    texts = [
        assignment_introduction(made.assignments[0], None, devices)
        for devices in (("cpu",), ("cpu", "cuda"))
    ]
    assert "device=x.device" not in texts[0]
    assert texts[1].count("device=x.device") == 1
