# SPDX-License-Identifier: Apache-2.0
"""How long a LoRaWAN uplink is on the air, how long its device listens behind it, and how soon the next one may go.

What is reckoned with is what the board's ``[power.lora]`` says of an uplink.
"""

from xky.protocol.uplinks import lorawan_airtime
from xky.protocol.uplinks.lorawan_airtime import PREAMBLE_SYMBOLS
from xky.protocol.uplinks.lorawan_eu868 import HOUR_S, RX2_SPREADING_FACTOR, RX_DELAYS_S

from .power import LoRa

__all__ = [
    "airtime_s", "join_airtime_s", "longest_gap_s", "off_time_s", "shortest_period_s", "symbol_s", "windows_s",
]  # fmt: skip

_JOIN_BYTES = 23  # of a join request: MHDR 1, EUIs 16, DevNonce 2, MIC 4 (LoRaWAN 1.0.2 §6.2.4)
_LORAWAN_BYTES = 13  # MHDR 1, address 4, FCtrl 1, FCnt 2, FPort 1, MIC 4 (LoRaWAN 1.0.2 §4)


def symbol_s(lora: LoRa) -> float:
    """Length of a symbol, seconds."""
    return lorawan_airtime.symbol_s(lora.spreading_factor, lora.bandwidth_hz)


def airtime_s(lora: LoRa) -> float:
    """How long one uplink is on the air, seconds.

    >>> round(1e3 * airtime_s(LoRa(spreading_factor=7, payload_bytes=11)), 1)
    61.7
    """
    return _airtime_s(lora, lora.payload_bytes + _LORAWAN_BYTES)


def join_airtime_s(lora: LoRa) -> float:
    """The same of a join request."""
    return _airtime_s(lora, _JOIN_BYTES)


def _airtime_s(lora: LoRa, phy_bytes: int) -> float:
    return lorawan_airtime.airtime_s(
        phy_bytes,
        lora.spreading_factor,
        bandwidth_hz=lora.bandwidth_hz,
        coding_rate=lora.coding_rate,
        preamble_symbols=lora.preamble_symbols,
    )


def windows_s(lora: LoRa) -> float:
    """From the end of an uplink to the end of the second receive window, in which nothing comes, seconds."""
    # A window lasts as long as it takes to hear a preamble (LoRaWAN 1.0.2 §3.3.3)
    listens_s = PREAMBLE_SYMBOLS * lorawan_airtime.symbol_s(RX2_SPREADING_FACTOR)
    return lora.window_delay_s + (RX_DELAYS_S[1] - RX_DELAYS_S[0]) + listens_s


def off_time_s(lora: LoRa) -> float:
    """How long the band must be left alone behind an uplink to keep the duty cycle, seconds; at 1 % 99 airtimes."""
    return airtime_s(lora) * (1 / lora.duty_cycle - 1)


def shortest_period_s(lora: LoRa) -> float:
    """From uplink to uplink, seconds: the duty cycle allows no less, nor do the receive windows."""
    return airtime_s(lora) + max(off_time_s(lora), windows_s(lora))


def longest_gap_s(lora: LoRa) -> float:
    """From uplink to uplink, at the most, of a device that sends as soon as it may, seconds.

    No hour may hold more than the duty cycle lets it: behind as many as it holds, the next one waits for its end.
    """
    spacing_s = airtime_s(lora) / lora.duty_cycle
    an_hour = max(int(HOUR_S / spacing_s), 1)
    return max(shortest_period_s(lora), HOUR_S - (an_hour - 1) * spacing_s)
