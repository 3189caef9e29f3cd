# SPDX-License-Identifier: Apache-2.0
"""The Linky and its wire: meter, frames, line, faults and the truth about each of them."""

from .contracts import Contract, contract_named, contract_names
from .line import Line
from .load import Draw, Hold, Household
from .meter import Linky, Peak
from .transmitter import Transmitter
from .truth import Emitted, Expect, Piece, SentFrame, Truth

__all__ = [
    "Contract",
    "Draw",
    "Emitted",
    "Expect",
    "Hold",
    "Household",
    "Line",
    "Linky",
    "Peak",
    "Piece",
    "SentFrame",
    "Transmitter",
    "Truth",
    "contract_named",
    "contract_names",
]
