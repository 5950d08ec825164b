"""The types of numpy's single numbers, which count as Python's."""

from __future__ import annotations

__all__ = ["numpy_numbers"]


def numpy_numbers() -> frozenset[type]:
    """Real and boolean ones; none where numpy is not installed, which torch can do without."""
    try:
        import numpy
    except ImportError:
        return frozenset()
    widths = (numpy.float16, numpy.float32, numpy.float64, numpy.bool_)
    return frozenset((*widths, *(numpy.dtype(code).type for code in "bhilqBHILQ")))
