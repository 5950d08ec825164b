"""The pictures of a report: SVG by matplotlib, the same bytes for the same figures.

They go into the page as images, since matplotlib writes styles that the page's policy does not
allow. Each has a table beside it with the same numbers."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

from gradeprop.records.report.statistics import Quartiles

__all__ = ["Bar", "bars", "distribution"]

Bar = tuple[str, int]
"""Its label and its count."""

_BLUE, _INK, _QUIET = "#1a5fb4", "#1f1f1f", "#595959"


def bars(scores: Sequence[float], most: float) -> tuple[Bar, ...]:
    """How many have so many points: at most ten bars of equal width over whole points."""
    width = max(1, -(-int(most) // 10))
    lows = list(range(0, int(most) + 1, width))
    counts = [0] * len(lows)
    for score in scores:
        # a sum of thirds may be a hair below the whole that it is
        counts[max(0, min(int((score + 1e-9) // width), len(lows) - 1))] += 1
    labels = [_label(low, width, most) for low in lows]
    return tuple(zip(labels, counts, strict=True))


def _label(low: int, width: int, most: float) -> str:
    high = min(low + width, int(most) + 1) - 1
    return f"{low}" if high <= low else f"{low}–{high}"


def distribution(counts: Sequence[Bar], scores: Sequence[float], found: Quartiles | None) -> str:
    """A histogram as a data address; the quartiles are told below it."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with matplotlib.rc_context({"svg.hashsalt": "gradeprop", "svg.fonttype": "path"}):
        figure = Figure(figsize=(6.4, 2.6), layout="constrained")
        axes = figure.add_subplot()
        labels = [label for label, _ in counts]
        heights = [count for _, count in counts]
        drawn = axes.bar(labels, heights, color=_BLUE)
        axes.bar_label(drawn, [str(height) if height else "" for height in heights], color=_INK)
        axes.set_xlabel("points", color=_INK)
        axes.set_ylabel("students", color=_INK)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=_QUIET)
        if found is not None:
            axes.set_title(
                f"{len(scores)} students, median {found.median:g}", color=_INK, fontsize=10
            )
        data = io.BytesIO()
        figure.savefig(data, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(data.getvalue()).decode()}"
