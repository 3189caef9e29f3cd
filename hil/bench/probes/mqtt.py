# SPDX-License-Identifier: Apache-2.0
"""``mqtt``: a broker of the bench's own, or one that exists (``mqtt://…``), watched by a proxy on the way."""

from collections.abc import Mapping, Sequence
from typing import Any

from xky.protocol import BenchError

from ...ends.end import End, Observer
from ...ends.mqtt import MqttEnd
from ...ends.mqtt_address import BrokerAddress, broker_address
from ...ends.mqtt_greeting import said_instead_of_mqtt
from ...ends.mqtt_paho import PahoMqtt
from ...ends.mqtt_proxy import MqttProxy
from ...ends.mqtt_virtual import VirtualMqtt
from ...ends.tcp_server import TcpServer
from ..network import MqttWay
from .address import OwnEnd, own_end
from .mapped import MappedProbe
from .probe import ProbeContext

__all__ = ["KIND", "MqttProbe"]


_SHOWN = 24  # bytes of what a server says that is no broker


class MqttProbe(MappedProbe):
    """Sees what a device publishes; its own packets, never what a subscriber would get."""

    schemes = ("mqtt", "mqtts")

    def __init__(self, spec: str) -> None:
        self._broker: BrokerAddress | None = broker_address(spec) if "://" in spec else None
        self._own: OwnEnd | None = None if self._broker is not None else own_end(spec, "mqtt")
        super().__init__(spec if self._broker is None else self._broker.shown)
        self.virtual = self._own is not None and not self._own.is_told
        self.must_be_handed_over = self._own is None or not self._own.is_told
        self._server: TcpServer | None = None
        self._paho: PahoMqtt | None = None

    def _made_end(self, context: ProbeContext) -> Observer:
        own, broker = self._own or OwnEnd(), self._broker
        end: MqttEnd | MqttProxy
        if broker is None:
            end = MqttEnd(context.env)
        else:
            assert context.runner is not None
            end = MqttProxy(context.env, context.runner, broker)
        if context.runner is not None:
            self._server = TcpServer(end, context.runner, host=own.host, port=own.port)
        return end

    def check(self) -> None:
        if self._broker is not None and (said := said_instead_of_mqtt(self._broker)) is not None:
            raise BenchError(
                f"{self.shown}: a server answers there that is no MQTT broker (it said {said[:_SHOWN]!r}); "
                "mend the address"
            )

    @property
    def notes(self) -> Sequence[str]:
        notes, end = super().notes, self.end
        if not isinstance(end, MqttProxy):
            return notes
        kinds = {event.kind for event in end.events}
        if "connect" not in kinds or kinds & {"connected", "refused"}:
            return notes
        return [*notes, f"{self.shown}: what is there answered nobody who asked to be let in; is it an MQTT broker?"]

    @property
    def fields(self) -> Mapping[str, str]:
        server = self._server
        if server is None:
            return {}
        return {"{mqtt}": server.address, "{mqtt_host}": server.host, "{mqtt_port}": str(server.port)}

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a person types into a simulated board for this broker: keys of ``[uplink.mqtt]``."""
        broker = self._broker
        if broker is None or broker.username is None:
            return {}
        return {"username": broker.username, "password": broker.password}

    def way(self, context: ProbeContext) -> MqttWay:
        """How a simulated board reaches it."""
        if context.runner is None or self._server is None:
            assert isinstance(self.end, End)
            return VirtualMqtt(self.end)
        self._paho = PahoMqtt(context.env, context.runner, self._server.host, self._server.port)
        return self._paho

    def close(self) -> None:
        if self._paho is not None:
            self._paho.close()
        if self._server is not None:
            self._server.close()
        if isinstance(self.end, MqttProxy):
            self.end.close()


KIND = MqttProbe
