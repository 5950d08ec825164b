"""Which notebook is taken, whose it is, and that nothing in submitted/ gets lost."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gradeprop.records.collect import placing
from gradeprop.records.collect.collecting import Wanted, collect
from gradeprop.records.collect.interface import Reading
from gradeprop.records.files.collected import read_collected
from gradeprop.records.gradebook.given import Person
from records.collect.downloads import (
    ASSIGNMENT,
    ROSTER,
    collected,
    in_place,
    notebook,
    stamp,
    students,
    zipped,
)


def brightspace(day: int, said: str) -> dict[str, bytes]:
    return {f"1-2 - Ada Lovelace - Nov {day}, 2026 1200 PM/x.ipynb": notebook(said)}


def only(root: Path, files: dict[str, bytes], **others: object) -> tuple[str, str]:
    """The one hand-in's state, or why it was not placed."""
    found = collected(root, zipped(root, files), **others)
    ((said, source),) = [
        *((item.state, item.source) for item in found.placed),
        *((item.why, item.remedy) for item in found.unplaced),
    ]
    return said, source


def test_a_later_one_replaces_and_the_earlier_is_kept(tmp_path: Path) -> None:
    assert only(tmp_path, brightspace(10, "a"))[0] == "new"
    assert only(tmp_path, brightspace(10, "a"))[0] == "unchanged"
    assert only(tmp_path, brightspace(12, "b"))[0] == "replaced"
    kept = tmp_path / ".gradeprop/replaced" / ASSIGNMENT / "al1/1"
    assert (kept / f"{ASSIGNMENT}.ipynb").read_bytes() == notebook("a")
    assert (kept / "timestamp.txt").read_text().startswith("2026-11-10")
    assert only(tmp_path, brightspace(11, "c"))[0] == "older"
    assert in_place(tmp_path, "al1") == notebook("b")
    assert only(tmp_path, brightspace(14, "d"))[0] == "replaced"
    assert (kept.parent / "2" / f"{ASSIGNMENT}.ipynb").read_bytes() == notebook("b")
    assert (stamp(tmp_path, "al1") or "").startswith("2026-11-14")


def test_where_nothing_tells_the_order_the_one_that_is_there_stays(tmp_path: Path) -> None:
    assert only(tmp_path, {"al1/x.ipynb": notebook("a")})[0] == "new"
    assert only(tmp_path, {"al1/x.ipynb": notebook("b")})[0] == "differs"
    assert in_place(tmp_path, "al1") == notebook("a")
    assert only(tmp_path, {"al1/x.ipynb": notebook("b")}, update=True)[0] == "replaced"
    assert in_place(tmp_path, "al1") == notebook("b")


def test_no_older_time_stands_beside_what_came_without_one(tmp_path: Path) -> None:
    only(tmp_path, brightspace(10, "a"))
    only(tmp_path, {"al1/x.ipynb": notebook("b")}, update=True)
    assert stamp(tmp_path, "al1") is None


def test_a_time_that_becomes_known_is_written(tmp_path: Path) -> None:
    only(tmp_path, {"al1/x.ipynb": notebook("a")})
    assert only(tmp_path, brightspace(10, "a"))[0] == "mended"
    assert stamp(tmp_path, "al1") == "2026-11-10 12:00:00.000000 UTC"


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    assert only(tmp_path, brightspace(10, "a"), dry=True)[0] == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["download.zip"]


def test_what_is_no_file_in_submitted_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "submitted/al1" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    place.parent.mkdir(parents=True)
    place.symlink_to("/etc/hostname")
    said, remedy = only(tmp_path, {"al1/x.ipynb": notebook()})
    assert said == "what is in submitted/ for al1 is a link, not a file"
    assert remedy == "move it away, then collect again"


def test_a_student_folder_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "submitted").mkdir()
    (tmp_path / "submitted/al1").symlink_to(elsewhere)
    said, _ = only(tmp_path, {"al1/x.ipynb": notebook()})
    assert said == "what is in submitted/ for al1 is in “al1”, which is a link, not a folder"
    assert not [*elsewhere.iterdir()]


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"al1/anything.ipynb": notebook()}, "anything.ipynb"),
        ({"al1/x.ipynb": notebook(), f"al1/{ASSIGNMENT}.ipynb": notebook()}, f"{ASSIGNMENT}.ipynb"),
        (
            {"al1/x.ipynb": notebook(), f"al1/{ASSIGNMENT} (2).ipynb": notebook()},
            f"{ASSIGNMENT} (2).ipynb",
        ),
        (
            {"al1/x.ipynb": notebook(of=None), "al1/d/y.ipynb": notebook(), "al1/z.ipynb": b"no"},
            "d/y.ipynb",
        ),
        (
            {"al1/old.ipynb": notebook(of=None), "al1/.ipynb_checkpoints/old.ipynb": b""},
            "old.ipynb",
        ),
    ],
)
def test_the_notebook_is_found(tmp_path: Path, files: dict[str, bytes], source: str) -> None:
    assert only(tmp_path, files) == ("new", source)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (
            {"al1/x.ipynb": notebook(of=None), "al1/y.ipynb": notebook(of=None)},
            "several notebooks could be it: x.ipynb, y.ipynb",
        ),
        (
            {"al1/x.ipynb": notebook(of="a02_layers")},
            "x.ipynb is the notebook of a02_layers, not of a01_slopes",
        ),
        ({"al1/x.pdf": b""}, "no notebook was handed in: there is x.pdf instead"),
    ],
)
def test_what_is_not_the_notebook_is_told(
    tmp_path: Path, files: dict[str, bytes], why: str
) -> None:
    assert only(tmp_path, files)[0] == why
    assert not (tmp_path / "submitted").exists()


def test_two_people_of_one_name_are_not_taken_for_each_other(tmp_path: Path) -> None:
    files = {
        "Ada Lovelace_11_assignsubmission_file_/x.ipynb": notebook("a"),
        "Ada Lovelace_12_assignsubmission_file_/x.ipynb": notebook("b"),
    }
    found = collected(tmp_path, zipped(tmp_path, files))
    assert {item.why for item in found.unplaced} == {"several people would be 'al1'"}
    roster = {"al1": Person("Ada", "Lovelace"), "al2": Person("Ada", "Lovelace")}
    found = collected(tmp_path, zipped(tmp_path, files), roster=roster)
    assert {item.why for item in found.unplaced} == {
        "in roster.csv several are called so: al1, al2"
    }
    assert not found.placed


def test_namesakes_on_brightspace_are_told_and_none_is_lost(tmp_path: Path) -> None:
    files = {
        "11-2 - Ada Lovelace - Nov 26, 2026 1105 PM/x.ipynb": notebook("one"),
        "12-2 - Ada Lovelace - Nov 27, 2026 1105 PM/x.ipynb": notebook("other"),
        "13-2 - Évariste Galois - Nov 25, 2026 1105 PM/x.ipynb": notebook("early"),
        "13-2 - Évariste Galois - Nov 27, 2026 1105 PM/x.ipynb": notebook("late"),
    }
    source = zipped(tmp_path, files)
    found = collected(tmp_path, source, roster=None)
    assert [(item.place[:2], item.why) for item in found.unplaced] == [
        ("11", "several people would be 'Ada Lovelace'"),
        ("12", "several people would be 'Ada Lovelace'"),
    ]
    assert students(found) == ["Évariste Galois"]
    assert in_place(tmp_path, "Évariste Galois") == notebook("late")


def test_all_files_of_one_attempt_on_brightspace_are_one_hand_in(tmp_path: Path) -> None:
    named = "1-2 - Ada Lovelace - Nov 26, 2026 1105 PM - "
    files = {f"{named}notes.txt": b"", f"{named}x.ipynb": notebook()}
    assert only(tmp_path, files) == ("new", "x.ipynb")


def test_another_students_id_in_a_name_is_not_believed(tmp_path: Path) -> None:
    files = {"1-2 - al1 - Évariste Galois - Nov 26, 2026 1105 PM/x.ipynb": notebook()}
    found = collected(tmp_path, zipped(tmp_path, files))
    assert found.unplaced[0].why == "by the id it is al1's, by the name eg2's"
    assert not found.placed


def test_accents_count_where_they_tell_two_apart(tmp_path: Path) -> None:
    roster = {"j1": Person("Jorg", "Li"), "j2": Person("Jörg", "Li")}
    files = {"Jörg Li_1_assignsubmission_file_/x.ipynb": notebook()}
    assert students(collected(tmp_path, zipped(tmp_path, files), roster=roster)) == ["j2"]


def test_without_a_roster_students_are_called_as_the_platform_does(tmp_path: Path) -> None:
    files = {"lovelaceada_77_901_x.ipynb": notebook()}
    assert students(collected(tmp_path, zipped(tmp_path, files), roster=None)) == ["lovelaceada"]


def in_zone(root: Path, zone: str, files: dict[str, bytes], **others: Any) -> list[str]:
    """Collect, times read in this zone; the states."""
    reading = Reading(
        ASSIGNMENT, (ASSIGNMENT,), lambda time: time.replace(tzinfo=ZoneInfo(zone)), tuple(ROSTER)
    )
    wanted = Wanted(zipped(root, files), root, root / "submitted", reading, ROSTER, **others)
    return [item.state for item in collect(wanted).placed]


def test_a_time_read_in_the_wrong_zone_is_mended(tmp_path: Path) -> None:
    files = brightspace(10, "a")
    assert in_zone(tmp_path, "UTC", files) == ["new"]
    assert in_zone(tmp_path, "Europe/Berlin", files) == ["mended"]
    assert stamp(tmp_path, "al1") == "2026-11-10 11:00:00.000000 UTC"
    assert in_zone(tmp_path, "Europe/Berlin", files) == ["unchanged"]


def test_a_later_time_of_the_same_notebook_counts_only_if_told_so(tmp_path: Path) -> None:
    files = brightspace(10, "a")
    in_zone(tmp_path, "UTC", files)
    assert in_zone(tmp_path, "America/New_York", files) == ["again"]
    assert stamp(tmp_path, "al1") == "2026-11-10 12:00:00.000000 UTC"
    assert in_zone(tmp_path, "America/New_York", files, update=True) == ["mended"]
    assert stamp(tmp_path, "al1") == "2026-11-10 17:00:00.000000 UTC"


def test_a_time_that_is_not_said_again_stays(tmp_path: Path) -> None:
    only(tmp_path, brightspace(10, "a"))
    assert only(tmp_path, {"al1/x.ipynb": notebook("a")})[0] == "unchanged"
    assert stamp(tmp_path, "al1") == "2026-11-10 12:00:00.000000 UTC"


@pytest.mark.parametrize("call", range(1, 6))
def test_an_interruption_never_leaves_another_notebooks_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    only(tmp_path, brightspace(10, "a"))
    calls = iter(range(1, 100))

    def interrupted(write: Any) -> Any:
        def stop_before(*args: Any) -> None:
            if next(calls) == call:
                raise KeyboardInterrupt
            write(*args)

        return stop_before

    with monkeypatch.context() as patched:
        for name in ("write_atomically", "remove"):
            patched.setattr(placing, name, interrupted(getattr(placing, name)))
        with suppress(KeyboardInterrupt):
            collected(tmp_path, zipped(tmp_path, brightspace(12, "b")))
    times = {
        notebook("a"): (None, "2026-11-10 12:00:00.000000 UTC"),
        notebook("b"): (None, "2026-11-12 12:00:00.000000 UTC"),
    }
    assert stamp(tmp_path, "al1") in times[in_place(tmp_path, "al1")]
    only(tmp_path, brightspace(12, "b"), update=True)
    assert in_place(tmp_path, "al1") == notebook("b")
    assert stamp(tmp_path, "al1") == "2026-11-12 12:00:00.000000 UTC"


def test_an_attempt_that_was_asked_for_takes_the_place_of_a_later_one(tmp_path: Path) -> None:
    both = {**brightspace(10, "first"), **brightspace(12, "last")}
    assert only(tmp_path, both)[0] == "new"
    assert only(tmp_path, both, attempt=1)[0] == "older"
    assert only(tmp_path, brightspace(10, "first"), update=True)[0] == "older"
    assert only(tmp_path, both, attempt=1, update=True)[0] == "replaced"
    assert in_place(tmp_path, "al1") == notebook("first")
    assert (stamp(tmp_path, "al1") or "").startswith("2026-11-10")
    assert only(tmp_path, both)[0] == "replaced"


def test_another_one_of_the_same_minute_is_not_earlier(tmp_path: Path) -> None:
    only(tmp_path, brightspace(10, "a"))
    assert only(tmp_path, brightspace(10, "b"))[0] == "differs"
    assert only(tmp_path, brightspace(10, "b"), update=True)[0] == "replaced"


def called_late(root: Path, named: str, said: str = "a", **others: Any) -> tuple[str, bool | None]:
    """Collect one notebook from Canvas: its state, and whether it counts as late now."""
    state, _ = only(root, {f"lovelaceada_{named}1001_5_x.ipynb": notebook(said)}, **others)
    return state, read_collected(root, ASSIGNMENT)["al1"].late


def test_handing_in_the_same_again_makes_nobody_late(tmp_path: Path) -> None:
    assert called_late(tmp_path, "") == ("new", False)
    assert called_late(tmp_path, "LATE_") == ("again", False)
    assert called_late(tmp_path, "LATE_", update=True) == ("mended", True)
    assert called_late(tmp_path, "") == ("mended", False)
    assert called_late(tmp_path, "LATE_", "b", update=True) == ("replaced", True)


def test_what_canvas_said_outlasts_a_download_that_says_nothing(tmp_path: Path) -> None:
    called_late(tmp_path, "LATE_")
    assert only(tmp_path, {"al1/x.ipynb": notebook("a")})[0] == "unchanged"
    assert read_collected(tmp_path, ASSIGNMENT)["al1"].late
