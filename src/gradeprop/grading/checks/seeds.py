"""Where hidden inputs come from: reproducible for the instructor, unpredictable for anyone else."""

from __future__ import annotations

from gradeprop.gradients.inputs import derive_seed

PUBLIC_KEY = b"gradeprop public checks"
"""Public checks use the same inputs for everyone, so this key is no secret."""


def student_seed(course_key: bytes, student: str) -> bytes:
    """The student's 32-byte seed; recorded (as hex) in the instructor's result file only."""
    return derive_seed(course_key, "student", student)


def inputs_seed(seed: bytes, handed_in: str) -> bytes:
    """What the hidden inputs of one hand-in come from: other ones for every hand-in, so that what
    one has found out about them is of no use to the next.

    Args:
        seed: the student's.
        handed_in: the digest of what was handed in; see `gradeprop.notebook.restore.handed_in`.
    """
    return derive_seed(seed, "handed in", handed_in)


def check_seed(seed: bytes, exercise: str, check: str, attempt: int = 0) -> bytes:
    """The seed of one hidden check; ``attempt`` counts repeated probes that tell causes apart.

    Args:
        seed: of the hand-in; see `inputs_seed`.
    """
    return derive_seed(seed, "exercise", exercise, check, str(attempt))


def public_seed(exercise: str, check: str, attempt: int = 0) -> bytes:
    return derive_seed(PUBLIC_KEY, exercise, check, str(attempt))


def session_seed(seed: bytes, assignment: str) -> int:
    """What the student's own random generators start from; tells nothing about hidden inputs."""
    return int.from_bytes(derive_seed(seed, "session", assignment)[:4], "big")
