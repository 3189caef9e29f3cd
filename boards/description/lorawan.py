# SPDX-License-Identifier: Apache-2.0
"""How a device joins and speaks to a LoRaWAN network: the ``[lorawan]`` table of a board's file. EU868, class A."""

from math import log2
from string import hexdigits
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from xky.protocol.tomlfile import Section

__all__ = ["ACK_TIMEOUT_S", "JOIN_SPREAD", "Lorawan", "comes_back", "fair_wait_s"]

ACK_TIMEOUT_S = 3.0  # behind the second window, at the most (LoRaWAN 1.0.2 §18.1, memory)
_AT_ONCE = 0.1  # share of a day's airtime that may be used at once: a join, repetitions; an assumption
JOIN_SPREAD = 1.2  # a pause behind a join may be so much longer, at random (LoRaWAN 1.0.2 §7)
_DAY_S = 86_400.0
_GAINS = 1.5  # so many times the period that its network grants; an assumption
_Positive = Annotated[float, Field(gt=0)]
_Port = Annotated[int, Field(ge=1, le=223)]  # FPorts of applications (LoRaWAN 1.0.2 §4.3.2)


def comes_back(fair_use_s: float) -> float:
    """The airtime that may be used again in each second, behind what was used at once.

    Args:
        fair_use_s: airtime a day that a network grants.
    """
    return (1 - _AT_ONCE) * fair_use_s / _DAY_S


def fair_wait_s(fair_use_s: float, spent_s: float, airtime_s: float) -> float:
    """How long a frame waits for what its network grants, seconds.

    Args:
        fair_use_s: airtime a day that it grants.
        spent_s: what was used at once, and has not come back.
        airtime_s: of the frame.
    """
    over_s = spent_s + airtime_s - max(_AT_ONCE * fair_use_s, airtime_s)
    return max(0.0, over_s / comes_back(fair_use_s))


class Lorawan(Section):
    """What it is known by, and how it behaves; modulation and duty cycle stand in ``[power.lora]``.

    Attributes:
        dev_eui: 16 hexadecimal digits, most significant first.
        join_eui: AppEUI of LoRaWAN 1.0, likewise.
        app_key: 32 hexadecimal digits.
        payload: how its payloads are read; None: nobody said, and they are seen as hexadecimal text.
        adr: the network may set its data rate.
        port_historic: FPort of readings in historic mode.
        port_standard: FPort of those in standard mode.
        confirmed_every: each so many uplinks, one is confirmed, the first included; 0: none.
        transmissions_max: how often a confirmed uplink is sent at the most.
        shortest_period_s: from wake to wake, at the least.
        fair_use_s: airtime a day that its network grants; None: it does not ask.
        join_pause_s: behind the first join that got no answer; it doubles from try to try.
        join_pause_max_s: the longest that it becomes, unless the duty cycle of joins asks for more.
    """

    dev_eui: str
    join_eui: str
    app_key: Annotated[str, Field(repr=False)]
    payload: Literal["loky"] | None = None
    adr: bool = True
    port_historic: _Port = 1
    port_standard: _Port = 2
    confirmed_every: Annotated[int, Field(ge=0)] = 0
    transmissions_max: Annotated[int, Field(ge=1, le=15)] = 8
    shortest_period_s: _Positive = 60.0
    fair_use_s: _Positive | None = None
    join_pause_s: _Positive = 60.0
    join_pause_max_s: _Positive = 3600.0

    def fair_period_s(self, airtime_s: float) -> float:
        """From uplink to uplink in the long run, seconds, by the airtime that its network grants; 0: it does not ask.

        Args:
            airtime_s: of an uplink.
        """
        return 0.0 if self.fair_use_s is None else airtime_s / comes_back(self.fair_use_s)

    def join_delay_s(self, airtime_s: float, join_airtime_s: float) -> float:
        """The longest from the first uplink behind a join to the second, by what its network grants, seconds.

        Args:
            airtime_s: of an uplink.
            join_airtime_s: of a join request.
        """
        return 0.0 if self.fair_use_s is None else fair_wait_s(self.fair_use_s, join_airtime_s + airtime_s, airtime_s)

    def join_pause_after(self, tries: int) -> float:
        """How long it leaves the network alone, at the least, behind so many joins in a row that got no answer, s."""
        return float(min(self.join_pause_s * 2.0 ** min(tries - 1, 30), self.join_pause_max_s))

    def returns_s(self, outage_s: float) -> float:
        """The longest until a network that was away is tried again by a device that has to join, seconds.

        Its pauses double, so that none is longer than the time that it has been at it, and the first one.

        Args:
            outage_s: how long the network was away.
        """
        return JOIN_SPREAD * (outage_s + self.join_pause_s)

    def made_up_s(self, outage_s: float, airtime_s: float, join_airtime_s: float, period_s: float) -> float:
        """How long uplinks wait behind an outage until its network's airtime has been made up for, seconds.

        Each join counts, and the repetitions of a confirmed uplink; what earlier ones took was made up for meanwhile.
        0: it does not ask, or what may be used at once was enough.

        Args:
            outage_s: how long the network was away.
            airtime_s: of an uplink.
            join_airtime_s: of a join request.
            period_s: from uplink to uplink.
        """
        if self.fair_use_s is None:
            return 0.0
        joins = 2 + int(log2(1 + outage_s / self.join_pause_s))
        repetitions = self.transmissions_max - 1 if self.confirmed_every else 0
        lost_s, spent_s = joins * join_airtime_s + repetitions * airtime_s, _AT_ONCE * self.fair_use_s
        if period_s > _GAINS * self.fair_period_s(airtime_s):  # an outage before is forgotten some periods later
            spent_s = min(spent_s, airtime_s + lost_s)
        return fair_wait_s(self.fair_use_s, spent_s + lost_s, airtime_s)

    @field_validator("dev_eui", "join_eui", "app_key")
    @classmethod
    def _is_of_digits(cls, text: str, info: ValidationInfo) -> str:
        digits = 32 if info.field_name == "app_key" else 16
        if len(text) != digits or not set(text) <= set(hexdigits):
            raise ValueError(f"expected {digits} hexadecimal digits, most significant first")
        return text
