# SPDX-License-Identifier: Apache-2.0
"""The opto-couplers of TIC receivers: one row each, every value with its source.

``read``: on a page of the data sheet. ``memory``: the maker's figure recalled, not read again. ``assumption``: an
engineer's. Sources: [L] Lite-On DS-70-96-0013 rev. J, K (LTV-8x4), [S] Siemens, Infineon SFH620A, Vishay 83675,
[V] Vishay 83666 (SFH610A, the same phototransistor with one diode), [P] Sharp PC814.
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


_LTV_SPEED = "3 µs memory [L], 18 µs memory [L]"
_PC_SPEED = "3 µs memory [P], 18 µs memory [P]"
_FORWARD = (1.0, 1.2)
_FORWARD_SOURCE = "1.2 V at 20 mA memory, some 0.1 V less at 1 mA assumption"

_SFH_SPEED = "2 µs memory [S], highest assumption"


def _row(name: str, ctr: tuple[float, float], fall_s: tuple[float, float], of_ctr: str, of_speed: str) -> OptoKind:
    return OptoKind(name, *ctr, _FORWARD, fall_s, (of_ctr, _FORWARD_SOURCE, of_speed))


KINDS = {
    kind.name: kind
    for kind in (
        _row("LTV-814", (0.20, 3.00), (3e-6, 18e-6), "20 % read [L], 300 % memory [L]", _LTV_SPEED),
        _row("LTV-814A", (0.50, 1.50), (3e-6, 18e-6), "rank A: 50 to 150 % memory [L]", _LTV_SPEED),
        _row("PC814", (0.20, 3.00), (3e-6, 18e-6), "20 to 300 % memory [P]", _PC_SPEED),
        _row("PC814A", (0.50, 1.50), (3e-6, 18e-6), "rank A: 50 to 150 % memory [P]", _PC_SPEED),
        _row("SFH620A-1", (0.13, 0.60), (2e-6, 5e-6), "13 % read [S], twice the typical 30 % assumption", _SFH_SPEED),
        _row("SFH620A-2", (0.22, 0.90), (2e-6, 5e-6), "22 % memory [S], twice the typical 45 % assumption", _SFH_SPEED),
        _row("SFH620A-3", (0.34, 1.40), (2e-6, 5e-6), "34 % memory [S], twice the typical 70 % assumption", _SFH_SPEED),
    )
}

SLOWER_S_PER_OHM = 5.5e-9
"""What the load adds to the time constant: 14 µs of fall with 1 kΩ (read [V], the load memory) over 2 µs with 100 Ω."""

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
