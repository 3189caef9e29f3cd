# SPDX-License-Identifier: Apache-2.0
"""``influx``: a database of the bench's own, which judges each body, or one that exists (``influx://…``), read back."""

from collections.abc import Mapping

from ...ends.end import End
from ...ends.http_client import SocketHttp, VirtualHttp
from ...ends.influx import InfluxEnd
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
        self._own: OwnEnd = own_end(spec, "influx")
        super().__init__(spec)
        self.virtual = not self._own.is_told
        self._server: TcpServer | None = None

    def _made_end(self, context: ProbeContext) -> End:
        end = InfluxEnd(context.env)
        if context.runner is not None:
            self._server = TcpServer(end, context.runner, host=self._own.host, port=self._own.port)
        return end

    @property
    def fields(self) -> Mapping[str, str]:
        return {} if self._server is None else {"{influx}": f"http://{self._server.address}"}

    def way(self, context: ProbeContext) -> HttpWay:
        """How a simulated board reaches it."""
        assert self.end is not None
        if context.runner is None or self._server is None:
            return VirtualHttp(self.end)
        return SocketHttp(context.runner, context.env, self._server.host, self._server.port)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()


KIND = InfluxProbe
