"""How a report looks: readable in 80 columns, and nothing of a student's can break the page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.rows import Item, Row
from gradeprop.grading.public.present import WIDTH, ReportView, colour_of
from gradeprop.grading.public.report import PublicCheck, PublicReport
from gradeprop.grading.result import words
from grading.public_example import HALF

LONG = "A description with many words that has to be wrapped because it does not fit into one line"


def view(judgement: Any, *, hidden: int = 1, trace: Any = None, describe: Any = LONG) -> Any:
    check = PublicCheck("slopes", describe, 1.0, judgement, trace)
    return ReportView([PublicReport("squares", "p", "Squares – by hand", 2.0, hidden, (check,))])


def failed(
    report: str = "Your answer is 3.0, expected 4.0.",
    rows: Any = (),
    hint: Any = None,
    asked: str = "f(2)",
    not_begun: bool = False,
) -> Any:
    return Judgement(
        "failed", report, rows=tuple(rows), asked=asked, hint=hint, not_begun=not_begun
    )


ROW = Row("f(2)", (Item("", "4.0", "3.0", False),))


class Balanced(HTMLParser):
    """Collects the text, and complains about tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag: Any, _: Any) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: Any) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: Any) -> None:
        self.text += data


def html_text(shown: Any) -> Any:
    page = Balanced()
    page.feed(shown._repr_html_())
    assert page.open == []
    return page.text


def test_plain_text_fits_and_keeps_a_number_with_its_unit() -> None:
    text = repr(
        view(failed(f"`f(2)`: {LONG}. " * 4, [ROW]), trace="In [3], line 2\n    " + "x" * 200)
    )
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "(1 point)" in text


def test_beside_the_numbers_only_the_cause_is_said() -> None:
    shown = view(failed(rows=[ROW], hint=HALF))
    for text in (repr(shown), html_text(shown)):
        assert "expected" in text
        assert "3.0" in text
        assert " ".join(text.split()).count("half of the right one") == 1
        assert "Your answer is" not in text


def test_without_a_cause_the_message_is_said_without_repeating_the_question() -> None:
    text = repr(view(failed("Your answer is None. Is a return missing?", [ROW])))
    assert "\n      Your answer is None. Is a return missing?" in text
    assert text.count("f(2)") == 1


def test_the_right_answer_of_a_choice_is_not_shown() -> None:
    shown = view(
        failed("Your answer is not right.", [Row("d", (Item("", None, '"up"', False),))], asked="d")
    )
    assert "expected" not in repr(shown)
    assert "expected" not in html_text(shown)
    assert '"up"' in html_text(shown)


def test_items_have_their_names_and_right_ones_are_told_from_wrong_ones() -> None:
    row = Row("f(2)", (Item("weight", "1.0", "1.0", True), Item("bias", "2.0", "5.0", False)))
    shown = view(failed(rows=[row]))
    assert "bias:" in repr(shown)
    assert "weight" not in repr(shown)
    assert "✓" in html_text(shown)
    assert "✗" in html_text(shown)


def test_a_matrix_keeps_its_columns() -> None:
    matrix = "[[ 1.0,  2.0],\n [-3.0, 40.0]]"
    text = repr(view(failed(rows=[Row("f(2)", (Item("", matrix, "None", False),))])))
    lines = text.splitlines()
    first = next(line for line in lines if "[[ 1.0" in line)
    second = lines[lines.index(first) + 1]
    assert second.index("[-3.0") == first.index("[ 1.0")


def test_many_wrong_questions_are_counted_not_listed() -> None:
    rows = [Row(f"f({number})", (Item("", "1.0", "2.0", False),)) for number in range(9)]
    text = repr(view(failed(rows=rows)))
    assert "f(2)" in text
    assert "f(3)" not in text
    assert "and 6 more like this" in text


def test_an_untouched_answer_says_to_run_the_cell() -> None:
    text = repr(view(failed(words.NOT_BEGUN, [ROW], asked=None, not_begun=True)))
    assert "run that cell first" in text
    assert "expected" not in text


def test_hidden_checks_are_announced_and_points_so_far_are_told() -> None:
    passed = Judgement("passed")
    assert "So far 2 of 2 points. 1 more check runs" in repr(view(passed))
    assert "3 more checks run after you hand in" in repr(view(passed, hidden=3)).replace(
        "\n  ", " "
    )
    assert repr(view(passed, hidden=0)).endswith("So far 2 of 2 points.")


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", "`<b>", "</td></table>", '" onload="x', "&lt;"]
)
def test_whatever_a_student_wrote_is_escaped(evil: str) -> None:
    row = Row(f"f({evil})", (Item(evil, evil, evil, False),))
    shown = view(failed(f"{evil}", [row]), trace=evil, describe=evil)
    page = shown._repr_html_()
    assert evil.replace("`", "") not in page or evil == "&lt;"
    assert evil.replace("`", "") in html_text(shown)


def test_a_very_long_message_is_cut() -> None:
    assert len(repr(view(failed("word " * 4000)))) < 2000


def luminance(colour: Any) -> Any:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
@pytest.mark.parametrize("status", ["passed", "failed", "skipped"])
def test_marks_stand_out_on_light_and_dark_pages(status: str, page: str) -> None:
    """Contrast as WCAG 2 defines it; graphical marks need 3."""
    bright, dark = sorted((luminance(colour_of(status)), luminance(page)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4
