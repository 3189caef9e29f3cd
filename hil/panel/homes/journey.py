# SPDX-License-Identifier: Apache-2.0
"""What became of a home's messages on their way from the gateway to the database.

What a gateway publishes by MQTT stands at the broker, and a collector writes it into the database as it arrives; it
keeps nothing, so that what comes while the database is away is lost there. What a LoRaWAN network hears it hands on to
the broker, and keeps nothing either. A write to the database needs neither.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from xky.hil.bench.reading import Reading
from xky.protocol import Group

from ..chain import Arrival, Carried, Chain, Message
from ..layout import STORED, Cause
from .columns import Arrived, stamp_of
from .dues import Away, Due, Sent
from .gateway import Said
from .reread import reread

__all__ = ["Journey"]


class Journey:
    """The messages of one home.

    Args:
        home: its number.
        chain: that carries them.
        away: which servers are away when.
        instant_us: of a time on the bench's clock, µs since 1970-01-01 UTC.
    """

    def __init__(self, home: int, chain: Chain, away: Away, instant_us: Callable[[float], int]) -> None:
        self._home, self._chain, self._away, self._instant_us = home, chain, away, instant_us
        self._next = self._kept_from = 0
        self._messages: dict[int, Said] = {}  # that may still come out
        self._arrived: set[int] = set()
        self._lost: dict[int, Cause] = {}

    def carry(self, day: date, said: Sequence[Said]) -> tuple[list[Sent], list[Arrived]]:
        """Take what servers had since the last time through the chain.

        Args:
            day: local one in which they had it.
            said: in order.

        Returns:
            The readings among it, and those that came out, in order of arrival.
        """
        sent, messages = [], []
        for one in said:
            payload, number, lost = one.payload, one.number, self._lost_at_once(one)
            self._next = number + 1
            if lost is None:
                self._messages[number] = one
                at_us = self._instant_us(payload.at_s)
                messages.append(
                    Message(number, at_us, one.probe.kind, payload.source, payload.data, payload.facts)
                )  # fmt: skip
            if one.reading is not None:
                sent.append(Sent(number, payload.at_s, lost, partial(_fits, one.reading)))
        return sent, self._came_out(self._chain.carry(self._home, day, messages))

    def rest(self) -> list[Arrived]:
        """What the chain still held."""
        return self._came_out(self._chain.rest(self._home))

    def follow(self, due: Due, *, is_end: bool) -> None:
        """Note where a reading got, once that is known.

        Args:
            due: the reading.
            is_end: nothing more comes out; what did not, and of which the chain says nothing, was lost at its end.
        """
        if due.got is not None or not due.numbers:
            return
        if due.numbers & self._arrived:
            due.got = STORED
            return
        lost = [self._lost[number] for number in sorted(due.numbers) if number in self._lost]
        if len(lost) == len(due.numbers):
            due.got = lost[-1]
        elif is_end:
            due.got = Cause.DATABASE

    def forget(self, waited_for: Sequence[int]) -> None:
        """Let go of all messages before those that are waited for; of those that come out twice, one look later."""
        oldest = min(waited_for, default=self._next)
        self._arrived = {number for number in self._arrived if number >= oldest}
        self._lost = {number: cause for number, cause in self._lost.items() if number >= oldest}
        self._messages = {number: said for number, said in self._messages.items() if number >= self._kept_from}
        self._kept_from = oldest

    def _lost_at_once(self, said: Said) -> Cause | None:
        at_s, probe = said.payload.at_s, said.probe.kind
        if probe == "lorawan" and self._away.broker.was(at_s, at_s):
            return Cause.BROKER
        if probe != "influx" and self._away.database.was(at_s, at_s):
            return Cause.DATABASE
        return None

    def _came_out(self, carried: Carried) -> list[Arrived]:
        self._lost.update(carried.lost)
        readings = []
        for arrival in sorted(carried.arrivals, key=lambda one: one.arrived_us):
            self._arrived.add(arrival.number)
            reading = _arrived(self._messages[arrival.number], arrival)
            if reading is not None:
                readings.append(reading)
        return readings


def _fits(reading: Reading, groups: Sequence[Group]) -> bool:
    """Whether a reading says these groups, as far as it says any of them."""
    by_label: Mapping[str, Group] = {group.label: group for group in groups}
    found = [(said, by_label[label]) for label, said in reading.said.items() if label in by_label]
    return bool(found) and all(said.matches(group) for said, group in found)


def _arrived(said: Said, arrival: Arrival) -> Arrived | None:
    """The reading of what came out; None where that is none."""
    payload, reading = said.payload, said.reading
    if arrival.data is not payload.data and arrival.data != payload.data:
        payload = reread(said.probe.kind, payload, arrival.data)
        found = said.probe.statement.read(payload)
        reading = found if isinstance(found, Reading) else None
    if reading is None:
        return None
    time_ns = payload.content.get("time") if said.probe.kind == "influx" else None
    return Arrived(
        arrival.arrived_us, said.probe.kind, payload.source, stamp_of(reading.said, time_ns), reading.said,
        arrival.number, bool(payload.facts.get("dup")),
    )  # fmt: skip
