"""Which workers grade: each is looked at first, and refused by name if its results could differ."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from gradeprop.grading.run.cluster import on_worker
from gradeprop.grading.run.cluster.address import is_exposed
from gradeprop.grading.run.cluster.link import Answer, Link, WorkerFacts
from gradeprop.grading.run.cluster.software import differences
from gradeprop.grading.run.cluster.travelling import Done, Offer, Parcel, parcel_of, unpack
from gradeprop.session.interface import LEVELS
from gradeprop.wording import counted

if TYPE_CHECKING:
    from gradeprop.grading.run.plan import Plan
    from gradeprop.session.interface import Level

__all__ = ["Crew", "Tell"]

Tell: TypeAlias = Callable[[str], None]

_LOOK_S: Final = 1.0
"""How often to ask which workers there are."""
_SETTLE_S: Final = 60.0
"""How long the first workers may take to tell what they are before it goes on without them."""
_FIRST: Final = 10
_LISTED: Final = 5
"""So many workers are named at once."""


@dataclass
class _Member:
    facts: WorkerFacts
    state: Literal["asked", "known", "sent", "ready", "refused"]
    key: str = ""
    offer: Offer | None = None
    was_sent: bool = False
    """Whether it was sent the parcel, or told to use the one that it has."""


class Crew:
    """The workers of one run.

    Args:
        plan: to grade by; without more precise word its isolation becomes the best that any of the
            first workers offers; workers that join later and could do more are told of.
        tell: hears of workers that are refused.

    Attributes:
        refused: by address, why.
    """

    def __init__(self, link: Link, plan: Plan, tell: Tell) -> None:
        self._link, self._plan, self._tell = link, plan, tell
        self._asked = plan.isolation
        self._has_told_of_better = False
        self._members: dict[str, _Member] = {}
        self._parcel: Parcel | None = None
        self._looked = float("-inf")
        self._seen: set[str] = set()
        self._since = time.monotonic()
        self._resources = {"GPU": 1.0} if "cuda" in plan.devices else {}
        self.refused: dict[str, str] = {}

    @property
    def ready(self) -> dict[str, int]:
        """How many orders each can carry out at once, by address."""
        return {
            address: self._places(member.facts)
            for address, member in self._members.items()
            if member.state == "ready"
        }

    @property
    def is_unsettled(self) -> bool:
        """Whether some are still being looked at or prepared, which should not take long."""
        states = {member.state for member in self._members.values()}
        return not states.isdisjoint({"asked", "known", "sent"}) and not self._is_late

    @property
    def digest(self) -> str:
        """Of the parcel that those who are ready have."""
        assert self._parcel is not None
        return self._parcel.digest

    @property
    def isolation(self) -> Level:
        """At which those who are ready isolate."""
        level = self._plan.isolation
        assert level != "auto"
        return level

    @property
    def resources(self) -> Mapping[str, float]:
        """What an order takes up on its worker besides a thread."""
        return self._resources

    def look(self) -> bool:
        """See who has come and who has gone, from time to time; whether it was time."""
        now = time.monotonic()
        if now - self._looked < _LOOK_S:
            return False
        self._looked = now
        found = self._link.workers()
        if found is None:
            return True
        if self._seen.isdisjoint(found):
            self._since = now  # all of them are new
        self._seen = set(found)
        gone = [self._members.pop(address) for address in [*self._members] if address not in found]
        self._link.cancel([member.key for member in gone])
        lost = [_named(member.facts) for member in gone if member.state == "ready"]
        if lost:
            more = f" and {len(lost) - _LISTED} more" if len(lost) > _LISTED else ""
            self._tell(
                f"Lost {counted(len(lost), 'worker')}: {', '.join(lost[:_LISTED])}{more}; what was "
                "being graded there is graded elsewhere"
            )
        for address, facts in found.items():
            if address not in self._members:
                self._meet(facts)
        self._settle()
        return True

    def heard(self, answer: Answer) -> bool:
        """Take note of an answer to what this asked; False if it is none."""
        for address, member in self._members.items():
            if answer.key and answer.key == member.key:
                member.key = ""
                if answer.failure is not None:
                    self.refuse(address, f"it cannot be asked: {answer.failure}")
                elif answer.value is None:
                    del self._members[address]  # looked at again
                else:
                    self._take(member, unpack(answer.value))
                return True
        return False

    def forget(self, address: str) -> None:
        """It is another process than the one that was prepared: it is looked at again."""
        member = self._members.get(address)
        if member is not None and member.state == "ready":
            del self._members[address]

    def refuse(self, address: str, why: str) -> None:
        """Do not use this worker, and say so."""
        member = self._members.get(address)
        if member is None or member.state == "refused":
            return
        member.state = "refused"
        name = _named(member.facts)
        self.refused[name] = why
        self._tell(f"Worker {name} is not used: {why}")

    def dismiss(self) -> None:
        """The run is over: they may forget its parcel."""
        if self._parcel is not None:
            there = [address for address, member in self._members.items() if member.was_sent]
            self._link.call_at_once(
                on_worker.leave, self._parcel.digest, self._link.run, workers=there
            )

    # From strangers to members.

    @property
    def _is_late(self) -> bool:
        return time.monotonic() - self._since > _SETTLE_S

    def _places(self, facts: WorkerFacts) -> int:
        return min([facts.threads, *(int(facts.resources[name]) for name in self._resources)])

    def _meet(self, facts: WorkerFacts) -> None:
        member = self._members[facts.address] = _Member(facts, "asked")
        lacking = [name for name in self._resources if facts.resources.get(name, 0) < 1]
        if is_exposed(facts.address):
            self.refuse(facts.address, "it would be spoken to over the network unencrypted")
        elif lacking:
            self.refuse(facts.address, "it offers no GPU: start it with --resources GPU=1")
        else:
            member.key = self._link.send(
                on_worker.look, self._asked, workers=[facts.address], priority=_FIRST
            )

    def _take(self, member: _Member, said: Offer | Done) -> None:
        address = member.facts.address
        if isinstance(said, Done):
            if said.unknown:
                self._send_again(member)
            else:
                member.state = "ready"
            return
        why = _why_not(said)
        if why:
            self.refuse(address, why)
            return
        member.state, member.offer = "known", said
        self._settle()

    def _settle(self) -> None:
        """Send the parcel to those who are known, once it is known what to put into it."""
        known = [member for member in self._members.values() if member.state == "known"]
        if not known:
            return
        if self._parcel is None:
            asked = any(member.state == "asked" for member in self._members.values())
            if self._plan.isolation == "auto":
                if asked and not self._is_late:
                    return
                offered = {member.offer.level for member in known if member.offer}
                best = next(level for level in LEVELS if level in offered)
                self._plan = replace(self._plan, isolation=best)
            self._parcel = parcel_of(self._plan)
        for member in known:
            self._prepare(member, self._parcel)

    def _prepare(self, member: _Member, parcel: Parcel) -> None:
        assert member.offer is not None
        address, level, wanted = member.facts.address, member.offer.level, self._plan.isolation
        assert wanted != "auto"
        if level is None or LEVELS.index(level) > LEVELS.index(wanted):
            why = f"it can isolate student code at level {level} only, and others here at {wanted}"
            self.refuse(address, why)
            return
        if level != wanted and not self._has_told_of_better:
            self._has_told_of_better = True
            self._tell(
                f"Worker {_named(member.facts)} could isolate student code at level {level}, but "
                f"this run does at {wanted}, the best that its first workers have; stop it and "
                f"repeat the command with --isolation {level} to use such workers only"
            )
        member.state, member.was_sent = "sent", True
        packed = None if parcel.digest in member.offer.holds else parcel.packed
        member.key = self._link.send(
            on_worker.install,
            parcel.digest,
            packed,
            self._link.run,
            workers=[address],
            priority=_FIRST,
        )

    def _send_again(self, member: _Member) -> None:
        """It held the parcel when it was looked at, and does no more."""
        assert member.offer is not None
        assert self._parcel is not None
        if self._parcel.digest not in member.offer.holds:
            self.refuse(member.facts.address, "it does not keep what it is sent")
            return
        member.offer = replace(member.offer, holds=())
        self._prepare(member, self._parcel)


def _named(facts: WorkerFacts) -> str:
    return facts.address if facts.name == facts.address else f"{facts.name} ({facts.address})"


def _why_not(offer: Offer) -> str:
    """Why this worker is of no use; empty if it is."""
    different = differences(offer.software)
    if different:
        return f"it has {different}; results could differ: install the same on both"
    if offer.daemonic:
        return (
            "it runs under a nanny, where it may start no process of its own: start it with "
            "--no-nanny, or with DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment"
        )
    return offer.lacks
