# SPDX-License-Identifier: Apache-2.0
"""Winky's public edition: Tasmota with its teleinfo and winky drivers (v3.x), on its capacitor.

In each wake it connects to the broker with its last will, hears commands while it is awake, and says what it heard to
each integration that is on: the raw TIC, SENSOR, InfluxDB. How long it sleeps is the driver's rule. Assumptions: it
says Offline before it sleeps, so that what is retained is true; its clock is never set, as no time server is there,
and counts from 1970 as Tasmota's does.
"""

from collections.abc import Generator, Mapping, Sequence
from functools import lru_cache, partial
from time import gmtime, strftime

import simpy

from xky.protocol import Group
from xky.protocol.uplinks.messages import MqttMessage

from ..payloads.influx_write import write_request
from ..payloads.tariffs import tariff_of
from ..payloads.tasmota import WinkyState, points, raw_tic, sensor
from ..ports import MqttLink
from .context import FirmwareContext
from .energy_policy import WakeDecisions
from .networked import NetworkedSleeper, Publication
from .parser import values_of
from .winky_commands import WinkyCommands, WinkySettings

__all__ = ["FIRMWARE", "TasmotaFirmware"]

_COSINES_ENOUGH = 12  # driver: samples of cos φ that end a wake
_MULTIPLES = (1.0, 10.0)  # driver: a winky_sleep from the first to below the second multiplies the wake
_TWO = 2  # driver: messages that listen.timeout_s is meant for


class TasmotaFirmware(NetworkedSleeper):
    """One running Winky."""

    def __init__(self, context: FirmwareContext) -> None:
        super().__init__(context)
        assert self._board.wake is not None
        policy = self._energy_policy.settings
        self._settings = WinkySettings(0.0 if policy.sleep == "recharge" else self._board.wake.sleep_s)
        self._as_described = self._settings.sleep
        self._commands = WinkyCommands(self._settings, self._energy_policy, self._listen.frames)
        self._boots = self._cosines = 0
        self._boot_v = 0.0
        self._told: WinkyState | None = None
        self._last: Sequence[Group] = ()
        self._values: Mapping[str, str] = {}  # of the last

    # a wake

    def _wakes(self) -> None:
        super()._wakes()
        self._cosines, self._told = 0, None
        self._boots += 1
        if self._network is None:
            return
        self._boot_v = self._energy_policy.read_v(self._terminal_v())
        most = self._settings.most_messages
        self._timeout_s = self._listen.timeout_s
        if most is not None:  # driver: nothing but messages, samples or a low capacitor ends a wake
            self._timeout_s = self._listen.timeout_s * max(most, _TWO) / _TWO if most else None

    def _count(self) -> None:
        most = self._settings.most_messages
        if most is None:
            super()._count()
            return
        if len(self._heard) > 1:
            self._cosines += self._index_of(-1) != self._index_of(-2)
        if self._cosines >= _COSINES_ENOUGH or 0 < most <= len(self._heard):
            self._enough.succeed()

    def _index_of(self, place: int) -> list[str | None]:
        values = values_of(self._heard[place])
        tariff = tariff_of(self._mode, values)
        return [values.get("EAST"), *(values.get(period.label) for period in tariff.periods)]

    def _sleep_s(self, decisions: WakeDecisions) -> float:
        reckoned_s = super()._sleep_s(decisions)  # and what it sleeps with is kept for the next wake
        asked, policy = self._settings.sleep, self._energy_policy.settings
        if decisions.waits or asked == self._as_described:
            return reckoned_s
        if asked < _MULTIPLES[0]:
            return self._energy_policy.recharge_s(self._terminal_v)
        if asked < _MULTIPLES[1]:
            asked *= self._env.now - self._woke_s
        return min(max(asked, policy.min_sleep_s), policy.max_sleep_s)

    # commands

    def _connected(self, link: MqttLink) -> None:
        mqtt = self._mqtt
        assert mqtt is not None
        link.subscribe(f"cmnd/{mqtt.topic}/+", partial(self._obey, link))

    def _obey(self, link: MqttLink, message: MqttMessage) -> None:
        mqtt = self._mqtt
        assert mqtt is not None
        answer = self._commands.answer(message.topic.rpartition("/")[2], message.payload.decode("utf-8", "replace"))
        if link.is_open:
            link.publish(MqttMessage(f"stat/{mqtt.topic}/RESULT", answer.encode()))

    # what it publishes

    def _publications(self) -> Sequence[tuple[str, Publication]]:
        assert self._uplinks is not None
        self._last = self._heard[-1]
        self._values = values_of(self._last)
        raw: list[tuple[str, Publication]] = [("mqtt", self._send_raw)] if self._uplinks.raw else []
        return [*raw, ("mqtt", self._send_sensor), ("influx", self._write_points)]

    def _send_raw(self) -> Generator[simpy.Event, None, bool]:
        return self._tell("TIC", raw_tic(self._last))

    def _send_sensor(self) -> Generator[simpy.Event, None, bool]:
        return self._tell("SENSOR", sensor(self._mode, self._values, self._state(), _clock(self._env.now)))

    def _tell(self, what: str, payload: bytes) -> Generator[simpy.Event, None, bool]:
        mqtt = self._mqtt
        assert mqtt is not None
        return self._send(MqttMessage(f"tele/{mqtt.topic}/{what}", payload, mqtt.qos, mqtt.retain))

    def _write_points(self) -> Generator[simpy.Event, None, bool]:
        assert self._uplinks is not None
        assert self._influx is not None
        body = points(self._mode, self._values, self._state(), self._uplinks.device)
        return self._write(write_request(self._influx, body))

    def _state(self) -> WinkyState:
        """Of this wake, at its first publication."""
        if self._told is None:
            self._told = self._looks_at_itself()
        return self._told

    def _looks_at_itself(self) -> WinkyState:
        policy, energy = self._energy_policy.settings, self._energy_policy
        terminal_v = self._terminal_v()
        asked = self._settings.sleep
        sleep_s = energy.recharge_s(lambda: terminal_v) if asked < _MULTIPLES[0] else asked
        if _MULTIPLES[0] <= asked < _MULTIPLES[1]:
            sleep_s = asked * (self._env.now - self._woke_s)
        return WinkyState(
            policy.start_v or 0.0,
            policy.stop_v or 0.0,
            self._boot_v,
            energy.read_v(terminal_v),
            reference_f=policy.reference_f or 0.0,
            messages=len(self._heard),
            cosines=self._cosines,
            boots=self._boots,
            writes=self._settings.writes,
            network_ms=round(1e3 * self._network_s),
            mqtt_ms=round(1e3 * self._mqtt_s),
            awake_ms=round(1e3 * (self._env.now - self._woke_s)),
            sleep_ms=round(1e3 * min(max(sleep_s, policy.min_sleep_s), policy.max_sleep_s)),
        )


def _clock(now_s: float) -> str:
    days, second = divmod(int(now_s), 86_400)
    minutes, second = divmod(second, 60)
    return f"{_day(days)}T{minutes // 60:02}:{minutes % 60:02}:{second:02}"


@lru_cache(4)
def _day(days: int) -> str:
    return strftime("%Y-%m-%d", gmtime(86_400 * days))


FIRMWARE = TasmotaFirmware
