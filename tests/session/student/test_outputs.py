from __future__ import annotations

import math
from typing import Any

from gradeprop.session.student.outputs import OutputLog, plain_json
from gradeprop.session.student.streams import Stream


def display(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}


def test_writes_to_one_stream_join_and_streams_alternate() -> None:
    log = OutputLog(1000, 1000)
    for name, text in (("stdout", "a"), ("stdout", "b"), ("stderr", "c"), ("stdout", "d")):
        log.stream(name, text)
    outputs, spent = log.finish()
    assert [(o["name"], o["text"]) for o in outputs] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]
    assert not spent


def test_output_beyond_the_cells_limit_is_cut_with_a_notice() -> None:
    log = OutputLog(2048, 10_000)
    for _ in range(1000):
        log.stream("stdout", "x" * 100)
    outputs, spent = log.finish()
    assert len(outputs[0]["text"]) <= 2048
    assert "cut" in outputs[-1]["text"]
    assert "2 KiB" in outputs[-1]["text"]
    assert not spent


def test_characters_are_not_cut_in_half() -> None:
    log = OutputLog(70, 70)
    log.stream("stdout", "é" * 100)
    outputs, _ = log.finish()
    assert set(outputs[0]["text"]) == {"é"}


def test_the_whole_submissions_budget_is_spent_once() -> None:
    log = OutputLog(1000, 1500)
    spent = []
    for _ in range(3):
        log.start()
        log.stream("stdout", "x" * 900)
        spent.append(log.finish()[1])
    assert spent == [False, True, True]


def test_an_error_after_a_flood_is_still_shown() -> None:
    log = OutputLog(1000, 10_000)
    log.stream("stdout", "x" * 5000)
    log.add({"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]})
    outputs, _ = log.finish()
    assert [o["output_type"] for o in outputs] == ["stream", "error", "stream"]


def test_clearing_empties_now_or_at_the_next_output() -> None:
    log = OutputLog(1000, 1000)
    log.stream("stdout", "old")
    log.clear(wait=True)
    log.stream("stdout", "new")
    log.add(display("d"))
    assert [o.get("text") for o in log.finish()[0]] == ["new", None]
    log.start()
    log.stream("stdout", "old")
    log.clear(wait=False)
    assert log.finish()[0] == []


def test_an_update_changes_the_display_it_names() -> None:
    log = OutputLog(1000, 1000)
    log.add(display("first"), "id")
    log.add(display("other"))
    log.update({"text/plain": "second"}, {}, "id")
    log.update({"text/plain": "nobody"}, {}, "elsewhere")
    assert [o["data"]["text/plain"] for o in log.finish()[0]] == ["second", "other"]


def test_what_json_cannot_carry_becomes_text() -> None:
    class Loud(str):
        def __str__(self) -> str:
            raise RuntimeError

    assert plain_json({"a": math.nan, 1: object, "s": Loud("x"), "b": (1, 2)}) == {
        "a": None,
        "1": "<type>",
        "s": "x",
        "b": [1, 2],
    }


def test_deep_structures_end() -> None:
    deep: list[Any] = []
    deep.append(deep)
    assert "<list>" in repr(plain_json(deep))


def test_a_stream_looks_like_a_kernels() -> None:
    log = OutputLog(1000, 1000)
    stream = Stream(log, "stdout", 1)
    assert (stream.encoding, stream.isatty(), stream.fileno(), stream.name) == (
        "UTF-8",
        False,
        1,
        "stdout",
    )
    print("a", "b", file=stream, flush=True)  # type: ignore[call-overload]
    assert log.finish()[0][0]["text"] == "a b\n"


def test_displays_of_earlier_cells_can_be_changed() -> None:
    log = OutputLog(1000, 10_000)
    log.add(display("a"), "x")
    (shown,), _ = log.finish()
    assert shown["transient"] == {"display_id": "x"}
    log.start()
    log.update({"text/plain": "b"}, {}, "x")
    log.update({"text/plain": "c"}, {}, "x")
    log.update({"text/plain": "d"}, {}, "never shown")
    (update,), _ = log.finish()
    assert (update["output_type"], update["data"]) == ("update_display_data", {"text/plain": "c"})
    log.start()
    assert log.finish() == ([], False)


def test_a_second_display_of_an_id_changes_the_first() -> None:
    log = OutputLog(1000, 10_000)
    log.add(display("a"), "x")
    log.add(display("b"), "x")
    outputs, _ = log.finish()
    assert [output["data"]["text/plain"] for output in outputs] == ["b", "b"]
    log.start()
    log.add(display("c"), "x")
    shown, update = log.finish()[0]
    assert (shown["data"], update["output_type"]) == (update["data"], "update_display_data")


def test_changes_beyond_the_limit_are_cut_with_a_notice() -> None:
    log = OutputLog(1000, 10_000)
    log.add(display("a"), "x")
    log.finish()
    log.start()
    log.update({"text/plain": "b" * 2000}, {}, "x")
    (notice,), _ = log.finish()
    assert "cut" in notice["text"]


def test_folders_are_renamed_where_a_person_reads_them() -> None:
    log = OutputLog(10_000, 10_000, {"/home/me/venv": "/opt/venv", "/home/me": "/opt/python"})
    log.stream("stderr", "/home/me/venv/x.py: warning")
    log.add(
        {"output_type": "error", "ename": "E", "evalue": "/home/me/x", "traceback": ["/home/me/y"]}
    )
    log.add(
        {
            "output_type": "display_data",
            "data": {"text/html": "/home/me/z", "image/png": "/home/me"},
            "metadata": {},
        }
    )
    told = str(log.finish()[0])
    for name in ("/opt/venv/x.py", "/opt/python/x", "/opt/python/y", "/opt/python/z"):
        assert name in told
    assert told.count("/home/me") == 1
