# SPDX-License-Identifier: Apache-2.0
"""``influx``: a database of the bench's own, which judges each body, or one that exists (``influx://…``), read back."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ...ends.end import End, Observer
from ...ends.http_address import HttpAddress
from ...ends.http_client import SocketHttp, VirtualHttp
from ...ends.influx import InfluxEnd
from ...ends.influx_readback import InfluxReadback, influx_address
from ...ends.tcp_server import TcpServer
from ..network import HttpWay
from .address import OwnEnd, own_end
from .mapped import MappedProbe
from .probe import ProbeContext

__all__ = ["KIND", "InfluxProbe"]


class InfluxProbe(MappedProbe):
    """Sees the points that a device writes."""

    schemes = ("influx",)

    def __init__(self, spec: str) -> None:
        self._database: HttpAddress | None = influx_address(spec) if "://" in spec else None
        self._own: OwnEnd | None = None if self._database is not None else own_end(spec, "influx")
        super().__init__(spec if self._database is None else self._database.shown)
        self.virtual = self._own is not None and not self._own.is_told
        self.must_be_handed_over = self._own is not None and not self._own.is_told
        self._server: TcpServer | None = None
        self._client: SocketHttp | None = None

    def _made_end(self, context: ProbeContext) -> Observer:
        if self._database is not None:
            assert context.runner is not None
            return InfluxReadback(context.env, context.runner, self._database)
        end, own = InfluxEnd(context.env), self._own or OwnEnd()
        if context.runner is not None:
            self._server = TcpServer(end, context.runner, host=own.host, port=own.port)
        return end

    @property
    def fields(self) -> Mapping[str, str]:
        if self._database is not None:
            return {"{influx}": f"http://{self._database.host}:{self._database.port}"}
        return {} if self._server is None else {"{influx}": f"http://{self._server.address}"}

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a person types into a simulated board for this database: keys of ``[uplink.influx]``."""
        there = self._database
        if there is None:
            return {}
        who = {"username": there.user, "password": there.password} if there.user else {}
        return {"version": 1, "database": unquote(there.target.removeprefix("/")), "retention_policy": None, **who}

    def way(self, context: ProbeContext) -> HttpWay:
        """How a simulated board reaches it."""
        if context.runner is None:
            assert isinstance(self.end, End)
            return VirtualHttp(self.end)
        place = self._database or self._server
        assert place is not None
        self._client = SocketHttp(context.runner, context.env, place.host, place.port)
        return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.cut()
        if self._server is not None:
            self._server.close()
        if isinstance(self.end, InfluxReadback):
            self.end.close()


KIND = InfluxProbe
