# SPDX-License-Identifier: Apache-2.0
"""The Linky and its wire: meter, frames, line, faults and the truth about each of them."""

from .contracts import Contract, contract_maker, contract_named, contract_names
from .habits import Habits
from .line import Line
from .load import Draw, Hold, Household
from .meter import Linky, Peak, Snapshot
from .meter_file import meter_file, meter_names
from .piece import Expect, Piece
from .play import Play
from .power import Grid
from .scenario import scenario_named, scenario_names
from .transmitter import Transmitter
from .truth import Emitted, SentFrame, Truth

__all__ = [
    "Contract", "Draw", "Emitted", "Expect", "Grid", "Habits", "Hold", "Household", "Line", "Linky", "Peak", "Piece",
    "Play", "SentFrame", "Snapshot", "Transmitter", "Truth",
    "contract_maker", "contract_named", "contract_names", "meter_file", "meter_names",
    "scenario_named", "scenario_names",
]  # fmt: skip
