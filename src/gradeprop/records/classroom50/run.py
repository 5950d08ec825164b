"""Grade the one submission in a student's checkout, and write its result.json there.

    python -m gradeprop.records.classroom50.run COURSE ASSIGNMENT CHECKOUT

What is printed is in the log of the run, which the student can read: so of a fault of the grader's
it tells only what may be told to anybody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gradeprop.errors import GraderFault, MissingFacility
from gradeprop.records.bundles.one_hand_in import graded, notebook_in
from gradeprop.records.classroom50.result import release_body, result
from gradeprop.records.files.atomic import write_atomically

_IDENTITY: Final = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
}
_FAULT: Final = (
    "The grader failed. This is not your fault, and you have not been given any score for it. "
    "Please tell the course staff, who can run it again."
)


def main(course: Path, assignment: str, checkout: Path) -> int:
    """Grade, and write result.json and release-body.md; 1 for a fault, with neither."""
    try:
        for name in ("result.json", "release-body.md"):
            (checkout / name).unlink(missing_ok=True)  # whatever was handed in under these names
        who = identity(os.environ)
        handed = notebook_in(checkout, assignment, who["owner"])
        marks = graded(course, assignment, handed)
        now = datetime.now(UTC)
        data = result(marks, who, submitted=_time(committed(checkout) or now), graded=_time(now))
        if data is None:
            raise GraderFault("a check failed by itself")
        text = json.dumps(data, allow_nan=False, indent=1) + "\n"
        write_atomically(checkout / "result.json", text.encode())
        write_atomically(checkout / "release-body.md", release_body(data).encode())
    except Exception as error:  # whatever it is, it is the grader's fault and must not be a zero
        # Others may quote the course's files.
        reason = f": {error}" if isinstance(error, MissingFacility) else ""
        print(f"::error::{_FAULT} ({type(error).__name__}{reason})", file=sys.stderr)
        return 1
    return 0


def identity(environment: Mapping[str, str]) -> dict[str, str]:
    """Whose submission of what this is, as Classroom 50's runner tells it.

    Raises:
        MissingFacility: it does not tell.
    """
    absent = [name for name in _IDENTITY.values() if not environment.get(name)]
    owner = environment.get("OWNER") or environment.get("USERNAME") or ""
    if not owner:
        absent.append("OWNER")
    if absent:
        raise MissingFacility(
            f"Classroom 50's runner has not set {', '.join(absent)}",
            remedy="start this by its workflow, or, to try it, set them to any words: "
            + " ".join(f"{name}=try" for name in absent),
        )
    told = {field: environment[name] for field, name in _IDENTITY.items()}
    return {
        **told,
        "review": environment.get("REVIEW_URL") or told["commit"],
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": owner,
    }


def committed(checkout: Path) -> datetime | None:
    """When the commit that is graded was made, so that grading it again makes nobody late; None
    where git does not know."""
    ask = ["git", "-c", "safe.directory=*", "-C", str(checkout), "show", "-s", "--format=%cI"]
    try:
        done = subprocess.run(ask, capture_output=True, text=True, timeout=60, check=False)
        return datetime.fromisoformat(done.stdout.strip()).astimezone(UTC)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).resolve()))
