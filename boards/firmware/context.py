# SPDX-License-Identifier: Apache-2.0
"""What simulated firmware runs in: its board, and all that the board is joined to."""

from dataclasses import dataclass, field
from typing import Any

import simpy

from xky.protocol import Mode

from ..description.board import Board
from ..ports import BurstSource, NetworkPort, PowerPort, RadioPort, Uplink
from .energy_policy import EnergyPolicy
from .indicator import Indicator
from .parser import Parser

__all__ = ["SWITCHED_OFF", "FirmwareContext"]

SWITCHED_OFF = "switched off"  # cause of the interrupt that ends a running firmware; any other is a brown-out


@dataclass(frozen=True, slots=True)
class FirmwareContext:
    """Where the firmware of one device runs.

    Attributes:
        env: the bench's clock.
        board: that it runs on.
        mode: of the TIC, as it is configured.
        line: I1-I2.
        uplink: where it publishes.
        parser: what it makes of characters and frames; a defect is in it.
        power: what it lives on.
        energy_policy: what it knows of its capacitor.
        network: what it reaches by Wi-Fi or Ethernet; None: readings go to ``uplink`` as they are.
        radio: what it reaches by LoRa; None likewise.
        flash: what outlives its brown-outs; hand it on to the next life of the same device.
        indicator: its light for the line; None: it has none.
    """

    env: simpy.Environment
    board: Board
    mode: Mode
    line: BurstSource
    uplink: Uplink
    parser: Parser
    power: PowerPort
    energy_policy: EnergyPolicy
    network: NetworkPort | None = None
    radio: RadioPort | None = None
    flash: dict[str, Any] = field(default_factory=dict)
    indicator: Indicator | None = None
