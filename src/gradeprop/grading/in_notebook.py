"""The state behind ``gp.check``: the loaded public checks and the kernel's namespace."""

from __future__ import annotations

import sys
from typing import Any

from gradeprop.grading.present import ReportView
from gradeprop.grading.public import PublicChecks
from gradeprop.session.kernel import KernelSession

PUBLIC_CHECKS = PublicChecks()
"""What the notebook's set-up cell loaded into this process."""


def load(text: str) -> None:
    """See `gradeprop.load_public_checks`."""
    PUBLIC_CHECKS.load(text)


def check(exercise: str, part: str | None) -> float:
    """See `gradeprop.check`."""
    with KernelSession(_namespace()) as session:
        reports = PUBLIC_CHECKS.report(exercise, part, session)
    _show(ReportView(reports))
    return float(sum(report.earned for report in reports))


def _shell() -> Any:
    if "IPython" not in sys.modules:  # a plain Python process: do not load IPython for a print
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _namespace() -> dict[str, Any]:
    shell = _shell()
    namespace: dict[str, Any] = vars(sys.modules["__main__"]) if shell is None else shell.user_ns
    return namespace


def _show(view: ReportView) -> None:
    if _shell() is None:
        print(view)
        return
    from IPython.display import display

    display(view)  # type: ignore[no-untyped-call]
