from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from records.graded_class import small_course


@pytest.fixture
def course(tmp_path: Path) -> Any:
    return small_course(tmp_path)
