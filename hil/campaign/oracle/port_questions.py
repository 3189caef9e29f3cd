# SPDX-License-Identifier: Apache-2.0
"""What a test asks about the port: whether the device set it as the TIC mode wants it."""

from collections.abc import Sequence

from xky.emulator.outputs import PortSettings

from ..verdict import PurposeFailed, Undecided
from .view import SHOWN, PurposeView

__all__ = ["PortQuestions"]

# Ten samples fall into the ten bits of a character up to 4.5 % beside the meter's rate, which may be 1 % off itself.
_RATE_TOLERANCE = 0.035


class PortQuestions(PurposeView):
    """Questions about what the device asked of its port."""

    def the_port_has_the_rate(self) -> None:
        """The rate in force when the device first said something is that of the mode."""
        baud = self.record.mode.baud
        known = {one: one.baud for one in self._in_force(f"{baud} baud") if one.baud is not None}
        if not known:
            raise Undecided("nothing tells the bench at which rate the device listens")
        if not any(abs(rate / baud - 1) <= _RATE_TOLERANCE for rate in known.values()):
            raise PurposeFailed(f"the port was set to {_listed(list(known))}; {self.record.mode} mode has {baud} baud")

    def the_port_has_the_format(self) -> None:
        """The characters that the device asked for then are 7E1."""
        known = [one for one in self._in_force("7 data bits, even parity") if one.data_bits is not None]
        if not known:
            raise Undecided("nothing tells the bench which size and parity the device asks for")
        if any((one.data_bits, one.parity) == (7, "E") for one in known):
            return
        if any((one.data_bits, one.parity, one.without_parity) == (8, "N", True) for one in known):
            raise Undecided(
                "the device asked for 8N1 on a port where parity is taken off, so that this is right there; "
                "--parity keep leaves it in"
            )
        bare = all((one.data_bits, one.parity) == (8, "N") for one in known)
        harm = "its parity bit is bit 7 of what is read" if bare else "its bits are taken for others"
        raise PurposeFailed(f"the port was set to {_listed(known)}; the TIC has 7E1: {harm}")

    def _in_force(self, expected: str) -> Sequence[PortSettings]:
        """What held when the device first said something; of one that never does, all that it tried."""
        settings, usable = self.record.port_settings, self._oracle.usable
        self.trail.of_whole_run = not usable
        if usable:
            settings = [one for one in settings if one.at_s <= usable[0].at_s][-1:]
        self.trail.sent.append(f"{self.record.mode} mode: {self.record.mode.baud} 7E1")
        self.trail.expected.append(expected)
        self.trail.seen.extend(f"{one.at_s:.2f} s: {one}" for one in settings[:SHOWN])
        if settings:
            self.trail.at_s = settings[0].at_s
        return settings


def _listed(settings: Sequence[PortSettings]) -> str:
    return ", ".join(dict.fromkeys(str(one) for one in settings[:SHOWN]))
