# SPDX-License-Identifier: Apache-2.0
"""What a test asks of carriers that a generator played at the terminals: whether they were read, for sure."""

from collections.abc import Iterator

from ..carrier_record import READ, SIGNALS, CarrierRecord, CarrierTrial
from ..verdict import PurposeFailed, Undecided
from .instrument_questions import InstrumentQuestions

__all__ = ["CarrierQuestions"]


class CarrierQuestions(InstrumentQuestions):
    """Questions about what the receiver reads at its limits."""

    def the_carrier_is_read(self, *signals: str) -> None:
        """Whoever reads what lies beyond a limit passes; whoever reads nothing within it fails, if a sound carrier is
        read before and behind."""
        found = self.record.carrier
        if found is None:
            if self.record.trials_cut_short or self.record.cut_short_s is not None:
                raise Undecided("not played: the run was cut short")
            raise self.why_untried()
        sound = found.sound
        if sound is None:
            raise Undecided(
                found.wants or "nothing was read of a sound carrier; look at the wires, and at [input] hears"
            )
        procedure = self._purpose.requirement.procedure
        assert procedure is not None
        self.trail.sent.append("the same frame over and over as a carrier, each time with values of its own")
        self.trail.expected.extend(procedure.limits)
        trials = [one for signal in signals for one in found.of(signal)]
        self.trail.seen.extend(_told(one, sound) for one in (sound, *trials))
        for one in trials:
            within = SIGNALS[one.signal].within(one, READ[self.record.mode])
            if within and one.readings == 0 and found.still_hears_after(one):
                raise PurposeFailed(f"nothing was read at {_level(one)}")
        unsure = [told for signal in signals for told in self._unsure(found, sound, signal)]
        if unsure:
            raise Undecided(unsure[0])

    def _unsure(self, found: CarrierRecord, sound: CarrierTrial, signal: str) -> Iterator[str]:
        """Why a signal is undecided; nothing where it is read beyond its limit."""
        trials, beyond = found.of(signal), SIGNALS[signal].beyond
        if any(beyond(one, READ[self.record.mode]) and one.is_read_as(sound) for one in trials):
            return
        if not trials:
            yield found.wants
            return
        last = trials[-1]
        if last.is_read_as(sound):
            yield f"read at {_level(last)}: within the uncertainty of the limit, or not up to it"
        elif last.readings:
            yield f"{last.readings} readings at {_level(last)}, of {sound.readings} at a sound carrier"
        else:
            yield found.wants or f"nothing was read at {_level(last)}: within the uncertainty of the limit"


def _level(one: CarrierTrial) -> str:
    told = f"{one.zero_v:.2f} V peak in a 0, {one.one_v:.2f} V in a 1, {one.carrier_hz / 1e3:.2f} kHz"
    if one.zero_held_s is not None and one.one_held_s is not None:
        told += f", a single 0 held {1e6 * one.zero_held_s:.0f} µs and a 1 {1e6 * one.one_held_s:.0f} µs"
    return told if one.distortion is None else f"{told}, {100 * one.distortion:.1f} % of harmonics"


def _told(one: CarrierTrial, sound: CarrierTrial) -> str:
    return f"{_level(one)}: {one.readings} readings in {one.lasted_s:.1f} s, of {sound.readings} at a sound carrier"
