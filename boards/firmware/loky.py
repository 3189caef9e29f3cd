# SPDX-License-Identifier: Apache-2.0
"""LoKy's firmware, simulated: reads as all that sleep do, joins a LoRaWAN network, publishes class A uplinks.

Nothing of the true firmware is public: all of it is an assumption (see ``boards/loky.toml``). Its period is that of
``[wake]``, or longer: the least one of ``[lorawan]``, its charge, the duty cycle, the fair use of its network.
"""

from collections.abc import Generator

import simpy

from xky.protocol import InputError, Mode

from ..description.phases import WakePhase
from ..description.states import JOINING, SLEEP
from ..payloads.loky import EXTENDED_BYTES, PLAIN_BYTES, encode
from .context import FirmwareContext
from .duty_cycle import AirLedger, FairUse
from .energy_policy import WakeDecisions
from .lorawan_flash import LorawanFlash
from .lorawan_mac import LorawanMac
from .sleeper import SleepingFirmware

__all__ = ["FIRMWARE", "LokyFirmware"]


class LokyFirmware(SleepingFirmware):
    """One running LoKy; without a radio it says bare readings.

    Raises:
        InputError: the board has no ``[lorawan]``, no ``[power.lora]``, or payloads of another length.
    """

    def __init__(self, context: FirmwareContext) -> None:
        super().__init__(context)
        board = context.board
        lora = None if board.power is None else board.power.lora
        if board.lorawan is None or lora is None:
            raise InputError(
                f"board {board.id}: firmware loky speaks LoRaWAN; give the board file [lorawan] and [power.lora]"
            )
        if lora.payload_bytes not in (PLAIN_BYTES, EXTENDED_BYTES):
            raise InputError(
                f"board {board.id}: power.lora.payload_bytes {lora.payload_bytes}: "
                f"firmware loky has payloads of {PLAIN_BYTES} and {EXTENDED_BYTES} bytes"
            )
        self._settings, self._payload_bytes = board.lorawan, lora.payload_bytes
        fair_use = None if board.lorawan.fair_use_s is None else FairUse(board.lorawan.fair_use_s)
        empty = LorawanFlash(AirLedger(lora.duty_cycle), fair_use)
        self._flash: LorawanFlash = context.flash.setdefault("lorawan", empty)
        self._mac = None if context.radio is None else LorawanMac(
            context.env, context.radio, board.lorawan, lora, self._flash, context.power.draw
        )  # fmt: skip
        self._woke_s = 0.0

    def _starts(self) -> None:
        if self._mac is not None:
            self._mac.starts()

    def _stops(self) -> None:
        if self._mac is not None:
            self._mac.stops()

    def _wakes(self) -> None:
        self._woke_s = float(self._env.now)

    def _gets_through(self, phase: WakePhase) -> Generator[simpy.Event, None, bool]:
        yield from self._spend(phase)
        mac = self._mac
        if mac is None or phase.load != JOINING[0]:
            return True
        if not mac.is_joined:
            yield from mac.join()
        wait_s = mac.band_wait_s(self._payload_bytes) - self._listens_s if mac.is_joined else 0.0
        if wait_s > 0:  # it reads what it may say then: what waits for the duty cycle grows old
            self._power.draw(SLEEP)
            yield self._env.timeout(wait_s)
        return mac.is_joined

    def _publish(self) -> Generator[simpy.Event, None, None]:
        mac, settings, flash = self._mac, self._settings, self._flash
        if mac is None:
            yield from super()._publish()
            return
        values = {group.label: group.value for group in self._heard[-1]}
        sequence, flash.sequence = flash.sequence, flash.sequence + 1
        payload = encode(
            self._mode,
            values,
            capacitor_v=self._energy_policy.read_v(self._terminal_v()),
            sequence=sequence,
            extended=self._payload_bytes == EXTENDED_BYTES,
        )
        every = settings.confirmed_every
        yield from mac.send(
            settings.port_standard if self._mode is Mode.STANDARD else settings.port_historic,
            payload,
            confirmed=bool(every) and sequence % every == 0,
        )

    def _sleep_s(self, decisions: WakeDecisions) -> float:
        """As ``[wake]`` says, or longer, so that the next uplink may go as soon as it is ready."""
        sleep_s = super()._sleep_s(decisions)
        mac, settings = self._mac, self._settings
        if mac is None or decisions.waits:
            return sleep_s
        if not mac.is_joined:
            return mac.join_pause_s
        awake_s = self._env.now - self._woke_s
        ready_s = sum(phase.duration_s for phase in self._until_read)
        return max(sleep_s, settings.shortest_period_s - awake_s, mac.wait_s(self._payload_bytes) - ready_s)


FIRMWARE = LokyFirmware
