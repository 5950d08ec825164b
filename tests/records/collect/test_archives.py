"""What a student packs cannot harm whoever collects it."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.collect import archives
from gradeprop.records.files.door import Refused
from records.collect.downloads import (
    collected,
    in_place,
    notebook,
    opened,
    packed,
    students,
    zipped,
)


def test_paths_that_lead_out_are_told_and_nothing_is_written_there(tmp_path: Path) -> None:
    root = tmp_path / "course"
    root.mkdir()
    source = zipped(
        tmp_path,
        {
            "../../al1/x.ipynb": notebook(),
            "/eg2/x.ipynb": notebook(),
            "..\\fo3\\x.ipynb": notebook(),
            "C:/al1/x.ipynb": notebook(),
            "al1/x.ipynb": notebook("good"),
        },
    )
    found = collected(root, source)
    assert [item.why for item in found.unplaced] == ["its path leads out of the zip"] * 4
    assert in_place(root, "al1") == notebook("good")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "download.zip"]


def test_an_id_that_is_no_folders_name_is_never_one(tmp_path: Path) -> None:
    source = zipped(
        tmp_path, {"lovelace .. _1_2_x.ipynb": notebook(), ".hidden/x.ipynb": notebook()}
    )
    found = collected(tmp_path, source, roster=None, layout="plain")
    assert "cannot be a student's id" in found.unplaced[0].why
    assert ".hidden" not in students(found)


def test_links_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("al1/x.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert [item.why for item in collected(tmp_path, path).unplaced] == ["it is a link, not a file"]
    folder = tmp_path / "folder" / "al1"
    folder.mkdir(parents=True)
    (folder / "x.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(folder / "y.ipynb")
    found = collected(tmp_path, folder.parent)
    assert [item.why for item in found.unplaced] == ["it is a link, not a file"]
    assert not (tmp_path / "submitted").exists()


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    source = zipped(tmp_path, {"al1/x.ipynb": b" " * (64 * 2**20), "eg2/x.ipynb": notebook()})
    found = collected(tmp_path, source)
    assert "packed more than 200 times" in found.unplaced[0].why
    assert students(found) == ["eg2"]


def test_a_size_that_is_not_true_is_not_believed(tmp_path: Path) -> None:
    source = zipped(tmp_path, {"al1/x.ipynb": b"1" * 5000})
    data = bytearray(source.read_bytes())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.index(mark) + place, 10)
    source.write_bytes(data)
    found = collected(tmp_path, source)
    assert "is damaged" in found.unplaced[0].why
    assert not (tmp_path / "submitted").exists()


def test_more_than_was_asked_for_is_never_read(tmp_path: Path) -> None:
    archive = opened(zipped(tmp_path, {"al1/x.ipynb": os.urandom(3 * 2**20)}))
    with pytest.raises(Refused, match="3 MB"):
        archive.read(archive.files[0], 2**20)


def test_encrypted_files_and_broken_zips_are_told(tmp_path: Path) -> None:
    source = zipped(tmp_path, {"al1/x.ipynb": notebook()})
    data = bytearray(source.read_bytes())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(mark) + place] |= 1
    source.write_bytes(data)
    assert [item.why for item in collected(tmp_path, source).unplaced] == ["it is encrypted"]
    source.write_bytes(b"no zip")
    with pytest.raises(UsageError, match="no zip that can be read"):
        collected(tmp_path, source)
    with pytest.raises(UsageError, match="no such file or folder"):
        collected(tmp_path, tmp_path / "nothing.zip")


def test_a_broken_zip_in_a_zip_is_told(tmp_path: Path) -> None:
    source = zipped(tmp_path, {"al1/all.zip": b"PK no", "eg2/all.zip": packed({"y.txt": b""})})
    assert [item.why for item in collected(tmp_path, source).unplaced] == [
        "all.zip: this is no zip that can be read: File is not a zip file",
        "no notebook was handed in: there is all.zip instead",
    ]


@pytest.mark.parametrize(
    ("packing", "said"),
    [
        (zipfile.ZIP_LZMA, "it is packed by LZMA, which is not taken"),
        (zipfile.ZIP_BZIP2, "it is packed by bzip2, which is not taken"),
    ],
)
def test_other_packings_are_refused_by_name_damaged_or_not(
    tmp_path: Path, packing: int, said: str
) -> None:
    """LZMA's own errors are not those of zips: a damaged one ended the whole command."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", packing) as archive:
        archive.writestr("x.ipynb", notebook())
    damaged = bytearray(data.getvalue())
    start = damaged.index(b"x.ipynb") + len("x.ipynb")
    damaged[start : start + 9] = b"\xff" * 9
    files = {"al1/all.zip": bytes(damaged), "eg2/x.ipynb": notebook("good")}
    found = collected(tmp_path, zipped(tmp_path, files))
    assert [item.why for item in found.unplaced] == [
        f"no notebook was handed in: all.zip/x.ipynb: {said}"
    ]
    assert students(found) == ["eg2"]


@pytest.mark.parametrize("error", [struct.error("short"), OSError("read"), MemoryError()])
def test_whatever_reading_raises_costs_that_student_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    read = archives.ZipArchive._data

    def failing(self: archives.ZipArchive, info: zipfile.ZipInfo, most: int) -> bytes:
        if info.filename.startswith("al1/"):
            raise error
        return read(self, info, most)

    monkeypatch.setattr(archives.ZipArchive, "_data", failing)
    source = zipped(tmp_path, {"al1/x.ipynb": notebook(), "eg2/x.ipynb": notebook()})
    found = collected(tmp_path, source)
    assert ["is damaged" in item.why for item in found.unplaced] == [True]
    assert students(found) == ["eg2"]


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 2)
    source = zipped(tmp_path, {f"s{number}/x.ipynb": notebook() for number in range(3)})
    with pytest.raises(UsageError, match="more than 2 files"):
        collected(tmp_path, source)


def test_names_in_utf_8_that_do_not_say_so_are_read(tmp_path: Path) -> None:
    source = tmp_path / "download.zip"
    name = "Évariste Galois_12_assignsubmission_file_/x.ipynb"
    data = packed({"N" * len(name.encode()): notebook()})
    source.write_bytes(data.replace(b"N" * len(name.encode()), name.encode()))
    assert students(collected(tmp_path, source)) == ["eg2"]
