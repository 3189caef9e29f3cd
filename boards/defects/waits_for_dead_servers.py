# SPDX-License-Identifier: Apache-2.0
"""Tries a server that is dead again and again, its radio on, whatever its capacitor holds."""

from ..description.board import Board
from .defect import Defect

__all__ = ["DEFECT"]

_FOR_EVER = 1_000_000


def _believes(board: Board) -> Board:
    uplink, power = board.uplink, board.power
    assert uplink is not None
    assert power is not None
    servers = {
        name: server.model_copy(update={"tries": _FOR_EVER, "pause_s": 1.0, "rest_s": 0.0})
        for name, server in (("mqtt", uplink.mqtt), ("influx", uplink.influx))
        if server is not None
    }
    return board.model_copy(update={
        "uplink": uplink.model_copy(update={"network_timeout_s": float(_FOR_EVER), **servers}),
        "power": power.model_copy(update={"policy": power.policy.model_copy(update={"stop_v": None})}),
    })  # fmt: skip


DEFECT = Defect(
    title="tries a dead access point or server for ever, without a look at its capacitor",
    source="xKy uplinks: a loop around the connection, as in sketches that live on a mains supply",
    must_fail=frozenset({"XKY-PWR-8"}),
    believes=_believes,
    board="winky-c6-tasmota",
    spreads=True,  # brown-outs where a step has a server dead
)
