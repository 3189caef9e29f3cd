# SPDX-License-Identifier: Apache-2.0
"""LoRaWAN in Europe, EU868: channels, data rates, receive windows, sub-bands, and what of an hour they may be used.

What was not read again for this is marked ``memory``: the LoRaWAN regional parameters and ETSI EN 300 220-2 have it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "CHANNELS_HZ", "DATA_RATES", "HOUR_S", "JOIN_DELAYS_S", "MOST_BYTES", "RX2_HZ",
    "RX2_SPREADING_FACTOR", "RX_DELAYS_S", "SUB_BANDS", "SubBand", "Transmission", "data_rate_name", "sub_band",
    "worst_use_s",
]  # fmt: skip

CHANNELS_HZ = (868.1e6, 868.3e6, 868.5e6)  # of every device; a join accept may add five (memory)
DATA_RATES = {rate: 12 - rate for rate in range(6)}  # DR0 to DR5: spreading factor, 125 kHz (memory)
MOST_BYTES = {7: 222, 8: 222, 9: 115, 10: 51, 11: 51, 12: 51}  # of the application, by spreading factor
RX_DELAYS_S = (1.0, 2.0)  # from the end of an uplink to the beginning of RX1 and RX2
JOIN_DELAYS_S = (5.0, 6.0)  # of a join request (memory)
RX2_HZ = 869.525e6  # RX1 is at the frequency and the data rate of the uplink
RX2_SPREADING_FACTOR = 12  # LoRaWAN's own; The Things Network has 9
HOUR_S = 3600.0  # over which a duty cycle is reckoned (EN 300 220-1, memory)


@dataclass(frozen=True, slots=True)
class SubBand:
    """A part of the band that has a duty cycle of its own.

    Attributes:
        name: as people call it.
        low_hz: its lower end.
        high_hz: its upper end.
        duty_cycle: share of any hour that one device may send in it.
    """

    name: str
    low_hz: float
    high_hz: float
    duty_cycle: float


SUB_BANDS = (  # EN 300 220-2 annex B; the 1 % of 868.0 to 868.6 MHz is sourced, the others are memory
    SubBand("863-865", 863.0e6, 865.0e6, 0.001),
    SubBand("865-868", 865.0e6, 868.0e6, 0.01),
    SubBand("868.0-868.6", 868.0e6, 868.6e6, 0.01),
    SubBand("868.7-869.2", 868.7e6, 869.2e6, 0.001),
    SubBand("869.4-869.65", 869.4e6, 869.65e6, 0.1),
    SubBand("869.7-870.0", 869.7e6, 870.0e6, 0.01),
)


def sub_band(frequency_hz: float) -> SubBand | None:
    """The sub-band of a carrier; None where nobody may send."""
    return next((band for band in reversed(SUB_BANDS) if band.low_hz <= frequency_hz <= band.high_hz), None)


def data_rate_name(spreading_factor: int, bandwidth_hz: float = 125e3) -> str:
    """As packet forwarders write it.

    >>> data_rate_name(7)
    'SF7BW125'
    """
    return f"SF{spreading_factor}BW{bandwidth_hz / 1e3:g}"


@dataclass(frozen=True, slots=True)
class Transmission:
    """What one frame took of the air.

    Attributes:
        start_s: of its preamble, seconds on the bench's clock.
        airtime_s: how long it lasted.
        frequency_hz: its carrier.
        spreading_factor: 7 to 12.
        sender: DevAddr or DevEUI, as hex text.
    """

    start_s: float
    airtime_s: float
    frequency_hz: float
    spreading_factor: int
    sender: str = ""

    @property
    def end_s(self) -> float:
        """Its end."""
        return self.start_s + self.airtime_s


def worst_use_s(transmissions: Iterable[Transmission], window_s: float = HOUR_S) -> tuple[float, float]:
    """The most that is sent within any stretch of ``window_s`` seconds, and where that stretch ends, both in seconds.

    The most is always reached by a stretch that ends with a transmission. Give those of one device and sub-band.
    """
    sent = sorted(transmissions, key=lambda one: one.start_s)
    most_s, ends_s = 0.0, 0.0
    for place, last in enumerate(sent):
        begins_s, used_s = last.end_s - window_s, 0.0
        for one in reversed(sent[: place + 1]):
            if one.end_s <= begins_s:
                break
            used_s += one.end_s - max(one.start_s, begins_s)
        if used_s > most_s:
            most_s, ends_s = used_s, last.end_s
    return most_s, ends_s
