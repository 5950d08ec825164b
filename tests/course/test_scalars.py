from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.course.scalars import resolve, resolve_tagged


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3), (".5", 0.5), ("1.", 1.0), ("-1.5E+2", -150.0), ("+3", 3), ("010", 10),
        ("0o17", 15), ("0x1F", 31), (".inf", math.inf), ("-.INF", -math.inf), ("true", True), ("FALSE", False),
        ("", None), ("~", None), ("null", None),
    ],
)  # fmt: skip
def test_core_schema_values(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "on", "off", "y", "N", "tRue", "1:30", "1_000", "2026-09-30", "0b1", "017o", ".", "-", "1e", "+.",
     "1.2.3", "e5", "None", "０", "-0x1", "<<", "nan", "inf", "1 ", "=", "१"],
)  # fmt: skip
def test_what_yaml_1_1_takes_for_something_else_is_text(text: str) -> None:
    assert resolve(text) == text


def test_nan_is_a_number() -> None:
    assert math.isnan(resolve(".nan"))  # type: ignore[arg-type]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_survives_its_repr(number: float) -> None:
    assert resolve(repr(number)) == number
    assert type(resolve(repr(number))) is float


@given(st.integers(min_value=-(10**90), max_value=10**90))
def test_every_integer_survives_its_repr(number: int) -> None:
    assert resolve(repr(number)) == number


@pytest.mark.parametrize("text", ["9" * 5000, "0x" + "f" * 200, "1e" + "9" * 200])
def test_endless_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="too long"):
        resolve(text)


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("3", "float", 3.0),
        ("3", "str", "3"),
        ("3", "int", 3),
        ("true", "bool", True),
        ("", "null", None),
    ],
)
def test_core_tags_say_the_type(text: str, tag: str, value: object) -> None:
    found = resolve_tagged(text, f"tag:yaml.org,2002:{tag}")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("x", "int"),
        ("1.5", "int"),
        ("no", "bool"),
        ("x", "python/name:os.system"),
        ("2026-01-01", "timestamp"),
    ],
)
def test_other_tags_and_wrong_texts_are_refused(text: str, tag: str) -> None:
    with pytest.raises(ValueError, match=r"tag"):
        resolve_tagged(text, f"tag:yaml.org,2002:{tag}")
