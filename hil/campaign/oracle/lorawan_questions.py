# SPDX-License-Identifier: Apache-2.0
"""What a test asks about LoRaWAN: nonces and counters that come once, a duty cycle, joins that are refused, and how
often an uplink that nobody acknowledges is sent.

All of it is judged by what the network saw in the whole run, whatever step a purpose names.
"""

from collections import defaultdict
from itertools import pairwise
from typing import Any

from xky.emulator import Expect, SentFrame
from xky.protocol.uplinks.lorawan_eu868 import HOUR_S, Transmission, worst_use_s

from ...ends.end import EndEvent
from ..condition import AT_A_LORAWAN_NETWORK, JOINS, SENDS_CONFIRMED
from ..record import Outage
from ..verdict import NotApplicable, PurposeFailed, Undecided
from .uplink_questions import UplinkQuestions
from .view import SHOWN

__all__ = ["TRANSMISSIONS_MAX", "LorawanQuestions"]

TRANSMISSIONS_MAX = 8  # of a confirmed uplink, where no board's file says (LoRaWAN 1.0.2 §18.4 proposes it)
_KIND = "lorawan"
_ROUNDING = 1e-6  # share of the air; times and airtimes are exact but for that
_PAUSE_SHARE = 0.99  # of a pause that is promised: a real device's clock is not the bench's


class LorawanQuestions(UplinkQuestions):
    """Questions about what a LoRaWAN network saw."""

    def no_nonce_is_used_twice(self) -> None:
        """Each join request has a DevNonce that the device never used before."""
        asked = self._joins()
        first: dict[tuple[str, int], float] = {}
        twice = []
        for one in asked:
            key = str(one.facts["dev_eui"]), int(one.facts["dev_nonce"])
            if key in first:
                twice.append((one, first[key]))
            first.setdefault(key, one.at_s)
        self.trail.sent.append(f"a network that was asked to let it in {len(asked)} times")
        self.trail.expected.append("another DevNonce each time")
        self.trail.at_s = asked[0].at_s
        if twice:
            self.trail.at_s = twice[0][0].at_s
            self.trail.seen.extend(
                f"{one.at_s:.2f} s: DevNonce {one.facts['dev_nonce']}, as at {at_s:.2f} s"
                for one, at_s in twice[:SHOWN]
            )
            raise PurposeFailed(f"DevNonce {twice[0][0].facts['dev_nonce']} was used again")
        self.trail.seen.append(f"DevNonce {', '.join(str(one.facts['dev_nonce']) for one in asked[:SHOWN])}")

    def no_counter_is_used_twice(self) -> None:
        """Within a session each uplink has a counter above the one before, whatever befell the device."""
        sent = self._sent()
        wrong = self._events("counter_reused", "replayed")
        restarts = self.record.restarts_s
        self.trail.sent.append(f"{len(restarts)} restarts of the device" if restarts else "no restart of the device")
        self.trail.expected.append("counters that rise from uplink to uplink of a session")
        if wrong:
            self._tell(wrong)
            raise PurposeFailed(f"{wrong[0].at_s:.2f} s: {wrong[0].text}")
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        self.trail.seen.append(f"so in {len(sent)} frames")

    def the_duty_cycle_is_kept(self) -> None:
        """In no hour, wherever it begins, is more sent in a sub-band than it allows, and nothing beside all of them."""
        bands: dict[tuple[str, float], list[Transmission]] = defaultdict(list)
        for event in self._sent():
            facts = event.facts
            sent = Transmission(
                facts["started_s"], facts["airtime_s"], facts["frequency_hz"], facts["spreading_factor"]
            )  # fmt: skip
            if facts["sub_band"] is None:
                self.trail.at_s = event.at_s
                raise PurposeFailed(f"{sent.start_s:.2f} s: a frame at {sent.frequency_hz / 1e6:g} MHz, in no sub-band")
            bands[facts["sub_band"], facts["duty_cycle"]].append(sent)
        for (name, duty_cycle), all_sent in bands.items():
            used_s, ends_s = worst_use_s(all_sent)
            allowed_s = duty_cycle * HOUR_S
            told = f"{used_s:.3f} s of airtime in {name} MHz in the hour that ends at {ends_s:.2f} s"
            self.trail.expected.append(f"{allowed_s:g} s in any hour in {name} MHz at the most")
            self.trail.seen.append(told)
            if used_s > allowed_s * (1 + _ROUNDING):
                self.trail.at_s = ends_s
                raise PurposeFailed(f"{told}; {allowed_s:g} s are allowed")

    def a_refused_join_is_tried_again(self) -> None:
        """A device that was not let in asks again, is let in when the network has changed its mind, and is heard."""
        outage = self._refusal()
        refused = [one for one in self._joins() if outage.start_s <= one.at_s <= outage.end_s]
        board = self.record.board
        lasted_s = outage.end_s - outage.start_s
        limits = self.record.limits_of(self._frames(self._tail))
        limit_s = board.server_returns_after(lasted_s) + limits.recovery_s + limits.latency_s
        self.trail.expected.append(f"let in and heard within {limit_s:.0f} s from {outage.end_s:.2f} s on")
        self.trail.seen.extend(f"{one.at_s:.2f} s: asks to be let in" for one in refused[:SHOWN])
        in_s = next((one.at_s for one in self._events("join_accepted") if one.at_s > outage.end_s), None)
        heard_s = next((at_s for at_s in self._heard_at_s() if in_s is not None and at_s > in_s), None)
        if in_s is not None:
            self.trail.seen.append(f"{in_s:.2f} s: let in")
        if heard_s is None or heard_s > outage.end_s + limit_s:
            told = "it never asked again" if in_s is None else "it was let in, and not heard in time"
            self._fail(told, outage.start_s, outage.end_s + limit_s)
        self.trail.seen.append(f"{heard_s:.2f} s: heard")

    def a_refused_join_is_left_alone_for_as_long_as_promised(self) -> None:
        """Between two joins in a row that were refused lies the pause of the board's file, which doubles."""
        lorawan = self.record.board.lorawan
        if lorawan is None:
            raise NotApplicable("the board's file does not say what a refused join costs ([lorawan])")
        outage = self._refusal()
        asked = [one.at_s for one in self._joins() if outage.start_s <= one.at_s <= outage.end_s]
        for tries, (before_s, at_s) in enumerate(pairwise(asked), 1):
            pause_s = lorawan.join_pause_after(tries)
            self.trail.expected.append(f"{pause_s:.0f} s at the least behind join {tries}")
            self.trail.seen.append(f"{at_s:.2f} s: asks again, after {at_s - before_s:.1f} s")
            if at_s - before_s < _PAUSE_SHARE * pause_s:
                self.trail.at_s = at_s
                self._fail(f"{self.trail.seen[-1]}; {pause_s:.0f} s are promised", outage.start_s, outage.end_s)
        del self.trail.expected[SHOWN:], self.trail.seen[SHOWN:]

    def a_confirmed_uplink_is_not_sent_for_ever(self) -> None:
        """An uplink that nobody acknowledges is sent as often as the board's file says at the most."""
        outage = self._outage()
        lorawan = self.record.board.lorawan
        most = TRANSMISSIONS_MAX if lorawan is None else lorawan.transmissions_max
        sent: dict[tuple[str, int], list[float]] = defaultdict(list)
        for event in self._events("not_acknowledged"):
            sent[str(event.facts["dev_addr"]), int(event.facts["fcnt"])].append(event.at_s)
        for event in self._events("repeated"):
            key = str(event.facts["dev_addr"]), int(event.facts["fcnt"])
            if event.facts["confirmed"] and event.at_s not in sent[key]:
                sent[key].append(event.at_s)
        if not sent:
            raise NotApplicable(SENDS_CONFIRMED.otherwise)
        (address, counter), times_s = max(sent.items(), key=lambda one: len(one[1]))
        self.trail.sent.append(f"{outage.start_s:.2f} to {outage.end_s:.2f} s: no acknowledgement")
        self.trail.expected.append(f"{most} times the same uplink at the most")
        self.trail.seen.append(f"{address}, frame {counter}: {len(times_s)} times from {min(times_s):.2f} s on")
        self.trail.at_s = min(times_s)
        if len(times_s) > most:
            raise PurposeFailed(f"frame {counter} was sent {len(times_s)} times; {most} are allowed")

    # What they share

    def _heard_at_s(self) -> list[float]:
        """When the device was heard: by its readings, or by its frames where their payloads need say nothing."""
        if any(self._has_nothing_to_say(frame) for frame in self._frames(self._tail)):
            return [one.at_s for one in self._sent() if one.facts.get("type") == "data"]
        return [one.at_s for one in self._oracle.usable]

    def _has_nothing_to_say(self, frame: SentFrame) -> bool:
        """Whether nothing that it claims is due in a frame, since no payload can say it by the statement."""
        claimed = [one for one in frame.groups if self.record.claimed(one.group.label)]
        is_due = any(one.expect is Expect.MUST for one in claimed)
        return not is_due and any(map(self.record.leaves_unsaid, claimed))

    def _joins(self) -> list[EndEvent]:
        """The join requests of the device, in order."""
        self._require_lorawan()
        asked = self._events("join_requested")
        if not asked:
            raise NotApplicable(JOINS.otherwise)
        return asked

    def _sent(self) -> list[EndEvent]:
        """What the device itself put on the air: a gateway hears those of others, too."""
        self._require_lorawan()
        own: set[Any] = set()
        for event in self._events("join_requested", "join_accepted"):
            own |= {event.facts.get("dev_eui"), event.facts.get("dev_addr")}
        sent = [event for event in self._events("transmission") if event.facts["sender"] in own - {None}]
        if not sent:
            raise Undecided("the network heard nothing that is known to be the device's")
        return sent

    def _refusal(self) -> Outage:
        self._require_lorawan()
        if not any(one.step == self._step for one in self.record.outages) and not self.record.restarts_s:
            raise NotApplicable("the bench cannot start this device anew, so that it would ask for a join")
        outage = self._outage()
        refused = [
            one
            for one in self._events("join_refused")
            if outage.start_s <= one.at_s <= outage.end_s and one.facts["reason"] == "mood"
        ]
        self.trail.sent.append(f"{outage.start_s:.2f} to {outage.end_s:.2f} s: no join is accepted")
        self.trail.at_s = outage.start_s
        if not refused:
            raise NotApplicable("the device asked for no join while the network refused all of them")
        return outage

    def _require_lorawan(self) -> None:
        if not self.record.probes[0].spec.startswith(_KIND):
            raise NotApplicable(AT_A_LORAWAN_NETWORK.otherwise)
