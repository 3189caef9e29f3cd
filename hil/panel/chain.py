# SPDX-License-Identifier: Apache-2.0
"""What carries a home's messages from its gateway to the database, and what came out there.

A home is played in virtual time, and each message that a gateway sent, and that the panel's servers were there for, is
handed to a chain in portions, in the order in which it was sent. The chain of the bench hands them through; one of real
servers takes them through a broker, a collector and a database, and reads them back. What a message says is made of
what came out, so that a chain that changes, loses, doubles or delays one is found out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol

from .layout import Cause

__all__ = ["Arrival", "Carried", "Chain", "HandedThrough", "Message"]


class Message(NamedTuple):  # hundreds of thousands a day
    """One message of a gateway.

    Attributes:
        number: of the home's messages, from 0 on, never twice.
        at_us: when the first server had it, µs since 1970-01-01 UTC, in the time of the run.
        probe: the way it took: ``mqtt``, ``influx`` or ``lorawan``.
        source: topic, measurement or FPort.
        data: the bytes: of MQTT the payload, of InfluxDB one line of line protocol (no line end), of LoRaWAN the
            payload in clear.
        facts: what the protocol tells besides, as ``Payload.facts`` of ``hil/ends``: ``qos`` and ``retain`` of MQTT,
            ``version``, ``database``, ``precision`` and ``write`` (number of the write it came in) of InfluxDB,
            ``dev_eui`` and ``fcnt`` of LoRaWAN.
    """

    number: int
    at_us: int
    probe: str
    source: str
    data: bytes
    facts: Mapping[str, Any]


class Arrival(NamedTuple):
    """A message that came out in the database.

    Attributes:
        number: of the message; one that came out twice has two arrivals.
        arrived_us: when, µs since 1970-01-01 UTC in the time of the run, not before it was sent.
        data: the bytes that came out, in the form of ``Message.data``; the message's own object where equal.
    """

    number: int
    arrived_us: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a portion.

    Attributes:
        arrivals: what came out, in the order of arrival; also what was held back of earlier portions.
        lost: number of a message that will not come out, to who lost it; of one that is in neither nobody knows yet.
    """

    arrivals: Sequence[Arrival]
    lost: Mapping[int, Cause] = field(default_factory=dict)


class Chain(Protocol):
    """One chain; it serves one home after the other. The work of a home makes its own, in its own process.

    Attributes:
        carries_all: whether it is handed messages that are no readings, too, such as states and what no mapping reads.
        open_files: how many it holds open while it carries a home, connections too.
    """

    carries_all: bool
    open_files: int

    def carry(self, home: int, day: date, messages: Sequence[Message]) -> Carried:
        """Take a portion through.

        Args:
            home: number of the home, from 1.
            day: local day in which they were sent.
            messages: in order; several portions a day, some of them empty.

        Raises:
            BenchError: a server is not there, or does not answer; the run ends with it.
        """
        ...

    def rest(self, home: int) -> Carried:
        """The home is over: what has not come out yet."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class HandedThrough:
    """The chain of the bench: what a server had is in the database at once."""

    carries_all = False
    open_files = 0

    def carry(self, home: int, day: date, messages: Sequence[Message]) -> Carried:
        """Take a portion through."""
        return Carried([Arrival(one.number, one.at_us, one.data) for one in messages])

    def rest(self, home: int) -> Carried:
        """Nothing is held back."""
        return Carried(())

    def close(self) -> None:
        """Nothing is held."""
