"""A small course built directly from the model, for the notebook room's tests."""

from __future__ import annotations

from typing import Any

from gradeprop.course.course_spec import AssignmentSpec, CourseSpec
from gradeprop.course.model import (
    Course,
    Exercise,
    LoadedAssignment,
    LoadedExercise,
)
from gradeprop.notebook.release import ReleaseModel, release_model

SQUARE: dict[str, Any] = {
    "title": "The slope of a square",
    "objectives": ["Compute the derivative of $w^2$ by hand.", "Let PyTorch compute it."],
    "minutes": 15,
    "points": 5,
    "introduction": "We look at $f(w) = w^2$.\n\n$$f'(w) = \\lim_{h \\to 0} \\frac{f(w+h) - f(w)}{h}$$\n",
    "files": ["table.csv"],
    "parts": [
        {
            "part": "by_hand",
            "kind": "code",
            "title": "By hand",
            "prompt": "Write `d_square(w)`, the derivative of $w^2$ at every element of `w`.\n",
            "starter": "def d_square(w):\n    ...\n",
            "hints": ["What is $(w+h)^2 - w^2$?", "Divide by $h$.\n\nThen let $h \\to 0$."],
            "forbid": ["autograd"],
            "checks": [
                {
                    "check": "three_numbers",
                    "points": 1,
                    "public": True,
                    "describe": "It is right at w = 3.",
                },
                {
                    "check": "secret_xk_vectors",
                    "points": 1.5,
                    "describe": "It is right for any shape.\n",
                },
            ],
            "misconceptions": [
                {
                    "id": "value_not_gradient",
                    "say": "SAY-SECRET that is the value",
                    "sample": "def d_square(w):\n    return w * w  # SAMPLE-SECRET",
                }
            ],
        },
        {
            "part": "autograd",
            "kind": "code",
            "prompt": "Make `w` with value 3 and get its `grad` by `backward`.",
            "starter": "w = None\ngrad = None\n",
            "checks": [
                {"check": "gradient", "points": 2.5, "public": True, "describe": "`grad` is 6."}
            ],
        },
    ],
}

EXPLAIN: dict[str, Any] = {
    "title": "What a sign says",
    "objectives": ["Read the sign of a gradient."],
    "minutes": 10,
    "points": 3,
    "introduction": "The gradient of the loss with respect to $w$ is $-5$.",
    "parts": [
        {
            "part": "commit",
            "kind": "choice",
            "prompt": "What should be done to `w`?",
            "starter": "direction = None",
            "name": "direction",
            "options": ["increase", "decrease"],
            "checks": [
                {"check": "chosen", "points": 1, "public": True, "describe": "You chose one."}
            ],
        },
        {
            "part": "why",
            "kind": "explanation",
            "prompt": "Say why.",
            "rubric": {
                "criteria": [
                    {
                        "id": "opposite",
                        "text": "It says which way.",
                        "points": 1,
                        "key": "KEY-SECRET",
                    },
                    {
                        "id": "local",
                        "text": "It says where that holds.",
                        "points": 1,
                        "key": "KEY-SECRET",
                    },
                ],
                "contradictions": ["CONTRADICTION-SECRET"],
                "words": 60,
            },
        },
    ],
}

SOLUTIONS = {
    ("square_derivative", "by_hand"): "def d_square(w):\n    return 2 * w  # SOLUTION-SECRET",
    ("square_derivative", "autograd"): (
        "import torch\n\nw = torch.tensor([3.0], requires_grad=True)\n(w**2).sum().backward()\n"
        "grad = w.grad  # SOLUTION-SECRET"
    ),
    ("explain_sign", "commit"): 'direction = "increase"  # SOLUTION-SECRET',
    ("explain_sign", "why"): "SOLUTION-SECRET: the loss falls when w grows a little.",
}

PUBLIC: dict[str, Any] = {
    "explain_sign": {"checks": {"commit": ["chosen"]}},
    "square_derivative": {"say": "it's '''quoted''' \\ and Θ", "probes": [3.0, 6.0]},
    "elsewhere": {"of": "another assignment"},
}

SECRETS = (
    "secret_xk_vectors",
    "SOLUTION-SECRET",
    "KEY-SECRET",
    "CONTRADICTION-SECRET",
    "SAMPLE-SECRET",
)


def course(**changes: Any) -> Course:
    """A course with one assignment of two exercises; ``changes`` go into its CourseSpec."""
    spec = AssignmentSpec(
        id="a01_slopes",
        title="Slopes",
        introduction="Welcome. This is about *slopes*.",
        exercises=("square_derivative", "explain_sign"),
    )
    exercises = tuple(
        LoadedExercise(
            slug=slug,
            assignment=spec.id,
            spec=Exercise.model_validate(data),
            solution={part: text for (owner, part), text in SOLUTIONS.items() if owner == slug},
            grader=f"graders/a01_slopes/test_{slug}.py",
            data={"table.csv": b"1,2\n"} if slug == "square_derivative" else {},
        )
        for slug, data in (("square_derivative", SQUARE), ("explain_sign", EXPLAIN))
    )
    assignment = LoadedAssignment(spec=spec, exercises=exercises)
    course_spec = CourseSpec.model_validate(
        {"id": "gradients", "title": "Gradients", "assignments": [spec.model_dump()], **changes}
    )
    return Course(root="/course", spec=course_spec, assignments=(assignment,), digest="0" * 64)


def model(**changes: Any) -> ReleaseModel:
    made = course(**changes)
    return release_model(made, made.assignments[0], PUBLIC)
