# SPDX-License-Identifier: Apache-2.0
"""Joins a simulated board to the ends of the bench's probes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xky.boards import Board
from xky.boards.description.uplink import Influx, Mqtt
from xky.boards.ports import RadioPort
from xky.protocol import InputError

from .network import Network
from .probes import Probe, ProbeContext

if TYPE_CHECKING:  # the servers of uplinks that a board does not have stay unimported
    from .probes.influx import InfluxProbe
    from .probes.lorawan import LorawanProbe
    from .probes.mqtt import MqttProbe

__all__ = ["joined"]


def joined(
    board: Board, probes: Sequence[Probe], context: ProbeContext
) -> tuple[Board, Network | None, RadioPort | None]:
    """The board as it is set up for these probes, and what it reaches: a person leaves the fields of a server empty
    that does not exist, and types in the database and the user of one that does.

    Raises:
        InputError: there is a probe at an uplink that the board does not have.
    """
    mqtt: MqttProbe | None = _first(probes, "mqtt")
    influx: InfluxProbe | None = _first(probes, "influx")
    lorawan: LorawanProbe | None = _first(probes, "lorawan")
    uplink = board.uplink
    has: dict[str, tuple[Probe | None, bool]] = {
        "uplink.mqtt": (mqtt, uplink is not None and uplink.mqtt is not None),
        "uplink.influx": (influx, uplink is not None and uplink.influx is not None),
        "lorawan": (lorawan, board.lorawan is not None),
    }
    for section, (probe, there) in has.items():
        if probe is not None and not there:
            raise InputError(
                f"{probe.shown}: board {board.id} has no [{section}], so nothing would arrive there; "
                "write one into its file, or listen at lines"
            )
    radio = None if lorawan is None else lorawan.radio(context)
    if uplink is None or (mqtt is None and influx is None):
        return board, None, radio
    typed_in = {"mqtt": _typed_in(uplink.mqtt, mqtt), "influx": _typed_in(uplink.influx, influx)}
    board = board.model_copy(update={"uplink": uplink.model_copy(update=typed_in)})
    way_to_mqtt = None if mqtt is None else mqtt.way(context)
    way_to_influx = None if influx is None else influx.way(context)
    return board, Network(context.env, way_to_mqtt, way_to_influx), radio


def _first(probes: Sequence[Probe], kind: str) -> Any:
    """The first probe of a kind, if there is one."""
    return next((probe for probe in probes if probe.kind == kind), None)


def _typed_in(server: Mqtt | Influx | None, probe: "MqttProbe | InfluxProbe | None") -> Mqtt | Influx | None:
    return None if server is None or probe is None else server.model_copy(update=dict(probe.settings))
