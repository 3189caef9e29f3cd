# SPDX-License-Identifier: Apache-2.0
"""Winky's laboratory edition: the OneForAll firmware, set by a page, asleep between two readings.

A circuit wakes it up when its capacitor has enough; it does not look at that itself. It says each label, and the
object of all of them, to the broker, and the same as one point to the database. What the page stores counts from the
next restart on.
"""

from collections.abc import Generator, Sequence

import simpy

from xky.protocol import Group
from xky.protocol.uplinks.messages import HttpRequest, HttpResponse, MqttMessage

from ..payloads.influx_write import write_request
from ..payloads.one_for_all import chosen, label_topics, line, tic
from .context import FirmwareContext
from .energy_policy import WakeDecisions
from .networked import NetworkedSleeper, Publication
from .one_for_all_configuration import OneForAllConfiguration
from .one_for_all_page import answer

__all__ = ["FIRMWARE", "OneForAllFirmware"]

_STORED = "configuration"  # in flash
_RESTART = "restart"  # cause of the interrupt
_VERSION = "OneForAll V78"  # slides: at the foot of the page, with the board's type


class OneForAllFirmware(NetworkedSleeper):
    """One running Winky.

    Attributes:
        stored: the configuration from the next restart on; None where no uplink is described.
    """

    def __init__(self, context: FirmwareContext) -> None:
        super().__init__(context)
        self.stored: OneForAllConfiguration | None = None
        self._flash = context.flash
        self._used: OneForAllConfiguration | None = None
        if context.network is not None:
            self._used = OneForAllConfiguration.of(context.board, context.mode)
            self.stored = self._flash.get(_STORED, self._used)
        self._of_the_file = self._uplinks
        self._process: simpy.Process | None = None

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Serve its page; what it stores counts from the next restart on, which it may ask for."""
        assert self.stored is not None
        answered = answer(self.stored, request, firmware=f"{_VERSION}, {self._board.title}")
        if answered.configuration != self.stored:
            self.stored = self._flash[_STORED] = answered.configuration
        if answered.restarts and self._process is not None and self._process.is_alive:
            self._process.interrupt(_RESTART)
        return answered.response

    def _starts(self) -> None:
        self._process = self._env.active_process
        told = self.stored
        if told is None or told == self._used:
            return
        if self._used is None or told.mode is not self._used.mode:
            self._set_mode(told.mode)
        self._used = told
        assert self._of_the_file is not None
        self._uplinks = told.uplinks(self._of_the_file)

    def _sleep_s(self, decisions: WakeDecisions) -> float:
        reckoned_s = super()._sleep_s(decisions)
        return reckoned_s if self._used is None or decisions.waits else self._used.period_s

    def _publications(self) -> Sequence[tuple[str, Publication]]:
        assert self._used is not None
        groups = chosen(self._heard[-1], self._used.labels)
        if not groups:
            return ()
        return (
            ("mqtt", lambda: self._say(groups)),
            ("influx", lambda: self._write_point(groups)),
        )

    def _say(self, groups: Sequence[Group]) -> Generator[simpy.Event, None, bool]:
        mqtt = self._mqtt
        assert mqtt is not None
        topics = [(f"{mqtt.topic}/tic", tic(groups))]
        if mqtt.each_label:
            topics += label_topics(mqtt.topic, groups)
        for topic, payload in topics:
            if not (yield from self._send(MqttMessage(topic, payload, mqtt.qos, mqtt.retain))):
                return False
        return True

    def _write_point(self, groups: Sequence[Group]) -> Generator[simpy.Event, None, bool]:
        influx, uplinks = self._influx, self._uplinks
        assert influx is not None
        assert uplinks is not None
        body = line(self._mode, groups, uplinks.device, influx.measurement, influx.precision)
        return (yield from self._write(write_request(influx, body)))


FIRMWARE = OneForAllFirmware
