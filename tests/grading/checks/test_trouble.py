"""What goes before any comparison."""

from __future__ import annotations

from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Script
from gradeprop.session.interface import Call, Raised

CUDAS = (
    "CUDA error: device-side assert triggered\n"
    "CUDA kernel errors might be asynchronously reported at some other API call.\n"
    "For debugging consider passing CUDA_LAUNCH_BLOCKING=1\n"
)


def told(message: str) -> tuple[str, str]:
    """What the student and what the instructor is told of an exception."""
    script = Script((Call("d_square", (2.0,)),), ())
    raised = Raised("torch.AcceleratorError", message, line=6)
    judgement = judge(script, [raised], public=True, declared={})
    assert judgement.message is not None
    assert judgement.detail is not None
    return judgement.message, judgement.detail


def test_of_cudas_errors_a_student_is_told_what_happened_and_no_more() -> None:
    message, detail = told(CUDAS)
    assert message == (
        "`d_square(2.0)` raised torch.AcceleratorError in line 6 of your cell: CUDA error: "
        "device-side assert triggered"
    )
    assert "CUDA_LAUNCH_BLOCKING" in detail


def test_other_errors_keep_all_their_lines() -> None:
    message, _ = told("first\nsecond")
    assert message.endswith("of your cell: first\nsecond")
