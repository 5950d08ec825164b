"""Runs one figure's code in a process of its own and writes the figure as PNG to a file.

``python -m gradeprop.grading.run.figure_process CODE.py PICTURE.png``
"""

from __future__ import annotations

import io
import random
import runpy
import sys

_DPI = 110
_COLOURS = 64  # with the shades at the edges of lines; a third of the bytes of all colours


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
    from PIL import Image

    random.seed(0)
    np.random.seed(0)
    runpy.run_path(code, run_name="__main__")
    numbers = plt.get_fignums()
    if len(numbers) != 1:
        raise ValueError(f"the code must leave one figure of matplotlib's, not {len(numbers)}")
    drawing = io.BytesIO()
    plt.figure(numbers[0]).savefig(drawing, format="png", dpi=_DPI, bbox_inches="tight")
    # Without the version of matplotlib, which is all that would differ.
    few = Image.open(drawing).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(picture, format="PNG", optimize=True)


if __name__ == "__main__":
    draw(sys.argv[1], sys.argv[2])
