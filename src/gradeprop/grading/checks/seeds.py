"""Where hidden inputs come from: reproducible for the instructor, unpredictable for anyone else."""

from __future__ import annotations

from gradeprop.gradients.inputs import derive_seed

INPUT_SETS = 64
"""Sets of hidden inputs of an assignment, from which each hand-in gets one. Right answers are
worked out once for each; docs/security.md tells what the number means."""

PUBLIC_KEY = b"gradeprop public checks"
"""Public checks use the same inputs for everyone, so this key is no secret."""


def student_seed(course_key: bytes, student: str) -> bytes:
    """The student's 32-byte seed; recorded (as hex) in the instructor's result file only."""
    return derive_seed(course_key, "student", student)


def group_seed(course_key: bytes, group: str) -> bytes:
    """The seed of students who hand in together; no student's, whatever the group is called."""
    return derive_seed(course_key, "group", group)


def pool_key(course_key: bytes, assignment: str) -> bytes:
    """What all hidden inputs of an assignment come from. Whoever has it cannot work out the course
    key, nor the inputs of another assignment: it may go to a machine that grades."""
    return derive_seed(course_key, "input sets", assignment)


def input_set(seed: bytes, handed_in: str) -> int:
    """Which of the `INPUT_SETS` one hand-in gets: most likely another one than the hand-in before,
    so that what that has found out about its own is of little use, and nobody can tell which.

    Args:
        seed: the student's.
        handed_in: the digest of what was handed in; see `gradeprop.notebook.restore.handed_in`.
    """
    return int.from_bytes(derive_seed(seed, "handed in", handed_in)[:8], "big") % INPUT_SETS


def inputs_seed(pool: bytes, number: int) -> bytes:
    """What the hidden inputs of one set come from.

    Args:
        pool: see `pool_key`.
        number: see `input_set`.
    """
    return derive_seed(pool, "input set", str(number))


def check_seed(seed: bytes, exercise: str, check: str, attempt: int = 0) -> bytes:
    """The seed of one hidden check; ``attempt`` counts repeated probes that tell causes apart.

    Args:
        seed: of the set of inputs; see `inputs_seed`.
    """
    return derive_seed(seed, "exercise", exercise, check, str(attempt))


def public_seed(exercise: str, check: str, attempt: int = 0) -> bytes:
    return derive_seed(PUBLIC_KEY, exercise, check, str(attempt))


def session_seed(seed: bytes, assignment: str) -> int:
    """What the student's own random generators start from; tells nothing about hidden inputs."""
    return int.from_bytes(derive_seed(seed, "session", assignment)[:4], "big")
