# SPDX-License-Identifier: Apache-2.0
"""Eky's firmware: always on, one connection to the broker kept for good, each frame or each period published.

It comes back by itself, with pauses that double; what it could not say meanwhile waits in a queue that is bounded,
the oldest going first. A message that was not acknowledged before the connection was lost is sent again, as QoS 1
lets it be: it may arrive twice, never out of order.
"""

from collections import deque
from collections.abc import Generator, Sequence

import simpy

from xky.protocol import Group, InputError
from xky.protocol.uplinks.messages import MqttMessage

from ..payloads.one_for_all import chosen, tic
from ..ports import MqttLink
from .context import FirmwareContext
from .networked import mqtt_session, will_message
from .reader import ReaderFirmware
from .sleeper import end

__all__ = ["FIRMWARE", "EkyFirmware"]

_LOOKS_EACH_S = 1.0  # for its switch
_ALMOST_S = 1e-6
_IN_FLIGHT_MAX = 16  # messages sent and not acknowledged; assumption


class EkyFirmware(ReaderFirmware):
    """One running Eky; without a network it publishes bare readings.

    Raises:
        InputError: it has a network, and its board's file no ``[uplink.mqtt]``.
    """

    def __init__(self, context: FirmwareContext) -> None:
        super().__init__(context)
        self._network = context.network
        uplinks = context.board.uplink
        self._mqtt = None if uplinks is None else uplinks.mqtt
        if self._network is not None and self._mqtt is None:
            raise InputError(f"board {context.board.id}: firmware eky publishes by MQTT; write [uplink.mqtt]")
        self._period_s = 0.0 if uplinks is None else uplinks.period_s
        self._labels = None if uplinks is None else uplinks.labels.of(context.mode)
        self._said_s: float | None = None
        self._link: MqttLink | None = None
        self._waiting: deque[MqttMessage] = deque()
        self._in_flight: deque[tuple[float, MqttMessage, simpy.Event]] = deque()
        self._stalls = self._env.event()
        self._keeper: simpy.Process | None = None

    # its life

    def _begins(self) -> None:
        if self._network is not None:
            self._keeper = self._env.process(self._stay_connected())

    def _ends(self) -> None:
        if self._network is None:
            return
        if self._keeper is not None and self._keeper.is_alive:
            self._keeper.interrupt()
        self._link, self._said_s = None, None
        self._waiting.clear()
        self._in_flight.clear()
        self._network.cut()

    # readings

    def _say(self, groups: Sequence[Group]) -> None:
        mqtt = self._mqtt
        if self._network is None or mqtt is None:
            super()._say(groups)
            return
        now_s = self._env.now
        if self._said_s is not None and now_s - self._said_s < self._period_s - _ALMOST_S:
            return
        picked = chosen(groups, self._labels)
        if not picked:
            return
        self._said_s = now_s
        self._waiting.append(MqttMessage(f"{mqtt.topic}/tic", tic(picked), mqtt.qos, mqtt.retain))
        self._send_on()
        while len(self._waiting) > mqtt.queue:
            self._waiting.popleft()

    def _send_on(self) -> None:
        """Send what waits, as far as it may be under way at once."""
        link, mqtt = self._link, self._mqtt
        assert mqtt is not None
        if link is None or not link.is_open:
            return
        while self._waiting and len(self._in_flight) < _IN_FLIGHT_MAX:
            message = self._waiting.popleft()
            done = link.publish(message)
            if mqtt.qos and done.callbacks is not None:
                self._in_flight.append((self._env.now, message, done))
                done.callbacks.append(self._acknowledged)
        if self._in_flight and self._env.now - self._in_flight[0][0] > mqtt.timeout_s:
            end(self._stalls)

    def _acknowledged(self, done: simpy.Event) -> None:
        for place, (_, _, event) in enumerate(self._in_flight):
            if event is done:
                del self._in_flight[place]
                self._send_on()
                return

    # its connection

    def _stay_connected(self) -> Generator[simpy.Event, None, None]:
        mqtt = self._mqtt
        assert mqtt is not None
        pause_s = mqtt.pause_s
        try:
            while True:
                link = yield from self._connect()
                if link is not None:
                    pause_s = mqtt.pause_s
                    yield from self._keep(link)
                yield self._env.timeout(pause_s)
                pause_s = min(2 * pause_s, max(mqtt.pause_max_s, mqtt.pause_s))
        except simpy.Interrupt:
            return

    def _connect(self) -> Generator[simpy.Event, None, MqttLink | None]:
        mqtt, network = self._mqtt, self._network
        assert mqtt is not None
        assert network is not None
        while not network.is_up:
            yield self._env.timeout(_LOOKS_EACH_S)
        asked = network.connect_mqtt(mqtt_session(mqtt))
        yield asked | self._env.timeout(mqtt.timeout_s)
        if not asked.processed:
            network.cut()  # else a late answer would be a second connection
            return None
        return None if isinstance(asked.value, int) else asked.value

    def _keep(self, link: MqttLink) -> Generator[simpy.Event, None, None]:
        """Publish over a connection until it is lost, or does not answer."""
        mqtt, network = self._mqtt, self._network
        assert mqtt is not None
        assert network is not None
        self._link, self._stalls = link, self._env.event()
        if mqtt.will is not None:
            link.publish(will_message(mqtt, mqtt.will, mqtt.will.online))
        self._send_on()
        yield link.lost | self._stalls
        self._link = None
        if self._stalls.triggered:
            network.cut()
        for _, message, done in reversed(self._in_flight):
            if not done.processed:
                self._waiting.appendleft(message)
        self._in_flight.clear()
        while len(self._waiting) > mqtt.queue:
            self._waiting.popleft()


FIRMWARE = EkyFirmware
