"""Runs one figure's code in a process of its own and writes the figure as PNG to a file.

``python -m gradeprop.grading.run.figure_process CODE.py PICTURE.png``
"""

from __future__ import annotations

import random
import runpy
import sys

_DPI = 110


def draw(code: str, picture: str) -> None:
    """Run the file ``code`` and keep the figure that it leaves as ``picture``; the same bytes
    every time.

    Raises:
        ValueError: it leaves no figure, or several.
        Exception: whatever the code raises.
    """
    import matplotlib as mpl

    mpl.rcdefaults()  # whatever this machine's own settings are
    mpl.use("agg")
    import matplotlib.pyplot as plt
    import numpy as np

    random.seed(0)
    np.random.seed(0)
    runpy.run_path(code, run_name="__main__")
    numbers = plt.get_fignums()
    if len(numbers) != 1:
        raise ValueError(f"the code must leave one figure of matplotlib's, not {len(numbers)}")
    # Without the version of matplotlib, which is all that would differ.
    plt.figure(numbers[0]).savefig(
        picture, format="png", dpi=_DPI, bbox_inches="tight", metadata={"Software": None}
    )


if __name__ == "__main__":
    draw(sys.argv[1], sys.argv[2])
