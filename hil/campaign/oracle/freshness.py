# SPDX-License-Identifier: Apache-2.0
"""How old what a device says may be: by its board's limits, and by what befell the servers that it speaks to."""

from math import inf

from ..record import Outage, Record

__all__ = ["Freshness"]

_TOGETHER_S = 0.5  # a reading, and the frame on the air that it came by


class Freshness:
    """Of one record.

    Args:
        record: of a run, as one probe has it.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        uplink = record.board.uplink
        self._keeps = uplink is not None and uplink.mqtt is not None and uplink.mqtt.queue > 0
        promised = record.board.limits.freshness_s is not None
        self._wake_s = 0.0 if promised else record.board.wake_says_within_s(record.mode)
        self._uplinks = [
            (event.at_s, bool(event.facts.get("confirmed")))
            for probe in (record.probes if record.outages else ())
            for event in probe.events
            if event.kind == "transmission" and event.facts.get("type") == "data"
        ]
        self._back_s = max(record.board.server_returns_s, record.board.repeats_within_s)
        self._known: dict[float, float] = {}

    def since_s(self, at_s: float) -> float:
        """When a value must have been sent, at the earliest, that is reported then; seconds on the bench's clock.

        A wake that hears no better one says what it heard at its beginning, unless its board promises less. What a
        board promises to keep while its broker is away comes when that is back, and so does a confirmed uplink that is
        sent again and again while no network hears it (LoRaWAN 1.0.2 §18.4); and who waits for a dead server, as
        long as its board says, comes to the other one by so much later.
        """
        if (known := self._known.get(at_s)) is not None:
            return known
        freshness_s = max(self._record.limits_at(at_s).freshness_s, self._wake_s)
        since_s = at_s - freshness_s
        for outage in self._record.outages:
            is_late = outage.start_s <= at_s <= outage.end_s + self._back_s + freshness_s
            if is_late and (self._keeps or self._may_be_repeated(at_s, outage)):
                since_s = min(since_s, outage.start_s - freshness_s)
        since_s -= self._waited_s(at_s, freshness_s)
        self._known[at_s] = since_s
        return since_s

    def _may_be_repeated(self, at_s: float, outage: Outage) -> bool:
        """Whether what is said then came by a confirmed uplink, the first one that was heard since the outage began."""
        heard_s, confirmed = next((one for one in self._uplinks if one[0] > outage.start_s), (inf, False))
        return confirmed and abs(at_s - heard_s) < _TOGETHER_S

    def _waited_s(self, at_s: float, freshness_s: float) -> float:
        """How long it may have waited for dead servers before it said something."""
        waits_s: dict[str, float] = {}
        for outage in (*self._record.outages, *self._record.outages_elsewhere):
            wait_s = self._record.board.dead_server_s(outage.spec.partition(":")[0])
            if outage.start_s <= at_s <= outage.end_s + wait_s + freshness_s:
                waits_s[outage.spec] = wait_s
        return sum(waits_s.values())
