"""The grader's side of a conversation, with a child that says what is written down."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gradeprop.session import messages
from gradeprop.session.grader.asking import FORGOTTEN, Cut, Questions
from gradeprop.session.grader.conversation import Conversation
from gradeprop.session.grader.line import Line
from gradeprop.session.interface import Call, CellSource, Limits, Outcome, Read, Returned
from gradeprop.session.wire.frames import Channel, WireError

# No test waits for it in vain, except those in which it is over at once.
FOREVER = 300.0
QUESTIONS = Questions.of([Call("f"), Call("g")], FOREVER)
READS = Questions.of([Read("a"), Read("b")], FOREVER)
GONE_FRAME = {"gone": True}
ENDS: dict[str, Any] = {}


def returned(*values: object) -> dict[str, Any]:
    rows = [{"returned": value, "arguments": [], "used": []} for value in values]
    return {"outcomes": rows}


def values(outcomes: tuple[Outcome, ...]) -> list[object]:
    return [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]


class StandIn:
    """For `Child`: its other end says what ``reply`` gives for each request, until it is None.

    A fork becomes a second channel on which the frames of the next of ``checkers`` lie; ``ENDS``
    closes it."""

    def __init__(
        self,
        reply: Callable[[dict[str, Any]], list[dict[str, Any]] | None],
        checkers: list[list[dict[str, Any]]],
    ) -> None:
        ours, self._theirs = socket.socketpair()
        self.channel = Channel(ours)
        self._reply = reply
        self._checkers = checkers
        self.exit_code = 7
        self.running = {1}
        self.interrupted = False
        self._forked: list[Channel] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        end = Channel(self._theirs)
        while True:
            try:
                frame = end.receive(accept_fds=True)
            except WireError:
                break
            if frame.fds:
                self._fork(frame.fds[0])
                continue
            said_all = self._reply(frame.head)
            if said_all is None:
                break
            for said in said_all:
                end.send(said)
        self._theirs.close()

    def _fork(self, descriptor: int) -> None:
        checker = Channel(socket.socket(fileno=descriptor))
        self._forked.append(checker)
        for said in self._checkers.pop(0):
            if said is ENDS:
                checker.receive()  # closed with a request unread, it would take its answers along
                checker.close()
            else:
                checker.send(said)

    def interrupt(self) -> None:
        self.interrupted = True
        Channel(self._theirs).send({"n": 1, "status": "error", "outputs": []})

    def processes(self) -> set[int]:
        return set(self.running)

    def ended(self, seconds: float) -> int | None:
        del seconds
        return self.exit_code

    def kill(self) -> int:
        self.channel.close()
        self._thread.join()
        for checker in self._forked:
            checker.close()
        return 0


Started = Callable[..., tuple[Conversation, StandIn]]


@pytest.fixture
def start() -> Iterator[Started]:
    conversations = []

    def start(
        reply: Callable[[dict[str, Any]], list[dict[str, Any]] | None] = lambda _: [],
        checkers: list[list[dict[str, Any]]] | None = None,
    ) -> tuple[Conversation, StandIn]:
        child: Any = StandIn(reply, checkers or [])
        conversation = Conversation(child, Limits(), supervised=False, memory_ran_out=lambda: False)
        conversations.append(conversation)
        return conversation, child

    yield start
    for conversation in conversations:
        conversation.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Line, "grace_s", FOREVER)


def test_answers_of_an_earlier_place_come_one_by_one(start: Started) -> None:
    conversation, _ = start(lambda _: [returned(1), returned(2)])
    answers = conversation.recall(0, QUESTIONS)
    assert values(answers.outcomes) == [1, 2]
    assert (answers.cut, conversation.is_lost) == (None, False)


@pytest.mark.usefixtures("patient")
def test_what_was_answered_before_a_crash_counts(start: Started) -> None:
    """The child goes away after its first answer."""
    conversation, child = start()
    Channel(child._theirs).send(returned(1))
    child._theirs.shutdown(socket.SHUT_WR)
    answers = conversation.recall(0, QUESTIONS)
    assert values(answers.outcomes) == [1]
    message = "your code ended its own process (exit code 7)"
    assert answers.cut == Cut("killed", message, gone=True)
    assert conversation.is_lost


def test_that_what_to_ask_is_gone_is_said_by_the_value(start: Started) -> None:
    conversation, _ = start(lambda _: [GONE_FRAME])
    assert conversation.recall(0, QUESTIONS) == FORGOTTEN
    assert not conversation.is_lost


def test_every_check_has_a_checker_of_its_own(start: Started) -> None:
    checkers = [[returned(1), returned(2)], [returned(5), returned(6)]]
    conversation, _ = start(lambda head: [{"n": head["n"], "code": 0}], checkers)
    assert values(conversation.check(QUESTIONS).outcomes) == [1, 2]
    assert values(conversation.check(QUESTIONS).outcomes) == [5, 6]
    assert not conversation.is_lost


def test_a_child_in_which_a_checker_left_something_running_is_given_up(start: Started) -> None:
    def reply(head: dict[str, Any]) -> list[dict[str, Any]]:
        child.running.add(2)
        return [{"n": head["n"], "code": 0}]

    conversation, child = start(reply, [[returned(1), returned(2)]])
    answers = conversation.check(QUESTIONS)
    assert (values(answers.outcomes), answers.cut) == ([1, 2], None)
    assert conversation.is_lost


@pytest.mark.usefixtures("patient")
def test_a_check_that_no_checker_could_be_started_for_may_be_asked_again(start: Started) -> None:
    def reply(head: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"n": head["n"], "code": messages.NOT_STARTED}]

    conversation, _ = start(reply, [[ENDS]])
    cut = conversation.check(QUESTIONS).cut
    assert cut == Cut("killed", messages.NO_PROCESS_LEFT, gone=True)
    assert conversation.is_lost


@pytest.mark.usefixtures("patient")
def test_in_a_checker_nothing_can_be_gone(start: Started) -> None:
    """One that student code makes say so costs that code its answer."""
    conversation, _ = start(lambda head: [{"n": head["n"], "code": 0}], [[returned(1), GONE_FRAME]])
    answers = conversation.check(QUESTIONS)
    assert values(answers.outcomes) == [1]
    assert answers.cut is not None
    assert answers.cut.reason == "killed"
    assert not conversation.is_lost


@pytest.mark.usefixtures("patient")
def test_a_checker_that_ends_is_asked_after(start: Started) -> None:
    def reply(head: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"n": head["n"], "code": 3}]

    conversation, _ = start(reply, [[returned(1), ENDS]])
    answers = conversation.check(QUESTIONS)
    assert values(answers.outcomes) == [1]
    assert answers.cut == Cut("killed", "your code ended its own process (exit code 3)")
    assert not conversation.is_lost


def test_reads_must_all_be_answered_by_the_frame_that_was_asked_for(start: Started) -> None:
    for said in ({"n": 1} | returned(1), {"n": 9} | returned(1, 2), {"n": 1, "outcomes": 5}):
        conversation, _ = start(lambda _, said=said: [said])
        answers = conversation.read(READS)
        assert answers.outcomes == ()
        assert answers.cut is not None
        assert conversation.is_lost
    conversation, _ = start(lambda _: [{"n": 1} | returned(1, 2)])
    assert values(conversation.read(READS).outcomes) == [1, 2]


@pytest.mark.usefixtures("patient")
def test_a_slow_cell_is_interrupted_and_keeps_what_it_showed(start: Started) -> None:
    conversation, child = start()
    outcome = conversation.run(CellSource("x", "cell"), 0.05)
    assert child.interrupted
    assert not isinstance(outcome, Cut)
    assert outcome.status == "timeout"
    assert not conversation.is_lost


def test_time_that_is_up_is_said_in_the_name_of_what_was_asked(
    start: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "grace_s", 0.05)
    conversation, _ = start(lambda _: [])
    answers = conversation.read(Questions.of([Read("a")], 0.05))
    late = "`a` did not finish in 0.05 s: does a loop never end?"
    assert answers.cut == Cut("timeout", late)
    assert conversation.is_lost
