# SPDX-License-Identifier: Apache-2.0
"""How long a LoRaWAN uplink is on the air, how long its device listens behind it, and how soon the next one may go.

The airtime is that of Semtech AN1200.13 section 4, with an explicit header and a payload CRC, as uplinks have them.
"""

from math import ceil

from .power import LoRa

__all__ = ["airtime_s", "off_time_s", "shortest_period_s", "symbol_s", "windows_s"]

_LORAWAN_BYTES = 13  # MHDR 1, address 4, FCtrl 1, FCnt 2, FPort 1, MIC 4 (LoRaWAN 1.0.2 §4)
_SYNC_SYMBOLS = 4.25  # behind the preamble: AN1200.13 section 4
_HEADER_SYMBOLS = 8  # AN1200.13 section 4; they hold a part of the payload, too
_LONG_SYMBOL_S = 0.016  # from here on the low data rate optimisation is on (AN1200.13): SF11 and SF12 at 125 kHz
_SECOND_WINDOW_S = 1.0  # behind the first one (LoRaWAN 1.0.2 §3.3.2)
_SECOND_SYMBOL_S = 2**12 / 125e3  # the second window is at SF12 in EU868 (LoRaWAN regional parameters §2.2.7)
_PREAMBLE_SYMBOLS = 8  # of a downlink; a window lasts as long as it takes to hear one (LoRaWAN 1.0.2 §3.3.3)


def symbol_s(lora: LoRa) -> float:
    """Length of a symbol, seconds."""
    return float(2**lora.spreading_factor) / lora.bandwidth_hz


def airtime_s(lora: LoRa) -> float:
    """How long one uplink is on the air, seconds.

    >>> round(1e3 * airtime_s(LoRa(spreading_factor=7, payload_bytes=11)), 1)
    61.7
    """
    spread = lora.spreading_factor
    optimised = symbol_s(lora) > _LONG_SYMBOL_S
    bits = 8 * (lora.payload_bytes + _LORAWAN_BYTES) - 4 * spread + 28 + 16  # 16: the CRC
    blocks = max(ceil(bits / (4 * (spread - 2 * optimised))), 0)
    symbols = lora.preamble_symbols + _SYNC_SYMBOLS + _HEADER_SYMBOLS + blocks * (lora.coding_rate + 4)
    return symbols * symbol_s(lora)


def windows_s(lora: LoRa) -> float:
    """From the end of an uplink to the end of the second receive window, in which nothing comes, seconds."""
    return lora.window_delay_s + _SECOND_WINDOW_S + _PREAMBLE_SYMBOLS * _SECOND_SYMBOL_S


def off_time_s(lora: LoRa) -> float:
    """How long the band must be left alone behind an uplink to keep the duty cycle, seconds; at 1 % 99 airtimes."""
    return airtime_s(lora) * (1 / lora.duty_cycle - 1)


def shortest_period_s(lora: LoRa) -> float:
    """From uplink to uplink, seconds: the duty cycle allows no less, nor do the receive windows."""
    return airtime_s(lora) + max(off_time_s(lora), windows_s(lora))
