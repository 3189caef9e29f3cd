# SPDX-License-Identifier: Apache-2.0
"""``meter.load``: the knob of what a house draws."""

from xky.protocol import InputError

from ..load import Draw, Hold, Load, Ramp
from .state import MeterState

__all__ = ["LoadControl"]


class LoadControl:
    """Turns the knob of what the house draws."""

    def __init__(self, state: MeterState) -> None:
        self._state = state

    def hold(self, *apparent_va: float) -> None:
        """Draw this from now on, purely active; one figure for all phases together, or one a phase."""
        self.follow(Hold(Draw.of(*self._by_phase(apparent_va))))

    def _by_phase(self, apparent_va: tuple[float, ...]) -> tuple[float, ...]:
        phases = self._state.phases
        if len(apparent_va) == 1:
            share, rest = divmod(apparent_va[0], phases)
            return (share + rest,) + (share,) * (phases - 1)
        if len(apparent_va) != phases:
            raise InputError(f"load.hold{apparent_va}: the meter has {phases} phase(s); give one figure, or one each")
        return apparent_va

    def ramp(self, *apparent_va: float, during_s: int) -> None:
        """Go from the present power to this one, in steps of a second, then hold."""
        state = self._state
        state.integrate()
        last = Draw.of(*self._by_phase(apparent_va))
        self.follow(Ramp(state.power.draw, last, state.present.true_us, during_s))

    def follow(self, load: Load) -> None:
        """Draw what ``load`` says, from now on.

        Raises:
            InputError: it draws on other phases than the meter has.
        """
        self._state.follow(load)
