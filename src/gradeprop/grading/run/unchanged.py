"""What a result depends on, as one word: if it is unchanged, so is the result."""

from __future__ import annotations

import hashlib

from gradeprop.grading.run.conditions import versions
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan


def fingerprint(plan: Plan, submission: Submission) -> str:
    """SHA-256 (hex) over the submission, the course (with its limits), devices, key and
    versions."""
    digest = hashlib.sha256()
    who = submission.student if submission.group is None else f"group\0{submission.group}"
    pieces = [
        who.encode("utf-8", "surrogateescape"),
        submission.notebook,
        (submission.problem or "").encode(),
        plan.assignment.encode(),
        " ".join(plan.devices).encode(),
        hashlib.sha256(plan.course_key).digest(),
        *(f"{name}={value}".encode() for name, value in sorted(versions(plan.course).items())),
    ]
    for piece in pieces:
        digest.update(len(piece).to_bytes(8, "big"))
        digest.update(piece)
    return digest.hexdigest()
