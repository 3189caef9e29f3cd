# SPDX-License-Identifier: Apache-2.0
"""A device that sleeps and joins a network in each wake, to publish by MQTT and InfluxDB.

It is as patient with a server as its board's file says. Each wait ends, by its time-out or by a capacitor that is
low, so that nobody's silence drains it: without an access point it sleeps again, a server that failed is left alone
for its rest, and a wake in which nobody could be published to is over before the TIC is listened to.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from functools import lru_cache

import simpy

from xky.protocol import InputError
from xky.protocol.uplinks.messages import HttpRequest, MqttMessage, MqttSession

from ..description.phases import WakePhase
from ..description.states import BOOT, JOINING, LISTEN
from ..description.uplink import Influx, LastWill, Mqtt, Patience, Uplinks
from ..ports import MqttLink, NetworkPort
from .context import FirmwareContext
from .sleeper import SleepingFirmware, end

__all__ = ["NetworkedSleeper", "Publication", "mqtt_session", "will_message"]

Publication = Callable[[], Generator[simpy.Event, None, bool]]
"""One publication to one server: whether it was taken."""
_ASSOCIATE, _, _CONNECT = JOINING
_LOOKS_EACH_S = 0.25  # for the access point; the driver looks at everything four times a second


def will_message(mqtt: Mqtt, will: LastWill, text: str) -> MqttMessage:
    """What a board says of itself, or lets the broker say."""
    return _message(will.topic, mqtt.topic, text, will.qos, will.retain)


@lru_cache(64)  # a board says two, thousands of times a day
def _message(pattern: str, topic: str, text: str, qos: int, retain: bool) -> MqttMessage:
    return MqttMessage(pattern.replace("{topic}", topic), text.encode(), qos, retain)


def mqtt_session(mqtt: Mqtt) -> MqttSession:
    """What a board says as it connects."""
    will = None if mqtt.will is None else will_message(mqtt, mqtt.will, mqtt.will.offline)
    return MqttSession(
        mqtt.client_id, mqtt.keepalive_s, mqtt.clean, will, mqtt.username, mqtt.password, level=mqtt.level
    )


class NetworkedSleeper(SleepingFirmware, ABC):
    """One running device; without a network it publishes bare readings.

    Raises:
        InputError: it has a network, and its board's file no ``[uplink]``.
    """

    def __init__(self, context: FirmwareContext) -> None:
        super().__init__(context)
        self._network: NetworkPort | None = context.network
        uplinks = context.board.uplink
        if uplinks is None and self._network is not None:
            raise InputError(f"board {context.board.id}: nothing says how it publishes; write [uplink] in its file")
        self._uplinks = uplinks
        self._link: MqttLink | None = None
        self._waited_in_vain = False
        self._woke_s = 0.0
        self._network_s = 0.0  # since it woke
        self._mqtt_s = 0.0
        self._ready_s: dict[str, float] = {}  # when a server that failed is tried again
        self._due: set[str] = set()  # the servers tried in this wake

    # what a firmware says of itself

    @property
    def _mqtt(self) -> Mqtt | None:
        return None if self._uplinks is None else self._uplinks.mqtt

    @property
    def _influx(self) -> Influx | None:
        return None if self._uplinks is None else self._uplinks.influx

    @abstractmethod
    def _publications(self) -> Sequence[tuple[str, Publication]]:
        """What is said of this wake's frames, in order, each with its server: ``mqtt`` or ``influx``."""

    def _connected(self, link: MqttLink) -> None:
        """The broker has accepted it."""

    # a wake

    def _stops(self) -> None:
        self._link = None
        self._ready_s.clear()
        if self._network is not None:
            self._network.cut()

    def _wakes(self) -> None:
        self._woke_s = now_s = self._env.now
        self._network_s = self._mqtt_s = 0.0
        servers = {"mqtt": self._mqtt, "influx": self._influx}
        self._due = {
            name for name, server in servers.items() if server is not None and self._ready_s.get(name, now_s) <= now_s
        }

    def _leaves(self) -> None:
        link, self._link = self._link, None
        mqtt = self._mqtt
        if link is not None and link.is_open:
            if mqtt is not None and mqtt.will is not None:
                link.publish(will_message(mqtt, mqtt.will, mqtt.will.offline))
            link.close()
        if self._waited_in_vain and self._network is not None:  # a late answer finds its radio off
            self._waited_in_vain = False
            self._network.cut()

    def _gets_through(self, phase: WakePhase) -> Generator[simpy.Event, None, bool]:
        network = self._network
        if network is None or phase.load == BOOT:
            yield from self._spend(phase)
            return True
        if not self._due:
            return False
        if phase.load == _CONNECT:
            self._network_s = self._env.now - self._woke_s
            return (yield from self._reach_broker(phase))
        yield from self._spend(phase)
        return phase.load != _ASSOCIATE or network.is_up or (yield from self._finds_network(network))

    def _finds_network(self, network: NetworkPort) -> Generator[simpy.Event, None, bool]:
        assert self._uplinks is not None
        ends_s = self._env.now + self._uplinks.network_timeout_s
        while not network.is_up:
            if self._env.now >= ends_s or self._is_low:
                return False
            yield self._env.timeout(_LOOKS_EACH_S)
        return True

    @property
    def _is_low(self) -> bool:
        return self._energy_policy.must_stop(self._terminal_v())

    def _reach_broker(self, phase: WakePhase) -> Generator[simpy.Event, None, bool]:
        began_s = self._env.now
        self._power.draw(phase.load)
        mqtt = self._mqtt
        if mqtt is not None and "mqtt" in self._due and not (yield from self._insists("mqtt", mqtt, self._connect)):
            self._due.discard("mqtt")
        left_s = began_s + phase.duration_s - self._env.now
        if left_s > 0:
            yield self._env.timeout(left_s)
        return bool(self._due)

    # servers

    def _insists(self, name: str, patience: Patience, attempt: Publication) -> Generator[simpy.Event, None, bool]:
        """Try as often as the board's file says; a server that failed rests."""
        for count in range(patience.tries):
            if count:
                if self._is_low:
                    break
                yield self._env.timeout(patience.pause_s)
            if (yield from attempt()):
                return True
        self._ready_s[name] = self._env.now + patience.rest_s
        return False

    def _answer(
        self, asked: simpy.Event, patience_s: float, *, watched: bool = False
    ) -> Generator[simpy.Event, None, bool]:
        """Whether an event happens within that time, and where the capacitor is watched, before that is low.

        Publications are not watched: low charge is what they begin by, in the Tasmota driver (v3.x).
        """
        if asked.triggered:  # as by QoS 0
            return True
        done = self._env.event()
        assert asked.callbacks is not None
        asked.callbacks.append(lambda _: end(done))
        self._end_after(patience_s, done)
        if watched:
            self._power.alarm(self._energy_policy.stop_v, lambda: end(done))
        yield done
        if watched:
            self._power.alarm(None, lambda: None)
        if not asked.triggered:
            self._waited_in_vain = True
        return asked.triggered

    def _connect(self) -> Generator[simpy.Event, None, bool]:
        mqtt = self._mqtt
        assert mqtt is not None
        assert self._network is not None
        asked = self._network.connect_mqtt(mqtt_session(mqtt))
        if not (yield from self._answer(asked, mqtt.timeout_s, watched=True)):
            return False
        link: MqttLink | int | None = asked.value
        if link is None or isinstance(link, int):
            return False
        self._link = link
        self._mqtt_s = self._env.now - self._woke_s
        if mqtt.will is not None:
            link.publish(will_message(mqtt, mqtt.will, mqtt.will.online))
        self._connected(link)
        return True

    def _send(self, message: MqttMessage) -> Generator[simpy.Event, None, bool]:
        """Publish a message, anew over another connection where this one is gone."""
        mqtt = self._mqtt
        assert mqtt is not None
        if (self._link is None or not self._link.is_open) and not (yield from self._connect()):
            return False
        assert self._link is not None
        return (yield from self._answer(self._link.publish(message), mqtt.timeout_s))

    def _write(self, request: HttpRequest) -> Generator[simpy.Event, None, bool]:
        """Write points; what the database does not take is lost."""
        influx = self._influx
        assert influx is not None
        assert self._network is not None
        asked = self._network.request(request)
        if not (yield from self._answer(asked, influx.timeout_s)) or asked.value is None:
            return False
        return bool(200 <= asked.value.status < 300)

    def _publish(self) -> Generator[simpy.Event, None, None]:
        if self._network is None:
            yield from super()._publish()
            return
        uplinks: Uplinks | None = self._uplinks
        assert uplinks is not None
        began_s = None
        for name, publication in self._publications():
            patience = self._mqtt if name == "mqtt" else self._influx
            if patience is None or name not in self._due:
                continue
            if began_s is not None:
                gap_s = began_s + uplinks.gap_s - self._env.now - sum(phase.duration_s for phase in self._publishing)
                if gap_s > 0:
                    self._power.draw(LISTEN)
                    yield self._env.timeout(gap_s)
            for phase in self._publishing:
                yield from self._spend(phase)
            began_s = self._env.now
            if not (yield from self._insists(name, patience, publication)):
                self._due.discard(name)
