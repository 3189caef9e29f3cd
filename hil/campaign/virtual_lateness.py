# SPDX-License-Identifier: Apache-2.0
"""A virtual bench's board that this machine let live too late: what it then says late is no fault of the device."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from xky.emulator.runner import LATE_S, Late

from ..bench.bench import Bench

if TYPE_CHECKING:
    from ..instruments import Instrument

__all__ = ["virtual_lateness"]

_APART_S = 0.2  # bench seconds for each of speed: nearer ones are one
_MOST = 500


def virtual_lateness(instruments: Mapping[str, "Instrument"], bench: Bench) -> list[Late]:
    """When the board of a virtual bench came too late while a bench was under way, on that one's clock; none on a desk.

    Args:
        instruments: by role, open.
        bench: that is over, just now.

    Raises:
        LostInstrument: one does not answer.
    """
    one = next((each for each in instruments.values() if each.is_virtual), None)
    return [] if one is None else list(_asked(one, bench))


def _asked(one: "Instrument", bench: Bench) -> Iterator[Late]:
    offset_s = one.asked("XKY:TIME?") - bench.now_s
    at_s = max(offset_s, 0.0)
    for _ in range(_MOST):
        at_s = one.asked(f"XKY:LATE? {at_s:.6f}")
        if at_s < 0:
            return
        yield Late(at_s - offset_s, LATE_S)
        at_s += _APART_S * bench.speed
    while at_s - offset_s < bench.now_s:  # enough was asked: all that follows is not known to be in time
        yield Late(at_s - offset_s, LATE_S)
        at_s += 1.0
