# SPDX-License-Identifier: Apache-2.0
"""What firmware knows of its capacitor, and what it decides by that: when to begin, to stop, how long to sleep.

The rules are those of Tasmota's winky driver (v3.x): see ``Policy`` and ``Adc`` for the values. Simulated firmware, on
the bench's clock, and ``EventSimulation``, without a line, ask the same ones.
"""

from collections.abc import Callable
from math import floor

from ..description.board import Board
from ..description.power import Policy
from ..description.states import BOOT

__all__ = ["EnergyPolicy", "WakeDecisions"]

_SMOOTHED = 3  # parts of the estimate kept, to one of the new


class EnergyPolicy:
    """The energy book of one device; it outlives its sleeps, not its brown-outs, but for the ADC's scale.

    Args:
        board: that it runs on; where nothing is known of its power, it never stops.
        full_once: whether the capacitor was full once in the life of this device, so that its ADC has its scale.
    """

    def __init__(self, board: Board, *, full_once: bool = True) -> None:
        self._wake = board.wake
        power = board.power
        self._policy = Policy() if power is None else power.policy
        self._adc = None if power is None else power.adc
        capacitor = None if power is None else power.capacitor
        self._nominal_f = self._policy.reference_f or (capacitor.capacitance_f if capacitor else 0.0)
        self._charge_w: float | None = None
        self._slept: tuple[float, float] | None = None
        if self._adc is not None:
            self._highest_raw = self._adc.highest_raw
            self._full_raw = self._raw(self._adc.full_v) if full_once else self._adc.first_full_raw

    def forget(self) -> None:
        """A reset: all is lost but what is in flash."""
        self._charge_w = self._slept = None

    @property
    def settings(self) -> Policy:
        """What it decides by, as it is set now."""
        return self._policy

    def set(self, **changes: float) -> None:
        """Other settings from now on, as a command of the driver gives them; they are in flash.

        Args:
            changes: fields of ``Policy``, in range and in order.
        """
        self._policy = self._policy.model_copy(update=changes)
        self._nominal_f = self._policy.reference_f or self._nominal_f

    def find_scale_again(self) -> None:
        """Forget the largest value seen, where the scale finds itself."""
        if self._adc is not None:
            self._full_raw = self._adc.first_full_raw

    def _raw(self, terminal_v: float) -> int:
        adc, most = self._adc, self._highest_raw
        assert adc is not None
        share = terminal_v * adc.divider * (1 + adc.gain_error) / adc.reference_v
        return max(0, min(most, floor(share * most + 0.5)))

    def read_v(self, terminal_v: float) -> float:
        """What the firmware takes the capacitor's voltage for; a scale that finds itself learns by it."""
        if self._adc is None:
            return terminal_v
        raw = self._raw(terminal_v)
        if self._adc.scales_itself:
            self._full_raw = max(self._full_raw, raw)
            return self._adc.full_v * raw / self._full_raw
        return raw / self._highest_raw * self._adc.reference_v / self._adc.divider

    def may_start(self, terminal_v: float) -> bool:
        """Whether a wake goes on."""
        begins_v = self._policy.begins_v
        return begins_v is None or self.read_v(terminal_v) >= begins_v

    def must_stop(self, terminal_v: float) -> bool:
        """Whether it breaks off and sleeps."""
        stop_v = self._policy.stop_v
        return stop_v is not None and self.read_v(terminal_v) <= stop_v

    @property
    def stop_v(self) -> float | None:
        """The terminal voltage at which it breaks off, by the scale of now."""
        policy, adc = self._policy, self._adc
        if policy.stop_v is None or adc is None:
            return policy.stop_v
        most = self._highest_raw
        raw = (
            policy.stop_v / adc.full_v * self._full_raw
            if adc.scales_itself
            else (policy.stop_v * adc.divider / adc.reference_v * most)
        )
        return (floor(raw) + 0.5) / most * adc.reference_v / (adc.divider * (1 + adc.gain_error))

    @property
    def retry_s(self) -> float:
        """How long it sleeps when a wake may not go on."""
        return self._policy.retry_s

    def wakes(self, now_s: float, terminal_v: Callable[[], float]) -> None:
        """A timer ended a sleep: what came meanwhile tells the power to reckon with."""
        if self._slept is None:
            return
        slept_s, slept_v = self._slept
        elapsed_s = now_s - slept_s
        if elapsed_s <= 0:
            return
        seen_w = 0.5 * self._nominal_f * (self.read_v(terminal_v()) ** 2 - slept_v**2) / elapsed_s
        if seen_w > 0:
            before_w = self._charge_w
            self._charge_w = seen_w if before_w is None else (_SMOOTHED * before_w + seen_w) / (_SMOOTHED + 1)

    def sleep_s(self, now_s: float, terminal_v: Callable[[], float]) -> float:
        """How long it sleeps after a wake; it reads its capacitor only where that counts."""
        assert self._wake is not None
        policy = self._policy
        if policy.sleep == "fixed":
            return self._wake.sleep_s
        read_v = self.read_v(terminal_v())
        self._slept = now_s, read_v
        return self._recharge_s(read_v)

    def recharge_s(self, terminal_v: Callable[[], float]) -> float:
        """How long until the charge that it sees coming has brought the capacitor back to where it starts."""
        return self._recharge_s(self.read_v(terminal_v()))

    def _recharge_s(self, read_v: float) -> float:
        assert self._wake is not None
        policy = self._policy
        if self._charge_w is None or policy.start_v is None:
            return self._wake.sleep_s
        missing_j = 0.5 * self._nominal_f * (policy.start_v**2 - read_v**2)
        return min(max(missing_j / self._charge_w, policy.min_sleep_s), policy.max_sleep_s)


class WakeDecisions:
    """What firmware decides in one wake: whether it goes on with each phase, and how long it sleeps behind them.

    Args:
        policy: of the device.

    Attributes:
        waits: whether there was too little charge to begin, so that it sleeps on.
    """

    def __init__(self, policy: EnergyPolicy) -> None:
        self._policy = policy
        self._looked = False
        self.waits = False

    def goes_on_with(self, phase: str, terminal_v: Callable[[], float]) -> bool:
        """Whether it begins a phase: it boots, looks whether it may start, and behind each phase whether it must stop.

        Args:
            phase: name of its load.
            terminal_v: what the capacitor shows now.
        """
        if phase == BOOT:
            return True
        if self._looked:
            return not self._policy.must_stop(terminal_v())
        self._looked = True
        self.waits = not self._policy.may_start(terminal_v())
        return not self.waits

    def sleep_s(self, now_s: float, terminal_v: Callable[[], float]) -> float:
        """How long it sleeps, from now on."""
        return self._policy.retry_s if self.waits else self._policy.sleep_s(now_s, terminal_v)

    def has_slept(self, now_s: float, terminal_v: Callable[[], float]) -> None:
        """Its timer ended the sleep: what came meanwhile counts for the next one."""
        if not self.waits:
            self._policy.wakes(now_s, terminal_v)
