# SPDX-License-Identifier: Apache-2.0
"""``meter.load``: the knob of what a house draws."""

from typing import TYPE_CHECKING

from xky.protocol import InputError

from ..load import Draw, Hold, Load, Ramp, Signals

if TYPE_CHECKING:
    from .linky import Linky

__all__ = ["LoadControl"]


class LoadControl:
    """Turns the knob of what the house draws."""

    def __init__(self, meter: "Linky", load: Load) -> None:
        self._meter = meter
        self._load = load

    def hold(self, *apparent_va: float) -> None:
        """Draw this from now on, purely active; one figure for all phases together, or one a phase."""
        self.follow(Hold(Draw.of(*self._by_phase(apparent_va))))

    def _by_phase(self, apparent_va: tuple[float, ...]) -> tuple[float, ...]:
        phases = self._meter.phases
        if len(apparent_va) == 1:
            share, rest = divmod(apparent_va[0], phases)
            return (share + rest,) + (share,) * (phases - 1)
        if len(apparent_va) != phases:
            raise InputError(f"load.hold{apparent_va}: the meter has {phases} phase(s); give one figure, or one each")
        return apparent_va

    def ramp(self, *apparent_va: float, during_s: int) -> None:
        """Go from the present power to this one, in steps of a second, then hold."""
        meter = self._meter
        meter.integrate()
        last = Draw.of(*self._by_phase(apparent_va))
        self.follow(Ramp(meter.power.draw, last, meter.true_us, during_s))

    def follow(self, load: Load) -> None:
        """Draw what ``load`` says, from now on.

        Raises:
            InputError: it draws on other phases than the meter has.
        """
        self._meter.integrate()
        before, self._load = self._load, load
        try:
            self._meter.refresh()
        except InputError:
            self._load = before
            raise
        self._meter.touch()

    @property
    def load(self) -> Load:
        """What is drawn from now on."""
        return self._load

    def draw(self, at_us: int, signals: Signals) -> tuple[Draw, int | None]:
        """Power at an instant and the next instant at which it may change."""
        return self._load.draw(at_us, signals)
