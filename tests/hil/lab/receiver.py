# SPDX-License-Identifier: Apache-2.0
"""The board of a lab as a program: ``receiver.py PORT`` reads the TIC, parity in bit 7, and prints what it read."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.board_on_a_wire import BoardOnAWire

DEFECTS: dict[str, Callable[[str, Any], Any]] = {
    "none": lambda label, said: said,
    "scaled": lambda label, said: {**said, "value": "000"} if label in ("SINSTS", "PAPP") else said,
}

if __name__ == "__main__":
    port = os.open(sys.argv[1], os.O_RDONLY | os.O_NOCTTY)
    board = BoardOnAWire("", "", _console=1)
    board.defect = DEFECTS[sys.argv[2]]
    while data := os.read(port, 4096):
        board._hear(data)
