"""Pictures: well-formed, bounded, the same every time, and told in words, too."""

from __future__ import annotations

import base64
import math
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from gradeprop.grading.plots.axes import Range, range_of, spelled, ticks
from gradeprop.grading.plots.field_picture import DIFFERENCE
from gradeprop.grading.plots.picture import picture
from gradeprop.grading.plots.svg import AXIS, EXPECTED, GOT, INK
from gradeprop.grading.result.plot import Plot, Series

SVG = "{http://www.w3.org/2000/svg}"


def curve(right: Any, got: Any, left_out: int = 0, what: str = "f(x)") -> Plot:
    series = Series("expected", tuple(right)), Series("got", tuple(got))
    return Plot("curve", what, ("x", what), series, left_out)


def field(right: Any, got: Any) -> Plot:
    series = Series("expected", tuple(right)), Series("got", tuple(got))
    return Plot("field", "room(temps)", ("column", "row"), series)


LINE = [(0.0, 0.0), (1.0, 2.0), (2.0, 4.0)]
GRID = [(x, y, float(x + 1), float(y)) for y in range(2) for x in range(3)]
PLOTS = {
    "curve": curve(LINE, [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]),
    "curve with gaps": curve(LINE, [(2.0, -9.0)], 2),
    "constant curve": curve([(0.0, 5.0), (1.0, 5.0)], [(0.0, 5.0), (1.0, 6.0)]),
    "all zero": curve([(0.0, 0.0), (1.0, 0.0)], [(0.0, 0.0), (1.0, 1e-9)]),
    "huge": curve(LINE, [(0.0, 1e100), (1.0, -1e100), (2.0, 4.0)]),
    "huge both": curve([(-1e100, -1e100), (1e100, 1e100)], [(-1e100, 1e100), (1e100, -1e100)]),
    "tiny": curve([(0.0, 1e-300), (1e-300, 2e-300)], [(0.0, 3e-300), (1e-300, 0.0)]),
    "field": field(GRID, [(x, y, -dx, dy) for x, y, dx, dy in GRID]),
    "field with gaps": field(GRID, GRID[2:5]),
    "field of nothing": field([(0, 0, 0.0, 0.0)], [(0, 0, 3.0, 4.0)]),
    "huge field": field(GRID, [(x, y, 1e100, -dy) for x, y, _, dy in GRID]),
    "tiny difference": field(GRID, [(x, y, dx * 1.002, dy) for x, y, dx, dy in GRID]),
    "words": curve(LINE, LINE[:1], what='f("<script>&\x00\x1b\u202e…")'),
}


@pytest.mark.parametrize("name", PLOTS)
def test_a_picture_is_well_formed_and_stays_on_its_sheet(name: str) -> None:
    drawn = picture(PLOTS[name])
    root = ElementTree.fromstring(drawn.svg)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert max(width, height) < 800
    for element in root.iter():
        for key, value in element.attrib.items():
            assert key != "style"
            assert not key.startswith("on")
            assert not re.search("nan|inf|e[+-]?[0-9]", value) or key in ("fill", "stroke"), value
            if key in ("x", "cx"):
                assert -5 <= float(value) <= width + 5
            if key in ("y", "cy"):
                assert -5 <= float(value) <= height + 5
            if key == "points":
                for x, y in (pair.split(",") for pair in value.split()):
                    assert -60 <= float(x) <= width + 60
                    assert -60 <= float(y) <= height + 60


@pytest.mark.parametrize("name", PLOTS)
def test_a_picture_has_a_title_and_a_description(name: str) -> None:
    drawn = picture(PLOTS[name])
    root = ElementTree.fromstring(drawn.svg)
    assert root.attrib["role"] == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert drawn.words == f"{root[0].text}. {root[1].text}"


@pytest.mark.parametrize("name", PLOTS)
def test_the_same_plot_is_the_same_picture(name: str) -> None:
    assert picture(PLOTS[name]) == picture(PLOTS[name])
    encoded = picture(PLOTS[name]).address.removeprefix("data:image/svg+xml;base64,")
    assert base64.b64decode(encoded).decode() == picture(PLOTS[name]).svg


def test_what_is_written_in_a_picture_is_text() -> None:
    root = ElementTree.fromstring(picture(PLOTS["words"]).svg)
    assert 'f("<script>&��…")'.replace("��", "���") in {
        element.text for element in root.iter(f"{SVG}text")
    }
    assert not list(root.iter(f"{SVG}script"))


def test_the_words_say_what_differs() -> None:
    assert picture(PLOTS["curve"]).words == (
        "Plot of f(x): expected and got. 3 points from x = 0.0 to 2.0. They differ most at "
        "x = 0.0: expected 0.0, got 1.0. What you got is above what was expected everywhere."
    )
    assert "got -9.0. 2 values that you got are not finite numbers; they have no points" in (
        picture(PLOTS["curve with gaps"]).words
    )
    assert picture(PLOTS["field"]).words == (
        "Plot of room(temps): expected and got. Arrows on 2 rows and 3 columns: expected, got, and "
        "got minus expected. 6 of 6 arrows differ. The largest difference is in row 0, column 2: "
        "the slopes to the next row and to the next column are (0.0, 3.0) expected, (0.0, -3.0) "
        "got."
    )
    assert "4 of 6" not in picture(PLOTS["field with gaps"]).words
    assert "3 of 6 arrows differ" in picture(PLOTS["field with gaps"]).words


def test_numbers_that_nearly_agree_are_told_apart() -> None:
    near = curve([(0.0, 1.2345678), (1.0, 2.0)], [(0.0, 1.2345778), (1.0, 2.0)])
    assert "expected 1.23457, got 1.23458." in picture(near).words
    same = curve([(0.0, 1.5), (1.0, 2.0)], [(0.0, 1.5), (1.0, 2.0)])
    assert picture(same).words.endswith("to 1.0. They differ by less than can be seen.")


def test_nothing_is_told_by_colour_alone() -> None:
    svg = picture(PLOTS["curve"]).svg
    assert EXPECTED.mark != GOT.mark
    assert EXPECTED.dashes != GOT.dashes
    assert svg.count(f'stroke-dasharray="{GOT.dashes}"') == 2  # the curve, and its key
    assert ">expected</text>" in svg
    assert ">got</text>" in svg


def test_small_differences_of_arrows_are_drawn_larger_and_it_says_so() -> None:
    assert "got − expected, × 500" in picture(PLOTS["tiny difference"]).svg
    assert ">got − expected</text>" in picture(PLOTS["field of nothing"]).svg


def test_a_value_far_away_leaves_something_to_see() -> None:
    drawn = picture(PLOTS["huge"])
    assert "beyond the picture" in drawn.svg
    assert drawn.svg.count("<polygon") == 2  # one upwards, one downwards
    assert "1e+100" in drawn.words


def contrast(first: str, second: str) -> float:
    def light(colour: str) -> float:
        shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    low, high = sorted((light(first), light(second)))
    return high / low


@pytest.mark.parametrize("colour", [INK, AXIS, EXPECTED.colour, GOT.colour, DIFFERENCE.colour])
def test_colours_stand_out_from_the_white_panel(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= 4.5
    assert '<rect width="440" height="300" rx="4" fill="#ffffff"/>' in picture(PLOTS["curve"]).svg


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 10.0, [0, 2, 4, 6, 8, 10]),
        (-1.5, 3.0, [-1, 0, 1, 2, 3]),
        (0.1, 0.12, [0.1, 0.105, 0.11, 0.115, 0.12]),
        (-3e-7, 3e-7, [-2e-7, 0, 2e-7]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(Range(low, high)) == pytest.approx(expected)


def test_numbers_on_axes_are_short() -> None:
    assert [spelled(value) for value in (-0.0, -2.5, 1e9, 0.30000000000000004)] == [
        "0", "−2.5", "1e09", "0.3",
    ]  # fmt: skip


def test_a_range_holds_all_that_is_right_and_not_all_that_is_wrong() -> None:
    assert range_of([0, 1], [0.5]) == Range(-0.06, 1.06)
    far = range_of([0, 1], [1e30])
    assert far.holds(4)
    assert not far.holds(10)
    alone = range_of([7.0])
    assert alone.low < 7 < alone.high
    assert math.isclose(alone.share(7), 0.5)
