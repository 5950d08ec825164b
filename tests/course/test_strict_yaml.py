from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.course import strict_yaml
from gradeprop.course.document import Document
from gradeprop.course.strict_yaml import read_yaml


def read(text: str | bytes) -> Document:
    return read_yaml(text if isinstance(text, bytes) else text.encode(), "f.yaml")


def said(text: str | bytes) -> list[str]:
    return [str(problem) for problem in read(text).problems]


@pytest.fixture(params=["libyaml", "pure"])
def either_scanner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both of PyYAML's scanners: where libyaml was not built in, the Python one is used."""
    if request.param == "pure":
        monkeypatch.setattr(strict_yaml, "_LOADER", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")
    return str(request.param)


def test_plain_yaml_is_read() -> None:
    document = read("a: no\nb: 1e-3\nc: [.5, x]\nd: |\n  text\n")
    assert document.data == {"a": "no", "b": 1e-3, "c": [0.5, "x"], "d": "text\n"}
    assert document.problems == ()


def test_quoted_scalars_are_always_text() -> None:
    assert read("a: '1'\nb: \"true\"\nc: ''\nd: |\n  5\n").data == {
        "a": "1",
        "b": "true",
        "c": "",
        "d": "5\n",
    }


@pytest.mark.usefixtures("either_scanner")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "f.yaml:1:1: is empty"),
        ("# only a comment\n", "f.yaml:1:1: is empty"),
        ("---\n", "f.yaml:1:1: is empty"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key 'a' stands twice (first in line 1)"),
        ("x:\n  - {k: 1, k: 2}\n", "f.yaml:2:12: the key 'k' stands twice (first in line 2)"),
        ("a: 1\n<<: {b: 2}\n", "f.yaml:2:1: merge keys (<<) are not allowed"),
        ("? [a]\n: 1\n", "f.yaml:1:3: a key must be text, not a list or mapping"),
        ("true: 1\n", "f.yaml:1:1: a key must be text, not True"),
        ("a: !!python/object:os.system x\n", "f.yaml:1:4: the tag"),
        ("a: !x [1]\n", "f.yaml:1:4: the tag '!x' is not allowed here"),
        ("a: *b\n", "f.yaml:1:4: *b refers to no anchor &b above it"),
        ("a: &x [1, *x]\n", "f.yaml:1:11: *x stands inside its own anchor"),
        ("a: &x 1\nb: &x 2\n", "f.yaml:2:4: the anchor &x is defined twice"),
        ("a: 1\n---\nb: 1\n", "f.yaml:2:1: a second document begins"),
        ("%YAML 1.1\n---\na: no\n", "f.yaml:1:1: directives (% lines) are not allowed"),
        ("a:\n\tb: 1\n", "f.yaml:2:1: a tab where only spaces can stand; indent with spaces"),
        ("a:\n  - x\n\t- y\n", "f.yaml:3:1: a tab where only spaces can stand"),
        ("é: x: y\n", "f.yaml:1:5: a ': ' where no key can stand"),
        ('k: 1\na: "x\n', "f.yaml:2:4: a quotation mark is never closed"),
        ("a: [1, 2\nb: 3\n", "f.yaml:2:2: the list that begins with '[' is not closed"),
        ("a: [\n", "f.yaml:2:1: a value is missing, or a bracket before it is not closed"),
        ("{a: 1, b", "the mapping that begins with '{' is not closed"),
        ("a: 1\nb\nc: 2\n", "f.yaml:3:1: a line with neither 'key: value' nor '- item'"),
        ("a: @x\n", "f.yaml:1:4: the character '@' cannot begin a value"),
        ("a: - b\n", "f.yaml:1:4: a '- ' where no list can begin"),
        ("- a\nb: 1\n", "f.yaml:2:1: this does not fit the list it stands in"),
        ('k: "a" b\n', "f.yaml:1:8: this does not fit the mapping it stands in"),
        ("a: | x\n  y\n", "f.yaml:1:6: text after '|' or '>'"),
        ("a: " + "9" * 5000, "f.yaml:1:4: a number of 5000 characters is too long"),
    ],
)
def test_bad_yaml_is_said_in_plain_words_at_its_place(text: str, problem: str) -> None:
    (line,) = said(text)
    assert problem in line
    assert "; " in line, "every problem has a remedy"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"a: 1\nb: caf\xe9\n", "f.yaml:2:7: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (
            b"\xef\xbb\xbfa: 1",
            "f.yaml:1:1: begins with a byte order mark; save it as UTF-8 without BOM",
        ),
        ("a: 1".encode("utf-16"), "f.yaml:1:1: is encoded as UTF-16, not UTF-8; save it as UTF-8"),
        (b'a: "\x00"', "f.yaml:1:5: the invisible character U+0000 is not allowed; delete it"),
        (
            "a: ∇\nb: \u2028".encode(),
            "f.yaml:2:4: the invisible character U+2028 is not allowed; delete it",
        ),
        (b"x" * (strict_yaml.MAX_BYTES + 1), "f.yaml:1:1: has 1048577 bytes, more than"),
    ],
)
def test_bad_encoding_is_said_at_its_place(raw: bytes, problem: str) -> None:
    (line,) = said(raw)
    assert line.startswith(problem)


def test_several_problems_of_one_file_are_all_found() -> None:
    assert len(said("a: 1\na: 2\nb: !x 1\n1: 2\n")) == 3


def test_windows_line_ends_shift_no_position() -> None:
    document = read("a: 1\r\nb:\r\n  c: 2\r\n")
    assert document.place(("b", "c")) == (3, 6)


def test_positions_of_keys_values_and_items() -> None:
    document = read("∇é: 1\nlist:\n  - x\n  - {k: [7, 8]}\ntext: |\n  one\n")
    assert document.key_place(("∇é",)) == (1, 1)
    assert document.place(("∇é",)) == (1, 5)
    assert document.place(("list", 1, "k", 1)) == (4, 13)
    assert document.key_place(("list", 1, "k")) == (4, 6)
    assert document.place(("list", 9, "no")) == document.place(("list",)) == (3, 3)


def test_positions_through_an_alias_are_where_the_mistake_stands() -> None:
    document = read("a: &x\n  k: 1\nb: *x\n")
    assert document.data == {"a": {"k": 1}, "b": {"k": 1}}
    assert document.place(("b",)) == (3, 4)
    assert document.place(("b", "k")) == (2, 6)


def test_a_place_inside_a_literal_block_is_exact() -> None:
    document = read("a: |\n\n  x\n    y\nb:\n - c: |2\n      z\nd: >\n  folded\n")
    assert document.place_inside(("a",), 3, 3) == (4, 5)  # the y, itself indented by two
    assert document.place_inside(("b", 0, "c"), 1, 2) == (7, 7)  # an explicit indentation
    assert document.place_inside(("d",), 1, 3) == (8, 4)  # folded text: where it begins


def test_an_alias_bomb_is_refused_quickly() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
    )
    begin = time.process_time()
    (line,) = said(bomb)
    assert "holds too many values" in line
    assert time.process_time() - begin < 5


def test_a_bomb_of_long_texts_is_refused() -> None:
    (line,) = said(f"a: &a {'x' * 900_000}\nb: [{', '.join(['*a'] * 100)}]\n")
    assert "holds too many values" in line


@pytest.mark.usefixtures("either_scanner")
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "&a ["])
def test_deep_nesting_is_refused_without_recursion(opening: str) -> None:
    assert len(said(opening * 20_000)) >= 1


def test_nesting_through_aliases_is_bounded() -> None:
    chain = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 100))
    assert "too many values" in said(chain)[0]


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**50), 10**50)
    | st.floats(allow_nan=False)
    | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(json_like.filter(lambda value: value is not None))
def test_any_data_survives_being_written_and_read(data: Any) -> None:
    # Quoted as PyYAML quotes for YAML 1.1 with floats spelled the 1.2 way; JSON is YAML 1.2.
    text = yaml.dump({"data": data}, Dumper=_Dumper, allow_unicode=False)
    document = read(text)
    assert [str(problem) for problem in document.problems] == []
    assert document.data == {"data": data}


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_at_all_raise(raw: bytes) -> None:
    document = read(raw)
    assert document.readable or document.problems


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#% \n\t,?<~1.", max_size=60))
def test_no_arrangement_of_indicators_raises(text: str) -> None:
    document = read(text)
    assert document.readable or document.problems
    for problem in document.problems:
        assert problem.line >= 1
        assert problem.column >= 1


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


# PyYAML leaves text bare that only YAML 1.2 takes for a number, such as 0E0.
_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, '"')
)
