from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from records.graded_class import small_course
from records.push.fake_canvas import FakeCanvas, serving


@pytest.fixture
def course(tmp_path: Path) -> Any:
    return small_course(tmp_path)


@pytest.fixture
def canvas() -> Iterator[FakeCanvas]:
    with serving(FakeCanvas()) as fake:
        yield fake
