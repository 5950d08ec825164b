"""How a report looks: readable in 80 columns, and nothing of a student's can break the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.rows import Item, Row
from gradeprop.grading.public.marks import colour_of, mark_of
from gradeprop.grading.public.plain import WIDTH
from gradeprop.grading.public.present import ReportView
from gradeprop.grading.public.report import PublicCheck, PublicReport
from gradeprop.grading.public.saying import state_of, sure_in_all
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


def untouched() -> Any:
    return failed(words.NOT_BEGUN, [ROW], asked=None, not_begun=True)


def test_an_untouched_answer_says_to_run_the_cell() -> None:
    shown = view(untouched())
    for text in (repr(shown), html_text(shown)):
        assert "run that cell first" in " ".join(text.split())
        assert "○" in text
        assert "✗" not in text
        assert "expected" not in text


def test_that_a_part_is_not_begun_is_said_once_and_not_of_each_check() -> None:
    checks = (
        PublicCheck("one", "First.", 1.0, untouched()),
        PublicCheck("two", "Second.", 1.0, untouched()),
        PublicCheck("three", "Third.", 1.0, Judgement("skipped", "“First” must pass first.")),
    )
    shown = ReportView([PublicReport("e", "p", "Squares", 3.0, 0, checks)])
    for text in (repr(shown), html_text(shown)):
        assert " ".join(text.split()).count("Nothing has been written here yet") == 1
        assert text.count("○ not begun") == 3
        assert "must pass first" not in text
        assert "Not begun yet. It is worth 3 points." in text


def test_of_a_part_that_is_half_written_it_is_not_said_that_nothing_is() -> None:
    checks = (
        PublicCheck("one", "First.", 1.0, Judgement("passed", "")),
        PublicCheck("two", "Second.", 1.0, untouched()),
    )
    shown = ReportView([PublicReport("e", "p", "Squares", 2.0, 0, checks)])
    for text in (repr(shown), html_text(shown)):
        assert "Nothing has been written" not in text
        assert "What is marked ○ is still to be written." in " ".join(text.split())
        assert "○ not begun" in text


def test_what_an_earlier_version_passed_is_neither_green_nor_sure() -> None:
    check = PublicCheck("one", "First.", 1.0, Judgement("passed", ""))
    report = PublicReport("e", "p", "Squares", 2.0, 1, (check,), note="Mind.", outdated=True)
    assert f"border-left:4px solid {colour_of('–')}" in ReportView([report])._repr_html_()
    assert state_of(report).startswith("1 of 1 check passed: no points sure yet.")


def test_what_a_part_is_worth_is_told_before_it_is_begun() -> None:
    check = PublicCheck("one", "First.", 1.0, untouched())
    told = state_of(PublicReport("e", "p", "Squares", 3.0, 1, (check,)))
    assert told == (
        "Not begun yet. It is worth 3 points: 1 is decided here, and 2 are decided after you hand "
        "in, on other inputs."
    )


def test_one_name_of_several_that_is_not_begun_leaves_the_others_their_words() -> None:
    checks = (
        PublicCheck("one", "First.", 1.0, untouched()),
        PublicCheck("two", "Second.", 1.0, failed(rows=[ROW], hint=HALF)),
    )
    text = repr(ReportView([PublicReport("e", "p", "Squares", 2.0, 0, checks)]))
    assert "0 of 2 checks passed: 0 of 2 points sure." in text
    assert "○ not begun: First." in text
    assert "✗ not yet: Second." in text


def state(points: float, hidden: int, *statuses: Any, **given: Any) -> str:
    checks = tuple(
        PublicCheck(str(n), "It is right.", 1.0, Judgement(status))
        for n, status in enumerate(statuses)
    )
    return state_of(PublicReport("e", "p", "Squares", points, hidden, checks, **given))


@pytest.mark.parametrize(
    ("points", "hidden", "statuses", "told"),
    [
        (2, 1, ["passed"], "1 of 1 check passed: 1 point sure. 1 more point is decided after you hand in, on other inputs."),
        (4.5, 3, ["passed", "failed"], "1 of 2 checks passed: 1 of 2 points sure. 2.5 more points are decided after you hand in, on other inputs."),
        (3, 1, ["failed", "skipped"], "0 of 2 checks passed: no points sure yet. 1 more point is decided after you hand in, on other inputs."),
        (2, 0, ["passed", "passed"], "2 of 2 checks passed: all 2 points are sure."),
        (1, 0, ["passed"], "1 of 1 check passed: the 1 point is sure."),
        (2, 0, ["passed", "failed"], "1 of 2 checks passed: 1 of 2 points sure."),
    ],
)  # fmt: skip
def test_only_what_nothing_can_take_away_is_called_sure(
    points: float, hidden: int, statuses: Any, told: str
) -> None:
    assert state(points, hidden, *statuses) == told


def test_rounding_leaves_no_points_open() -> None:
    checks = tuple(
        PublicCheck(str(points), "It is right.", points, Judgement("passed"))
        for points in (0.7, 0.2, 0.1)
    )
    told = state_of(PublicReport("e", "p", "Squares", 1.0, 0, checks))
    assert told == "3 of 3 checks passed: the 1 point is sure."


def test_other_inputs_are_not_spoken_of_where_there_are_none() -> None:
    text = state(2, 1, "passed", asks_with_inputs=False)
    assert text.endswith("1 more point is decided after you hand in.")


def test_points_of_a_check_that_was_taken_out_are_told_apart() -> None:
    assert "1 of them is everybody's" in state(3, 1, "failed", given=1.0)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((5, 11, 6), "5 of 11 points are sure; 6 more are decided after you hand in."),
        ((1, 3, 1), "1 of 3 points is sure; 1 more is decided after you hand in."),
        ((0.5, 2, 0), "0.5 of 2 points are sure."),
        ((2, 2, 0), "all 2 points are sure."),
    ],
)
def test_the_points_of_a_notebook_are_summed_up(numbers: Any, told: str) -> None:
    assert sure_in_all(*numbers) == told


def test_what_the_students_code_printed_is_folded_and_at_the_terminal_short() -> None:
    printed = "\n".join(f"step <{n}>" for n in range(30))
    shown = ReportView(
        [
            PublicReport(
                "e", "p", "S", 1.0, 0, (PublicCheck("a", "A.", 1.0, failed(), None, printed),)
            )
        ]
    )
    assert "<details" in shown._repr_html_()
    assert "step <29>" in html_text(shown)
    assert "        step <7>\n        … and 22 more lines" in repr(shown)


def without_styles(shown: Any) -> str:
    """The text as a page shows it that takes styles and attributes out."""
    page = re.sub(r"</(?:div|li|tr|ul|pre|summary)>", "\n", shown._repr_html_())
    return re.sub(r"<[^>]*>", " ", page)


def test_without_styles_signs_and_words_still_tell_everything() -> None:
    passed = " ".join(without_styles(view(Judgement("passed"))).split())
    assert f"✓ passed : {LONG} (1 point)" in passed
    wrong = " ".join(without_styles(view(failed(rows=[ROW], hint=HALF))).split())
    assert f"✗ not yet : {LONG} (1 point) f(2) expected got 4.0 3.0" in wrong


def test_headings_and_tables_are_what_they_look_like() -> None:
    row = Row("f(2)", (Item("weight", "1.0", "1.0", True), Item("bias", "2.0", "5.0", False)))
    page = view(failed(rows=[row]))._repr_html_()
    assert '<div role="heading" aria-level="4">' in page
    assert page.count('<th scope="col"') == 3
    assert page.count('<th scope="row"') == 2
    assert "✓ right" in page
    assert "✗ not yet" in page


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


@pytest.mark.parametrize("status", ["passed", "failed", "skipped", "error", "timeout"])
@pytest.mark.parametrize("not_begun", [True, False])
def test_white_words_on_a_chip_can_be_read(status: str, not_begun: bool) -> None:
    """Contrast as WCAG 2 defines it."""
    sign, _ = mark_of(status, not_begun)
    assert 1.05 / (luminance(colour_of(sign)) + 0.05) >= 4.5


def test_a_colour_is_never_all_that_tells() -> None:
    marks = [mark_of("passed"), mark_of("failed"), mark_of("failed", True), mark_of("skipped")]
    assert len({sign for sign, _ in marks}) == len({word for _, word in marks}) == 4
    assert mark_of("failed", handed_in=True) == ("✗", "not passed")
