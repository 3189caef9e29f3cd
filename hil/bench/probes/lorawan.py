# SPDX-License-Identifier: Apache-2.0
"""``lorawan``: a network of the bench's own; real gateways, and programs that stand for one, reach it by Semtech's UDP
protocol."""

from collections.abc import Mapping

from xky.boards import Board
from xky.boards.payloads.loky import content
from xky.boards.ports import RadioPort
from xky.protocol.uplinks.lorawan_security import RootKeys

from ...ends.end import Observer
from ...ends.lorawan import TEST_DEVICE, LorawanEnd
from ...ends.lorawan_radio import ForwardingRadio, VirtualRadio
from ...ends.semtech_udp import SemtechServer
from .address import OwnEnd, own_end
from .mapped import MappedProbe
from .probe import ProbeContext

__all__ = ["KIND", "LorawanProbe"]


class LorawanProbe(MappedProbe):
    """Sees the uplinks of the device that the board's file names, or of the test device."""

    schemes = ("lorawan",)

    def __init__(self, spec: str) -> None:
        self._own: OwnEnd = own_end(spec, "lorawan")
        super().__init__(spec)
        self.virtual = not self._own.is_told
        self.must_be_handed_over = not self._own.is_told
        self._server: SemtechServer | None = None
        self._radio: ForwardingRadio | None = None

    def _made_end(self, context: ProbeContext) -> Observer:
        known = context.board.lorawan
        codec = content if known is not None and known.payload == "loky" else None
        end = LorawanEnd(context.env, [_keys_of(context.board)], codec=codec)
        if context.runner is not None:
            self._server = SemtechServer(end, context.runner, host=self._own.host, port=self._own.port)
        return end

    @property
    def fields(self) -> Mapping[str, str]:
        return {} if self._server is None else {"{lorawan}": self._server.address}

    def radio(self, context: ProbeContext) -> RadioPort:
        """How a simulated board reaches it."""
        assert isinstance(self.end, LorawanEnd)
        if context.runner is None or self._server is None:
            return VirtualRadio(context.env, self.end)
        self._radio = ForwardingRadio(context.runner, context.env, self._server.host, self._server.port)
        return self._radio

    def close(self) -> None:
        for one in (self._radio, self._server):
            if one is not None:
                one.close()


def _keys_of(board: Board) -> RootKeys:
    known = board.lorawan
    return TEST_DEVICE if known is None else RootKeys(known.dev_eui, known.join_eui, known.app_key)


KIND = LorawanProbe
