# SPDX-License-Identifier: Apache-2.0
"""The opto-couplers of TIC receivers: one row each, every value with its source.

``read``: on a page of the data sheet. ``memory``: the maker's figure recalled, not read again. ``assumption``: an
engineer's.
"""

from dataclasses import dataclass
from difflib import get_close_matches

from xky.protocol import InputError

__all__ = ["KINDS", "OptoKind", "kind_named"]


@dataclass(frozen=True, slots=True)
class OptoKind:
    """A type of opto-coupler with two diodes, one a half-wave.

    Attributes:
        name: of the maker, with its rank where that is ordered.
        ctr_min, ctr_max: collector current over 1 mA of diode current, over all lots.
        forward_v: of a diode at about 1 mA, lowest and highest.
        fall_s: of the collector current with 100 Ω, typical and highest.
        sources: of these values, in their order.
    """

    name: str
    ctr_min: float
    ctr_max: float
    forward_v: tuple[float, float]
    fall_s: tuple[float, float]
    sources: tuple[str, ...]


_LITE_ON = "Lite-On DS-70-96-0013"
_SHARP = "Sharp PC814"
_SIEMENS = "Siemens SFH620A, Vishay 83675"
_FORWARD = (1.0, 1.2)
_FORWARD_SOURCE = "diodes: 1.2 V at 20 mA (memory), some 0.1 V less at 1 mA (assumption)"
_LTV_SPEED = f"fall: 3 µs, 18 µs at most (memory, {_LITE_ON})"
_PC_SPEED = f"fall: 3 µs, 18 µs at most (memory, {_SHARP})"
_SFH_SPEED = f"fall: 2 µs (memory, {_SIEMENS}), 5 µs at most (assumption)"


def _row(name: str, ctr: tuple[float, float], fall_s: tuple[float, float], of_ctr: str, of_speed: str) -> OptoKind:
    return OptoKind(name, *ctr, _FORWARD, fall_s, (f"current transfer at 1 mA: {of_ctr}", _FORWARD_SOURCE, of_speed))


KINDS = {
    kind.name: kind
    for kind in (
        _row("LTV-814", (0.20, 3.00), (3e-6, 18e-6), f"20 % (read, {_LITE_ON}) to 300 % (memory)", _LTV_SPEED),
        _row("LTV-814A", (0.50, 1.50), (3e-6, 18e-6), f"rank A, 50 to 150 % (memory, {_LITE_ON})", _LTV_SPEED),
        _row("PC814", (0.20, 3.00), (3e-6, 18e-6), f"20 to 300 % (memory, {_SHARP})", _PC_SPEED),
        _row("PC814A", (0.50, 1.50), (3e-6, 18e-6), f"rank A, 50 to 150 % (memory, {_SHARP})", _PC_SPEED),
        _row("SFH620A-1", (0.13, 0.60), (2e-6, 5e-6), f"13 % (read, {_SIEMENS}) to 60 % (assumption)", _SFH_SPEED),
        _row("SFH620A-2", (0.22, 0.90), (2e-6, 5e-6), f"22 % (memory, {_SIEMENS}) to 90 % (assumption)", _SFH_SPEED),
        _row("SFH620A-3", (0.34, 1.40), (2e-6, 5e-6), f"34 % (memory, {_SIEMENS}) to 140 % (assumption)", _SFH_SPEED),
    )
}

SLOWER_S_PER_OHM = 5.5e-9
"""What the load adds to the time constant: 14 µs of fall (read, Vishay 83666) with 1 kΩ (memory), 2 µs with 100 Ω."""

LOW_CURRENT_EXPONENT = 0.3
"""How the current transfer falls below 1 mA (assumption: half at a tenth, as the curves of these types have it)."""


def kind_named(name: str) -> OptoKind:
    """The type of that name.

    Raises:
        InputError: it is not known.
    """
    if (kind := KINDS.get(name.upper())) is not None:
        return kind
    near = get_close_matches(name.upper(), KINDS, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise InputError(f"--opto {name}: not known; known: {', '.join(KINDS)}.{hint}")
