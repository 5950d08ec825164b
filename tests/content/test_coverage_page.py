"""docs/course-coverage.md: what it names exists, what it counts is there, what it computes is
right."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import pytest
import torch

from content.named import known, wrong_names
from content.source_numbers import computed
from course.shipped import ROOT

PAGE = (ROOT / "docs" / "course-coverage.md").read_text(encoding="utf-8")
TEXTS = ("000", "001", "002", "003", "004")
VERDICTS = ("yes", "in part", "no")
NUMBER = re.compile(r"\*\*(−?[\d.]+)\*\*")


class Statement(NamedTuple):
    number: str
    states: str
    right: str
    where: str

    @property
    def text(self) -> str:
        return self.number[:3]

    @property
    def verdict(self) -> str:
        return re.split("[:;]", self.right)[0]


def statements() -> list[Statement]:
    rows = re.findall(r"^\| (\d{3}\.\d+) \|(.*)\|(.*)\|(.*)\|$", PAGE, re.MULTILINE)
    return [Statement(*(cell.strip() for cell in row)) for row in rows]


def test_each_text_has_statements_and_each_statement_a_number_of_its_own() -> None:
    numbers = [statement.number for statement in statements()]
    assert len(numbers) == len(re.findall(r"^\| \d", PAGE, re.MULTILINE))
    counts = Counter(number[:3] for number in numbers)
    assert numbers == [f"{text}.{n}" for text in TEXTS for n in range(1, counts[text] + 1)]


def test_each_statement_is_judged_and_leads_to_an_exercise() -> None:
    for statement in statements():
        assert statement.verdict in VERDICTS, statement
        assert statement.states, statement
        assert "`" in statement.where, statement
        assert statement.verdict == "yes" or len(statement.right) > len("in part: "), statement


def test_the_table_of_all_texts_counts_them() -> None:
    counts = Counter((statement.text, statement.verdict) for statement in statements())
    shown = re.findall(r"^\| `(\d{3})` \|.*\| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    made = [(text, *(str(counts[text, verdict]) for verdict in VERDICTS)) for text in TEXTS]
    assert shown == made


def test_all_that_it_names_exists() -> None:
    course = known()
    wrong = {item.number: wrong_names(item.where, course) for item in statements()}
    assert {number: spans for number, spans in wrong.items() if spans} == {}


def test_each_number_in_bold_is_computed_here() -> None:
    numbers = computed()
    shown = {item.number: NUMBER.findall(item.right) for item in statements()}
    assert {number: bold for number, bold in shown.items() if bold}.keys() == numbers.keys()
    assert PAGE.count("**") == 2 * sum(map(len, shown.values()))
    for number, bold in shown.items():
        values = numbers.get(number, [])
        assert len(bold) == len(values), number
        assert bold == [_as_shown(*pair) for pair in zip(values, bold, strict=True)], number


def _as_shown(value: float, text: str) -> str:
    digits = len(text.partition(".")[2])
    return f"{value + 0.0:.{digits}f}".replace("-", "−")  # + 0.0: no minus before a zero


def test_002_runs_backward_again_and_clears_what_is_none() -> None:
    w = torch.tensor([3.0], requires_grad=True)
    loss = w**2
    loss.backward()
    torch.optim.SGD([w], lr=0.01).zero_grad()
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()
    with pytest.raises(AttributeError, match="zero_"):
        w.grad.zero_()


def test_in_004_the_gradients_of_the_data_pile_up() -> None:
    a, x = (torch.tensor([value], requires_grad=True) for value in (3.0, 0.5))
    for _ in range(2):
        (a * x).sum().backward()
        a.grad.zero_()
    assert x.grad.tolist() == [6.0]
