"""The minimal course with a second assignment, for tests of what a bundle holds of a course.

write_course(tmp_path, MORE)                # the second builds on the first
write_course(tmp_path, {**MORE, **ADOPTED}) # the first has a sample of a student's
"""

from __future__ import annotations

from course.minimal import EXERCISE, GRADER, SOLUTION, course_files, replaced

OTHER = "a02_other"
CUBE = f"exercises/{OTHER}/cube_slope.yaml"

_COMMON = """\
common:
  - id: missing_factor_two
    say: Was the 2 lost?
  - id: missing_factor_three
    say: Was the 3 lost?
gradebook: postgresql://teacher:secret@db.example.org/marks
"""
_ASSIGNMENT = f"""\
  - id: {OTHER}
    title: Cubes
    introduction: What is steeper.
    exercises: [cube_slope]
"""


def _cubed(text: str) -> str:
    """The square's files made those of a cube."""
    for old, new in (
        ("w ** 2", "w ** 3"), ("w**2", "w**3"), ("2 * w", "3 * w**2"), ("2w", "3w²"),
        ("missing_factor_two", "missing_factor_three"), ("scale: 0.5", "scale: 0.333333333333333"),
        ("return w\n", "return w ** 2\n"), ("square", "cube"),
    ):  # fmt: skip
        text = text.replace(old, new)
    return text


def _of_cube(name: str) -> str:
    return name.replace("a01_slopes", OTHER).replace("square_derivative", "cube_slope")


MORE: dict[str, str | bytes | None] = {
    "course.yaml": course_files()["course.yaml"] + _ASSIGNMENT + _COMMON,
    **{_of_cube(name): _cubed(course_files()[name]) for name in (EXERCISE, SOLUTION, GRADER)},
    CUBE: "prerequisites: [square_derivative]\n" + _cubed(course_files()[EXERCISE]),
    _of_cube(GRADER): "from graders.shared import forms\n" + _cubed(course_files()[GRADER]),
    "graders/shared/forms.py": "from graders.shared.inner import SIZE\n\nSIZES = [SIZE]\n",
    "graders/shared/inner.py": "SIZE = 3\n",
    "graders/shared/unused.py": "NOTHING = 0\n",
}
"""Changes for `write_course`."""

ADOPTED: dict[str, str | bytes | None] = {
    **replaced(
        EXERCISE,
        "      - id: value_not_gradient\n",
        """\
      - id: tripled
        say: That is three times.
        from_student: true
        sample: |
          def d_square(w):
              return w * 3  # hers
      - id: value_not_gradient
""",
    )
}
"""As `gradeprop adopt` would write it."""
