# SPDX-License-Identifier: Apache-2.0
"""What a simulated board reaches by Wi-Fi or Ethernet: the ends of the bench's probes, or servers behind them."""

from typing import Protocol

import simpy

from xky.protocol.uplinks.messages import HttpRequest, MqttSession

__all__ = ["HttpWay", "MqttWay", "Network"]

_NOBODY = -1  # what NetworkPort tells where nobody listens


class MqttWay(Protocol):
    """To a broker."""

    def connect(self, session: MqttSession) -> simpy.Event:
        """See ``NetworkPort.connect_mqtt``."""
        ...

    def cut(self) -> None:
        """The board has lost its power: its connections are gone without a word."""
        ...

    def drop(self) -> None:
        """The network has gone: the board's connections are lost, and the broker is not told."""
        ...


class HttpWay(Protocol):
    """To a database."""

    def request(self, request: HttpRequest) -> simpy.Event:
        """See ``NetworkPort.request``."""
        ...

    def cut(self) -> None:
        """The connections of the board are gone without a word."""
        ...


class Network:
    """The ``NetworkPort`` of a board.

    Args:
        env: the bench's clock.
        mqtt: to the broker; None where nobody listens there.
        http: to the database, likewise.
    """

    def __init__(self, env: simpy.Environment, mqtt: MqttWay | None, http: HttpWay | None) -> None:
        self._env, self._mqtt, self._http = env, mqtt, http
        self._is_up = True

    @property
    def is_up(self) -> bool:
        """Whether the access point, or the switch, is there."""
        return self._is_up

    def go_down(self) -> None:
        """The access point goes away; whoever was connected is gone without a word."""
        self._is_up = False
        if self._mqtt is not None:
            self._mqtt.drop()
        if self._http is not None:
            self._http.cut()

    def come_back(self) -> None:
        """It is there again."""
        self._is_up = True

    def connect_mqtt(self, session: MqttSession) -> simpy.Event:
        """Connect to the broker; see ``NetworkPort``."""
        if self._is_up and self._mqtt is not None:
            return self._mqtt.connect(session)
        return self._never() if not self._is_up else self._env.event().succeed(_NOBODY)

    def request(self, request: HttpRequest) -> simpy.Event:
        """Ask the database; see ``NetworkPort``."""
        if self._is_up and self._http is not None:
            return self._http.request(request)
        return self._never() if not self._is_up else self._env.event().succeed(None)

    def _never(self) -> simpy.Event:
        return self._env.event()

    def cut(self) -> None:
        """The board has lost its power."""
        for way in (self._mqtt, self._http):
            if way is not None:
                way.cut()
