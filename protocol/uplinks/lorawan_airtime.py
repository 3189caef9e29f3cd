# SPDX-License-Identifier: Apache-2.0
"""How long a LoRa frame is on the air: Semtech AN1200.13 section 4, with an explicit header, as LoRaWAN has it."""

from math import ceil

from .messages import RadioFrame

__all__ = ["PREAMBLE_SYMBOLS", "airtime_of", "airtime_s", "symbol_s"]

PREAMBLE_SYMBOLS = 8  # LoRaWAN regional parameters §2.1.2 (EU868)
_SYNC_SYMBOLS = 4.25  # behind the preamble: AN1200.13 section 4
_HEADER_SYMBOLS = 8  # AN1200.13 section 4; they hold a part of the payload, too
_LONG_SYMBOL_S = 0.016  # from here on the low data rate optimisation is on (AN1200.13): SF11 and SF12 at 125 kHz
_CRC_BITS = 16


def symbol_s(spreading_factor: int, bandwidth_hz: float = 125e3) -> float:
    """Length of a symbol, seconds."""
    return float(2**spreading_factor) / bandwidth_hz


def airtime_s(
    phy_bytes: int,
    spreading_factor: int,
    *,
    bandwidth_hz: float = 125e3,
    coding_rate: int = 1,
    preamble_symbols: int = PREAMBLE_SYMBOLS,
    crc: bool = True,
) -> float:
    """How long a frame is on the air, seconds.

    Args:
        phy_bytes: of the PHYPayload.
        spreading_factor: 7 to 12.
        bandwidth_hz: of the modulation.
        coding_rate: 1 to 4 for 4/5 to 4/8.
        preamble_symbols: before the header.
        crc: over the payload; uplinks have one, downlinks have none (LoRaWAN 1.0.2 §3.1, §3.2).

    >>> round(1e3 * airtime_s(24, 12), 3)
    1482.752
    """
    symbol = symbol_s(spreading_factor, bandwidth_hz)
    optimised = symbol > _LONG_SYMBOL_S
    bits = 8 * phy_bytes - 4 * spreading_factor + 28 + _CRC_BITS * crc
    blocks = max(ceil(bits / (4 * (spreading_factor - 2 * optimised))), 0)
    return (preamble_symbols + _SYNC_SYMBOLS + _HEADER_SYMBOLS + blocks * (coding_rate + 4)) * symbol


def airtime_of(frame: RadioFrame, *, crc: bool = True) -> float:
    """How long this frame is on the air, seconds; ``crc`` as in ``airtime_s``."""
    return airtime_s(
        len(frame.data),
        frame.spreading_factor,
        bandwidth_hz=frame.bandwidth_hz,
        coding_rate=frame.coding_rate,
        crc=crc,
    )
