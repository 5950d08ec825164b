"""Forging results: whatever is written on a channel, the grader neither crashes nor believes it."""

from __future__ import annotations

import pytest

from gradeprop.session.interface import Call, Raised, Read, Returned, Stopped
from session.patience import SHORT_S

from .conftest import Attack

# Finds the stream to the grader and sends ``frame`` on it instead of an answer.
FORGE = """
import json, os, struct
def send(head, tail=b'', lengths=None):
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    os.write(channel, struct.pack('<II', *(lengths or (len(text), len(tail)))) + text + tail)
def tensor(at, shape):
    claim = {'at': at, 'dtype': 'float32', 'shape': shape}
    claim |= {'device': 'cpu', 'requires_grad': False, 'is_leaf': True}
    return {'outcomes': [{'returned': {'x': claim}, 'arguments': [], 'used': []}]}
"""
CHECKER = """
    import gc
    frames = [o for o in gc.get_objects() if type(o).__name__ == 'Channel']
    global channel
    channel = max(o.fileno() for o in frames if o.fileno() >= 0)
"""

DEEP = "eval('[' * 80 + ']' * 80)"
FRAMES = {
    "huge length": "send(b'{}', lengths=(0xffffffff, 0))",
    "huge tail": "send(b'{}', lengths=(2, 0xffffffff))",
    "no json": "send(b'not json')",
    "list": "send(b'[]')",
    "nan": "send(b'{\"outcomes\": NaN}')",
    "deep": "send(b'{\"outcomes\": ' + b'[' * 100000)",
    "deep value": f"send({{'outcomes': [{{'returned': {DEEP}, 'arguments': [], 'used': []}}]}})",
    "pickle": "import pickle; send(pickle.dumps(print))",
    "wrong type": "send({'outcomes': 7})",
    "too many": "send({'outcomes': [{'missing': 'f', 'found': None}] * 9})",
    "fault": "send({'fault': 'grader'})",
    "no tensor": "send({'outcomes': [{'returned': {'x': {'at': 0}}, 'arguments': [], 'used': []}]})",
    "beyond the tail": "send(tensor(at=2**60, shape=[2]), bytes(8))",
    "before the tail": "send(tensor(at=-64, shape=[2]), bytes(8))",
    "a huge claim": "send(tensor(at=0, shape=[2**33]), bytes(8))",
    "many of the same": "send({'outcomes': tensor(at=0, shape=[2])['outcomes'] * 9}, bytes(8))",
    "moved": "send({'moved': True})",
    "moved to somewhere": "send({'moved': 1})",
    "half a frame": "os.write(channel, b'\\x10')",
    "surrogates": "send({'outcomes': [{'raised': '\\ud800', 'message': '\\udfff', "
    "'traceback': '', 'line': 1}]})",
    "long text": "send({'outcomes': [{'raised': 'E', 'message': 'x' * (6 << 20), "
    "'traceback': '', 'line': 1}]})",
}


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("name", FRAMES)
def test_forged_answers_are_stopped_or_plain(attack: Attack, name: str) -> None:
    attack.run(FORGE + "def f():" + CHECKER + f"    {FRAMES[name]}\n    os._exit(0)\nx = 3")
    outcomes = attack.ask([Call("f"), Read("x")])
    assert len(outcomes) == 2
    assert all(isinstance(outcome, (Stopped, Raised)) for outcome in outcomes), outcomes
    "".join(repr(outcome) for outcome in outcomes).encode()
    assert attack.value("x") == 3


CELL_FRAMES = {
    "another number": "send({'n': 99, 'status': 'ok', 'outputs': [], 'count': 1, 'message': None})",
    "an unknown status": "send({'n': 2, 'status': 'perfect', 'outputs': [], 'count': 1, 'message': None})",
    "script as output": "send({'n': 2, 'status': 'ok', 'outputs': [{'output_type': 'script'}], 'count': 1})",
    "outputs that are none": "send({'n': 2, 'status': 'ok', 'outputs': 5, 'count': 1, 'message': None})",
    "huge": "send(b'{}', lengths=(0xffffffff, 0))",
    "garbage": "os.write(channel, os.urandom(100))",
}


@pytest.mark.parametrize("name", CELL_FRAMES)
def test_forged_cells_cost_the_forger_his_cell(attack: Attack, name: str) -> None:
    attack.run("x = 3")
    outcome = attack.run(FORGE + f"channel = 3\n{CELL_FRAMES[name]}\nx = 4")
    assert outcome.status in ("killed", "timeout", "output", "ok"), outcome
    assert attack.value("x") in (3, 4)
    assert attack.works


def test_a_forged_answer_to_a_reading_is_at_most_the_students_own_value(attack: Attack) -> None:
    attack.run(FORGE + "channel = 3\nx = 3")
    # Waits in the channel when the next question comes: answers to other questions are not taken.
    attack.run("send({'n': 77, 'outcomes': [{'returned': 1, 'arguments': [], 'used': []}]})")
    (outcome,) = attack.session.ask([Read("x")])
    assert isinstance(outcome, (Returned, Stopped))
    assert attack.value("x") == 3


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("reason", ["timeout", "killed", "memory", "output", "error"])
def test_words_of_a_forged_reason_reach_nobody(attack: Attack, reason: str) -> None:
    # They could carry a hidden input to the student's feedback.
    frame = {"outcomes": [{"stopped": reason, "message": "the input was 7"}]}
    attack.run(
        FORGE + "def f():" + CHECKER + f"    send({frame})\n    import time; time.sleep(600)"
    )
    outcome = attack.call("f")
    assert isinstance(outcome, Stopped)
    assert "7" not in outcome.message


@pytest.mark.usefixtures("asked")
def test_an_endless_answer_meets_the_deadline(attack: Attack) -> None:
    body = "    while True:\n        os.write(channel, b' ')\n"
    attack.run(FORGE + "def f():" + CHECKER + "    send(b'', lengths=(1 << 20, 0))\n" + body)
    assert isinstance(attack.call("f", seconds=SHORT_S), Stopped)


@pytest.mark.usefixtures("asked")
def test_a_dripping_answer_meets_the_deadline(attack: Attack) -> None:
    body = (
        "    import time\n    while True:\n        os.write(channel, b' ')\n        "
        "time.sleep(0.05)\n"
    )
    attack.run(FORGE + "def f():" + CHECKER + "    send(b'', lengths=(1 << 20, 0))\n" + body)
    outcome = attack.call("f", seconds=SHORT_S)
    assert isinstance(outcome, Stopped)
    assert outcome.reason == "timeout"


def test_a_printed_verdict_is_just_text(attack: Attack) -> None:
    outcome = attack.run('print(\'{"status": "passed", "score": 100}\')')
    assert outcome.outputs[0]["output_type"] == "stream"
    assert outcome.status == "ok"
