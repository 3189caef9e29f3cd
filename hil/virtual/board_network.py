# SPDX-License-Identifier: Apache-2.0
"""What a virtual board publishes by: sockets to where a run listens, and an access point that a file takes away.

Nobody waits for its sockets: they are looked at whenever the board is let live up to the present.
"""

import selectors
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import simpy

from xky.boards import Board
from xky.protocol import InputError

from ..bench.network import Network
from ..bench.probes.address import own_end
from ..ends.http_client import SocketHttp
from ..ends.mqtt_paho import PahoMqtt

__all__ = ["BoardNetwork"]

_KINDS = ("mqtt", "influx")


class BoardNetwork:
    """Servers of a board that has none of its own.

    Args:
        specs: where a run listens, each as its ``--probe``: ``mqtt:ADDRESS:PORT``, ``influx:ADDRESS:PORT``.
        away: while there is such a file, its access point is away.

    Attributes:
        specs: as given.
        away: as given.

    Raises:
        InputError: one is no such address.
    """

    def __init__(self, specs: Sequence[str], away: Path) -> None:
        self.specs, self.away = tuple(specs), away
        self._servers: Mapping[str, tuple[str, int]] = dict(_server(spec) for spec in specs)
        self._selector = selectors.DefaultSelector()
        self._network: Network | None = None

    def joined(self, board: Board, env: simpy.Environment) -> tuple[Board, Network]:
        """The board as a person sets it up for these servers, and what it reaches.

        Raises:
            InputError: it has no such uplink, or paho-mqtt is not installed.
        """
        uplink, runner = board.uplink, self._runner
        for kind in self._servers:
            if kind not in board.uplinks or uplink is None:
                raise InputError(
                    f"--probe {kind}: board {board.id} has no [uplink.{kind}], so nothing would arrive there"
                )
        assert uplink is not None
        mqtt, influx = self._servers.get("mqtt"), self._servers.get("influx")
        self._network = Network(
            env,
            None if mqtt is None else PahoMqtt(env, runner, *mqtt),
            None if influx is None else SocketHttp(runner, env, *influx),
        )
        set_up = {kind: getattr(uplink, kind) if kind in self._servers else None for kind in _KINDS}
        return board.model_copy(update={"uplink": uplink.model_copy(update=set_up)}), self._network

    @property
    def _runner(self) -> Any:
        """As clients know the one that plays a bench in real time: it watches descriptors."""
        return self

    def watch(self, fd: int, on_input: Callable[[], None]) -> None:
        """Call ``on_input`` when ``fd`` has something to read, and the board is looked at."""
        self._selector.register(fd, selectors.EVENT_READ, on_input)

    def unwatch(self, fd: int) -> None:
        """Stop watching."""
        self._selector.unregister(fd)

    def poll(self) -> None:
        """What has come by now, the board's clock being at the present."""
        network = self._network
        if network is None:
            return
        if network.is_up == self.away.exists():
            (network.go_down if network.is_up else network.come_back)()
        for key, _ in self._selector.select(0):
            key.data()

    def close(self) -> None:
        """Let go of all of it."""
        if self._network is not None:
            self._network.cut()
        self._selector.close()


def _server(spec: str) -> tuple[str, tuple[str, int]]:
    kind = spec.partition(":")[0]
    if kind not in _KINDS:
        raise InputError(f"--probe {spec}: expected mqtt:ADDRESS:PORT or influx:ADDRESS:PORT, where the run listens")
    end = own_end(spec, kind)
    if not end.port:
        raise InputError(f"--probe {spec}: expected {kind}:ADDRESS:PORT; the board needs to know where the run listens")
    return kind, (end.host, end.port)
