"""docs/symptoms.md: every program on it does what the page shows, every cause is the engine's, and
every exercise and mistake that it names exists."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

from content.named import CODE, known, wrong_names
from course.shipped import ROOT
from gradeprop.course.known_ids import CAUSES
from gradeprop.grading.checks.known_errors import cause_of_error

PAGE = (ROOT / "docs" / "symptoms.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^## ", re.MULTILINE)
LEFT_OUT = "…"


class Entry(NamedTuple):
    """A symptom: the program, what it shows, the words about it, where to practise it."""

    heading: str
    program: str
    shows: str
    words: str
    practise: str
    recognised: str


class Raised(NamedTuple):
    """An error or a warning."""

    type: str
    message: str

    def __str__(self) -> str:
        return f"{self.type}: {self.message}"


def section(title: str) -> str:
    return next(text for text in SECTION.split(PAGE) if text.startswith(title))


def entries(title: str) -> list[Entry]:
    shape = r"(.*)\n\n```python\n(.*?)```\n\n```text\n(.*?)```\n\n(.*?)\nPractise: (.*)"
    found = []
    for text in re.split(r"^### ", section(title), flags=re.MULTILINE)[1:]:
        match = re.fullmatch(shape, text, re.DOTALL)
        assert match, text
        heading, program, shows, words, end = match.groups()
        practise, _, recognised = " ".join(end.split()).partition(" Recognised as ")
        found.append(Entry(heading, program, shows, words, practise, recognised))
    return found


ERRORS, ODD = entries("What the errors mean"), entries("What the odd numbers mean")
ALL = [*ERRORS, *ODD]


def run(program: str) -> tuple[str, list[Raised]]:
    """What it prints, and what it warns of and raises."""
    raised, printed = [], io.StringIO()
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        try:
            exec(compile(program, "<page>", "exec"), {"torch": torch, "nn": torch.nn})
        except Exception as error:
            raised.append(Raised(type(error).__name__, str(error)))
    told = [Raised(item.category.__name__, str(item.message)) for item in warned]
    return printed.getvalue(), told + raised


def is_told(shown: str, seen: str) -> bool:
    pieces = [re.escape(" ".join(piece.split())) for piece in shown.split(LEFT_OUT)]
    return re.fullmatch(".*?".join(pieces), " ".join(seen.split()), re.IGNORECASE) is not None


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.heading)
def test_the_program_shows_what_the_page_shows(entry: Entry) -> None:
    if "cuda" in entry.program and torch.backends.cuda.is_built():
        pytest.skip("this PyTorch is made for GPUs, and says something else or nothing")
    torch.manual_seed(0)
    printed, raised = run(entry.program)
    if torch.__version__.startswith(worded_by()):
        seen = "\n".join([*map(str, raised), printed])
        assert is_told(entry.shows, seen.strip()), f"the page: {entry.shows}\nseen: {seen}"
    else:  # other words; the same kind of trouble
        kinds = re.findall(r"^(\w+(?:Error|Warning)): ", entry.shows, re.MULTILINE)
        assert kinds == [item.type for item in raised]


def worded_by() -> str:
    version = re.search(r"the words are those of PyTorch ([\d.]+\d)", PAGE)
    assert version
    return version[1]


@pytest.mark.parametrize("entry", ERRORS, ids=lambda entry: entry.heading)
def test_the_engine_names_the_cause_that_the_page_names(entry: Entry) -> None:
    _, raised = run(entry.program)
    if "cuda" not in entry.program or raised:
        causes = [cause_of_error(*item) for item in raised]
        assert causes, "nothing was raised"
        assert CODE.findall(entry.recognised) == [causes[-1]] * (causes[-1] is not None)


@pytest.mark.parametrize("entry", ERRORS, ids=lambda entry: entry.heading)
def test_an_error_stands_under_its_own_words(entry: Entry) -> None:
    assert set(re.findall(r"\w+", entry.heading)) <= set(re.findall(r"\w+", entry.shows))


def test_other_words_of_the_same_error() -> None:
    """What the entry of `.item()` says of float(), of math and of torch.tensor."""
    programs = ("float(w)", "__import__('math').sin(w)", "torch.tensor([w, w])")
    for program in programs:
        _, (raised,) = run(f"w = torch.ones(2)\n{program}")
        assert raised.message == "only one element tensors can be converted to Python scalars"


def test_causes_of_odd_numbers_are_the_engines() -> None:
    for entry in ODD:
        assert set(CODE.findall(entry.recognised)) <= set(CAUSES), entry.heading


def test_all_that_it_names_exists() -> None:
    course = known()
    wrong = {entry.heading: wrong_names(entry.practise, course) for entry in ALL}
    assert {heading: spans for heading, spans in wrong.items() if spans} == {}


def test_exercises_stand_where_it_says() -> None:
    course, listed = known(), dict(homes())
    for entry in ALL:
        assert list(practised(entry)), entry.heading
        for assignment, slug in practised(entry):
            assert listed.get(slug) == assignment, (entry.heading, slug)
    assert set(listed) == {slug for entry in ALL for _, slug in practised(entry)}
    for slug in listed:
        assert Path(course[slug].path).parts[-2] == listed[slug]


def homes() -> Iterator[tuple[str, str]]:
    """Exercise and assignment, from the list at the end of the page."""
    for line in re.findall(r"^In `exercises/\w+/`: .*", PAGE, re.MULTILINE):
        folder, *slugs = CODE.findall(line)
        for slug in slugs:
            yield slug, folder.split("/")[1]


def practised(entry: Entry) -> Iterator[tuple[str, str]]:
    """Assignment and exercise, of each exercise that an entry names."""
    for assignment, names in re.findall(r"\]\(#(\w+)\)([^\[]*)", entry.practise):
        for span in CODE.findall(names):
            yield assignment, span.split("/")[0]


@pytest.mark.parametrize(
    ("title", "listed"),
    [("Error messages, by alphabet", ERRORS), ("Odd numbers and behaviours", ODD)],
)
def test_the_list_on_top_is_in_order_and_has_all(title: str, listed: Any) -> None:
    index = re.findall(r"^- \[(.*)\]\(#(.*)\)$", section(title), re.MULTILINE)
    texts = [_plain(text) for text, _ in index]
    assert texts == sorted(texts)
    assert [_plain(entry.heading) for entry in listed] == sorted(_plain(e.heading) for e in listed)
    by_anchor = {_anchor(entry.heading): entry for entry in listed}
    assert {anchor for _, anchor in index} == by_anchor.keys()
    for text, anchor in index:
        entry = by_anchor[anchor]
        assert text == entry.heading or text in " ".join(entry.words.split()), text


def _plain(text: str) -> str:
    return re.sub(r"[^\w ]", "", text.lower()).strip()


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
