"""The course's notebooks as its students get them."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def check_site(cell):
    """(exercise, part) of a check cell, else None."""
    if not (cell.grade_id or "").endswith("-check"):
        return None
    return tuple(ast.literal_eval(item) for item in ast.parse(cell.source).body[0].value.args)
