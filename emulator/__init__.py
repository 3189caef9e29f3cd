# SPDX-License-Identifier: Apache-2.0
"""The Linky and its wire: meter, frames, line, faults and the truth about each of them."""

from typing import TYPE_CHECKING

from .contracts import Contract, Peak, contract_maker, contract_named, contract_names
from .line.line import Line
from .line.transmitter import Transmitter
from .load import Draw, Hold, Household
from .meter import Grid, Linky, Quirks, Snapshot
from .meter_file import meter_file, meter_names
from .truth.journal import Emitted, SentFrame, Truth
from .truth.piece import Expect, Piece

if TYPE_CHECKING:
    from .scenario.play import Play
    from .scenario.scenario import scenario_named, scenario_names
    from .served_meter import ServedMeter, serve_pty
else:
    from xky.protocol.late_exports import late_exports

    _HOMES = {
        ".scenario.play": ("Play",),  # few follow a script, and its grammar is slow to build
        ".scenario.scenario": ("scenario_named", "scenario_names"),
        ".served_meter": ("ServedMeter", "serve_pty"),  # not every system has pseudo-terminals
    }
    __getattr__, __dir__ = late_exports(__name__, _HOMES)

__all__ = [
    "Contract",
    "Draw",
    "Emitted",
    "Expect",
    "Grid",
    "Hold",
    "Household",
    "Line",
    "Linky",
    "Peak",
    "Piece",
    "Play",
    "Quirks",
    "SentFrame",
    "ServedMeter",
    "Snapshot",
    "Transmitter",
    "Truth",
    "contract_maker",
    "contract_named",
    "contract_names",
    "meter_file",
    "meter_names",
    "scenario_named",
    "scenario_names",
    "serve_pty",
]  # fmt: skip
