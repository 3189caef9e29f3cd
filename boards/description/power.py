# SPDX-License-Identifier: Apache-2.0
"""What lives on terminals I1-A: the ``[power]`` table of a board's file, from the rectifier to the loads."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from xky.protocol.tomlfile import Section
from xky.protocol.uplinks.lorawan_eu868 import MOST_BYTES

from .parts import Adc, Bulk, Capacitor, Charger, Clamp, Mcu, NotNegative, Positive, Rectifier, Regulator, WakeUp

__all__ = ["LoRa", "Policy", "PowerDescription", "RailLoad"]


class RailLoad(Section):
    """What the rail gives in one state of the device.

    Attributes:
        current_a: mean.
        peak_a: in bursts of the radio; None: there are none.
        peak_s: length of a burst.
        current_spread: relative, standard deviation from device to device.
        duration_spread: relative, standard deviation of how long the state lasts.
    """

    current_a: NotNegative
    peak_a: Positive | None = None
    peak_s: Positive = 0.003
    current_spread: NotNegative = 0.1
    duration_spread: NotNegative = 0.0

    @model_validator(mode="after")
    def _peak_is_more(self) -> "RailLoad":
        if self.peak_a is not None and self.peak_a < self.current_a:
            raise ValueError(
                f"peak_a {self.peak_a}: expected current_a {self.current_a} or more; it is the mean's peak"
            )
        return self


class Policy(Section):
    """What the firmware does about the voltage that it reads.

    Attributes:
        start_v: a wake goes on only from here (less ``start_margin_v``); None: always.
        start_margin_v: see there.
        stop_v: it stops and sleeps at or below: it looks after each phase of a wake, and all the time while it
            listens; None: never.
        retry_s: it sleeps so long when ``start_v`` is not reached.
        sleep: ``fixed``: as long as ``[wake]`` says; ``recharge``: until the charge that it sees coming has brought
            the capacitor back to ``start_v``.
        min_sleep_s: of ``recharge``.
        max_sleep_s: of ``recharge``.
        reference_f: capacitance that the firmware reckons with; None: the nominal one.
    """

    start_v: Positive | None = None
    start_margin_v: NotNegative = 0.05
    stop_v: Positive | None = None
    retry_s: Positive = 30.0
    sleep: Literal["fixed", "recharge"] = "fixed"
    min_sleep_s: Positive = 10.0
    max_sleep_s: Positive = 60.0
    reference_f: Positive | None = None

    @property
    def begins_v(self) -> float | None:
        """A wake goes on from this voltage on, as the firmware reads it; None: from any."""
        return None if self.start_v is None else self.start_v - self.start_margin_v

    @model_validator(mode="after")
    def _in_order(self) -> "Policy":
        if self.start_v is not None and self.stop_v is not None and not self.stop_v < self.start_v:
            raise ValueError(
                f"stop_v {self.stop_v}: expected below start_v {self.start_v}; it stops below where it starts"
            )
        if self.min_sleep_s > self.max_sleep_s:
            raise ValueError(f"min_sleep_s {self.min_sleep_s}: expected max_sleep_s {self.max_sleep_s} or less")
        return self


class LoRa(Section):
    """One uplink of a LoRaWAN device, EU868, class A.

    Attributes:
        spreading_factor: 7 to 12.
        payload_bytes: of the application; 13 more are sent (LoRaWAN 1.0 header, port and code).
        bandwidth_hz: of the channel.
        coding_rate: 1 to 4 for 4/5 to 4/8.
        preamble_symbols: before the header.
        duty_cycle: share of the time that the band may be used (ETSI EN 300 220).
        window_delay_s: until the first receive window opens; the second one a second later.
    """

    spreading_factor: Annotated[int, Field(ge=7, le=12)] = 7
    payload_bytes: Annotated[int, Field(ge=1)] = 11
    bandwidth_hz: Positive = 125_000.0
    coding_rate: Annotated[int, Field(ge=1, le=4)] = 1
    preamble_symbols: Annotated[int, Field(ge=6)] = 8
    duty_cycle: Annotated[float, Field(gt=0, le=1)] = 0.01
    window_delay_s: Positive = 1.0

    @model_validator(mode="after")
    def _is_allowed(self) -> "LoRa":
        most = MOST_BYTES[self.spreading_factor]
        if self.payload_bytes > most:
            raise ValueError(f"payload_bytes {self.payload_bytes}: expected {most} or less at this spreading factor")
        return self


class PowerDescription(Section):
    """The power train of a board and what it carries.

    Attributes:
        source: ``tic`` lives on terminals I1-A; ``external`` has a supply of its own, only its loads count.
        rectifier: from the terminals.
        charger: a regulator before the capacitor.
        clamp: across the capacitor.
        capacitor: the store; the smoothing capacitor of a board without a store.
        regulator: from the capacitor to the rail.
        bulk: on the rail.
        wake_up: comparator between capacitor and microcontroller; None: the rail alone decides.
        mcu: when it resets.
        adc: how the firmware sees the capacitor; None: it does not look.
        policy: what it makes of it.
        lora: where the device publishes by LoRaWAN.
        loads: by the name of the state in ``states``.
    """

    source: Literal["tic", "external"] = "tic"
    rectifier: Rectifier | None = None
    charger: Charger | None = None
    clamp: Clamp | None = None
    capacitor: Capacitor | None = None
    regulator: Regulator
    bulk: Bulk | None = None
    wake_up: WakeUp | None = None
    mcu: Mcu
    adc: Adc | None = None
    policy: Policy = Policy()
    lora: LoRa | None = None
    loads: dict[str, RailLoad]

    @model_validator(mode="after")
    def _complete(self) -> "PowerDescription":
        if self.source == "tic":
            for name in ("rectifier", "capacitor"):
                if getattr(self, name) is None:
                    raise ValueError(f"{name}: missing; a board that lives on the TIC has one")
        if self.mcu.power_on_v > self.regulator.output_v:
            raise ValueError(
                f"mcu: power_on_v {self.mcu.power_on_v}: expected regulator.output_v {self.regulator.output_v} or "
                "less; the rail never comes to where the reset lets go"
            )
        if (self.policy.start_v or self.policy.stop_v) and self.adc is None:
            raise ValueError("policy: start_v and stop_v need an adc; the firmware does not see the capacitor")
        return self
