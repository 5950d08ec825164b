"""`gp.progress`: what it shows in every state of a notebook, from the last checks alone."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

import gradeprop
from gradeprop.grading.public import in_notebook
from gradeprop.grading.public.checking import PublicChecks
from gradeprop.grading.public.in_notebook import CheckFailed, Interrupted, NotChecked, report
from gradeprop.grading.public.plain import WIDTH
from gradeprop.grading.public.progress import NothingToShow, progress_view
from grading.public_example import at_w, check, part, slopes

OWN = [{"title": "Squares – why", "points": 2.0}]


def notebook(**changes: Any) -> dict[str, Any]:
    """Two exercises: one of two parts and an explanation, and one with hidden checks only left."""
    hand = part("by_hand", [check("slopes", slopes, 1.0)])
    auto = part(
        "autograd", [check("at_w", at_w, 0.5), check("more", slopes, 0.5, ["at_w"])], 1.0, 0
    )
    cubes = part("cube", [check("cubed", slopes, 2.0)], 2.0, 0) | {"title": "Cubes"}
    squares = {"title": "Squares", "parts": [hand, auto], "written": OWN} | changes
    return {"squares": squares, "cubes": {"title": "Cubes", "parts": [cubes], "written": []}}


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[PublicChecks]:
    """A kernel in which the set-up cell was run and nothing has been checked."""
    checks = PublicChecks()
    monkeypatch.setattr(in_notebook, "PUBLIC_CHECKS", checks)
    in_notebook.LAST_CHECKS.forget()
    checks.load(json.dumps(notebook()))
    yield checks
    in_notebook.LAST_CHECKS.forget()


def reload(monkeypatch: pytest.MonkeyPatch, data: Any) -> None:
    checks = PublicChecks()
    checks.load(json.dumps(data))
    monkeypatch.setattr(in_notebook, "PUBLIC_CHECKS", checks)


def right(w: Any) -> Any:
    return 2 * w


def half(w: Any) -> Any:
    return w


def starter(w: Any) -> Any: ...


def slope_at_3() -> Any:
    import torch

    w = torch.tensor([3.0], requires_grad=True)
    (w**2).sum().backward()
    return w


def checked(exercise: str, part_name: str | None, **names: Any) -> None:
    report(exercise, part_name, names)


def text() -> str:
    return " ".join(repr(progress_view()).split())


def row(title: str) -> str:
    """Sign, word and counts of one exercise."""
    lines = repr(progress_view()).splitlines()
    at = next(number for number, line in enumerate(lines) if line.endswith(f": {title}"))
    return f"{lines[at].strip()} | {lines[at + 1].strip()}"


def test_before_any_check_all_is_unchecked_and_the_remedy_is_told() -> None:
    assert row("Squares").startswith("○ not checked: Squares | no points sure yet")
    assert row("Cubes").startswith("○ not checked: Cubes")
    assert "What to do next: No check has been run since the notebook was started." in text()
    assert text().endswith("Save, then hand in as your course says.")


def test_it_says_that_it_is_about_the_last_checks() -> None:
    assert text().startswith("Where you stand, as of your last checks")


def test_passed_not_yet_and_not_begun_have_a_sign_and_a_word() -> None:
    checked("cubes", None, d_square=right)
    assert row("Cubes") == "✓ passed: Cubes | 2 points sure"
    checked("cubes", None, d_square=half)
    assert row("Cubes").startswith("✗ not yet: Cubes | no points sure yet")
    checked("cubes", None, d_square=starter)
    assert row("Cubes").startswith("○ not begun: Cubes")


def test_an_exercise_of_several_parts_says_how_many_have_passed() -> None:
    checked("squares", "by_hand", d_square=right)
    assert row("Squares").startswith("○ begun: Squares | 1 of 2 parts passed; 1 point sure")
    checked("squares", "autograd", d_square=right, w=1.0)
    assert row("Squares").startswith("✗ not yet: Squares | 1 of 2 parts passed; 1 point sure")
    checked("squares", "autograd", d_square=right, w=slope_at_3())
    assert row("Squares").startswith("✓ passed: Squares | 2 points sure; 2 decided after")


def test_points_are_sure_to_be_won_decided_later_or_for_a_person_and_add_up() -> None:
    checked("squares", "by_hand", d_square=right)
    assert row("Squares").endswith("1 point sure; 1 still to be won here; 2 decided")
    assert "2 decided after you hand in; 2 points for your own words, read by a person" in text()
    squares, cubes = progress_view().exercises
    assert (squares.sure, squares.here, squares.open, squares.in_words) == (1.0, 1.0, 2.0, 2.0)
    assert (cubes.sure, cubes.here, cubes.open, cubes.in_words) == (0.0, 2.0, 0.0, 0.0)
    assert "1 of 8 points is sure; 2 more are decided after you hand in." in text()
    assert "3 points are still to be won here." in text()
    assert "2 points are for your own words, which a person reads; whether they are" in text()


def test_the_first_part_that_has_not_passed_comes_next() -> None:
    checked("cubes", None, d_square=right)
    assert "next: Check “Squares – by_hand”: run the check below your answer." in text()
    checked("squares", "by_hand", d_square=half)
    assert "next: Go on with “Squares – by_hand” (0 of 1 check passed): change your" in text()
    checked("squares", "by_hand", d_square=right)
    checked("squares", "autograd", d_square=starter, w=...)
    assert "next: Begin “Squares – autograd”: write your answer, run its cell" in text()


def test_when_all_has_passed_only_ones_own_words_are_left_to_be_read_again() -> None:
    names = {"d_square": right, "w": slope_at_3()}
    checked("squares", None, **names)
    checked("cubes", None, **names)
    assert (
        "What to do next: Every check has passed. See that you have written what is asked for in "
        "your own words: “Squares – why” (2 points). Save, then hand in" in text()
    )


def test_a_check_that_could_not_be_run_says_so_and_what_to_do() -> None:
    checked("cubes", None, d_square=right)

    class Broken(dict[str, Any]):
        def __contains__(self, name: object) -> bool:
            raise RuntimeError("patched")

        def __getitem__(self, name: str) -> Any:
            raise RuntimeError("patched")

    with pytest.raises(CheckFailed):
        report("cubes", None, Broken())
    assert row("Cubes").startswith("– could not be checked: Cubes | no points sure yet")
    checked("squares", None, d_square=right, w=slope_at_3())
    assert "next: Check “Cubes” again: its check could not be run." in text()
    checked("cubes", None, d_square=right)
    assert row("Cubes") == "✓ passed: Cubes | 2 points sure"


def test_a_check_that_was_stopped_says_so() -> None:
    def stopped(w: Any) -> Any:  # noqa: ARG001
        raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        report("squares", "by_hand", {"d_square": stopped})
    assert row("Squares").startswith("– could not be checked: Squares")
    assert "its check was stopped before it was done. Is there a loop that never ends?" in text()


def test_a_whole_exercise_that_was_stopped_loses_what_was_known_of_its_parts() -> None:
    def stopped(w: Any) -> Any:  # noqa: ARG001
        raise KeyboardInterrupt

    checked("squares", "by_hand", d_square=right)
    with pytest.raises(Interrupted):
        report("squares", None, {"d_square": stopped})
    assert [it.state for it in progress_view().exercises[0].parts] == ["stopped", "stopped"]
    checked("squares", "autograd", d_square=right, w=slope_at_3())
    assert [it.state for it in progress_view().exercises[0].parts] == ["stopped", "passed"]


def test_asking_for_what_is_not_there_changes_nothing() -> None:
    checked("cubes", None, d_square=right)
    for wrong in (("cube", None), ("cubes", "by_hand")):
        with pytest.raises(NotChecked):
            report(*wrong, {})
    assert row("Cubes") == "✓ passed: Cubes | 2 points sure"


def test_nothing_of_the_students_is_run_or_kept_alive() -> None:
    calls = []

    def counted(w: Any) -> Any:
        calls.append(w)
        return 2 * w

    checked("cubes", None, d_square=counted)
    before, kept = len(calls), weakref.ref(calls[0])
    for _ in range(3):
        repr(progress_view())
        progress_view()._repr_html_()
    assert len(calls) == before > 0
    calls.clear()
    gc.collect()
    assert kept() is None


def test_a_notebook_of_an_earlier_release_shows_what_it_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = notebook()
    for exercise in data.values():
        del exercise["written"]
    del data["cubes"]["title"]
    reload(monkeypatch, data)
    checked("squares", "by_hand", d_square=right)
    assert row("cubes").startswith("○ not checked: cubes")
    assert "Answers in your own words, if there are any, are not counted here." in text()
    assert "own words, which a person" not in text()


def test_an_exercise_without_checks_waits_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"explain": {"title": "Explain", "parts": [], "written": OWN}}
    reload(monkeypatch, data)
    assert row("Explain") == (
        "– read by a person: Explain | 2 points for your own words, read by a person"
    )
    assert "next: See that you have written what is asked for in your own words" in text()


def test_checks_that_were_taken_out_are_nobodys_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = part("gone", [], 3.0, 0) | {"given": 3.0}
    half_gone = part("left", [check("slopes", slopes, 1.0)], 2.0, 0) | {"given": 1.0}
    data = {"squares": {"title": "Squares", "parts": [gone, half_gone], "written": []}}
    reload(monkeypatch, data)
    assert "1 of 2 parts passed; 4 points sure; 1 still to be won here" in row("Squares")
    assert "No check has been run since" in text()
    checked("squares", "left", d_square=right)
    assert "All 5 points are sure." in text()


def test_without_the_set_up_cell_it_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_notebook, "PUBLIC_CHECKS", PublicChecks())
    with pytest.raises(NothingToShow) as caught:
        gradeprop.progress()
    shown = " ".join(caught.value._render_traceback_())
    assert shown.startswith("gp.progress: the notebook's set-up cell has not been run yet; run it")


def test_a_damaged_set_up_cell_is_told_and_in_no_mended_ones_way(loaded: PublicChecks) -> None:
    checked("cubes", "cube", d_square=right)
    loaded.load("{")
    with pytest.raises(NothingToShow, match="loaded is damaged; copy that cell from a fresh copy"):
        gradeprop.progress()
    loaded.load(json.dumps(notebook()))
    assert "Cubes" in text()


def test_it_prints_where_there_is_no_notebook_and_gives_nothing_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gradeprop.grading.public.showing.shell", lambda: None)
    assert gradeprop.progress() is None  # type: ignore[func-returns-value]
    assert capsys.readouterr().out.startswith("Where you stand")


class Page(HTMLParser):
    """What a screen reader would go by; every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[list[str]] = []
        self.scopes: list[str | None] = []
        self.said = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag == "tr":
            self.cells.append([])
        if tag == "th":
            self.scopes.append(dict(attrs)["scope"])
        if tag in ("th", "td"):
            self.cells[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data
        if "td" in self.open or "th" in self.open:
            self.cells[-1][-1] += data


def test_the_table_has_a_caption_scopes_and_words_beside_signs() -> None:
    checked("squares", "by_hand", d_square=half)
    html = progress_view()._repr_html_()
    page = Page(html)
    assert ">Where you stand, as of your last checks</caption>" in html
    assert page.scopes == ["col"] * 6 + ["row"] * 3
    assert [row[0] for row in page.cells] == ["Exercise", "Squares", "Cubes", "All in all"]
    assert page.cells[1][1].startswith("✗ not yet")
    assert page.cells[2][1].startswith("○ not checked")
    assert page.cells[3][2:] == ["0", "4", "2", "2"]


def test_the_page_says_all_that_the_text_says() -> None:
    checked("squares", "by_hand", d_square=half)
    said = Page(progress_view()._repr_html_()).said
    for words in (
        "0 of 8 points are sure; 2 more",
        "What to do next: Go on with “Squares",
        "Save,",
    ):
        assert words in said


def test_columns_without_points_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    data = notebook()
    del data["squares"]
    reload(monkeypatch, data)
    checked("cubes", None, d_square=right)
    html = progress_view()._repr_html_()
    assert Page(html).cells[0] == ["Exercise", "State", "Points sure"]


def test_titles_are_escaped_and_lines_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = notebook(title="<script>alert(1)</script> & " + "a long title " * 12)
    reload(monkeypatch, data)
    html = progress_view()._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; a long title" in html
    assert max(map(len, repr(progress_view()).splitlines())) <= WIDTH
