"""What a student is called in files, in the gradebook and on a screen."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradeprop.records.files.names import file_name, gradebook_id, shown_id

THAI = "กขคงจ" * 6  # 90 bytes, 270 when percent-encoded

folder_names = (
    st.binary(min_size=1, max_size=255)
    .map(lambda data: os.fsdecode(data.replace(b"/", b"-").replace(b"\0", b"0")))
    .filter(lambda name: name not in (".", ".."))
)


@given(folder_names)
@example(THAI)
@example("\udcff" * 255)
@example("a" * 255)
@example("." * 255)
def test_any_folder_name_gives_a_file_name_that_a_file_system_takes(student: str) -> None:
    name = file_name(student, ".json")
    assert name.isascii()
    assert len(name) <= 255
    assert "/" not in name
    assert not name.startswith(".")


@given(folder_names, folder_names)
@example(THAI + "1", THAI + "2")
@example("\udcff" * 255, "\udcff" * 254)
@example("a%41", "aA")
def test_no_two_folder_names_give_the_same_file_name(first: str, second: str) -> None:
    assert (file_name(first, ".json") == file_name(second, ".json")) == (first == second)
    assert (file_name(first) == file_name(second)) == (first == second)


def test_a_name_is_shortened_only_where_it_must_be(tmp_path: Path) -> None:
    assert file_name("Zoë 李", ".json") == "Zo%C3%AB%20%E6%9D%8E.json"
    assert file_name("a" * 250, ".json") == "a" * 250 + ".json"
    shortened = file_name("a" * 251, ".json")
    assert shortened.startswith("a" * 184 + "%~")
    assert len(shortened) == 255
    (tmp_path / file_name("\udcff" * 255, ".json")).touch()


def test_no_percent_encoded_character_is_cut_in_two() -> None:
    kept, _, digest = file_name(THAI, ".json").partition("%~")
    assert len(digest) == 64 + len(".json")
    assert kept.count("%") * 3 == len(kept) > 0


@given(folder_names)
@example("ada\nbob  4/4")
@example("\x1b[31mred\x9b0m")
@example("\u202eadb\u2066")
@example(" ada\t")
@example("caf\udce9")
@example("a%0Ab")
@example("%%0A%\n0A%")
@example("   ")
def test_an_id_on_a_screen_is_one_harmless_line_that_tells_it(student: str) -> None:
    shown = shown_id(student)
    assert shown.isprintable()
    assert shown == shown.strip()
    assert unquote(shown, errors="surrogateescape") == student


@pytest.mark.parametrize("student", ["ada", "Zoë 李", 'O\'Neill "x"', "50% club", "-rf", "a@b.de"])
def test_what_can_be_seen_stays_as_it_is(student: str) -> None:
    assert shown_id(student) == student


def test_half_a_character_of_a_doctored_result_can_be_shown_too() -> None:
    assert shown_id("a\ud800").isprintable()


@given(folder_names)
def test_any_folder_name_has_an_id_that_the_gradebook_and_a_folder_can_hold(student: str) -> None:
    name = gradebook_id(student)
    assert len(name) <= 128
    assert len(name.encode()) <= 255
