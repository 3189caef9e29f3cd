# SPDX-License-Identifier: Apache-2.0
"""The devices: hardware revisions as files, simulated firmware, known defects."""

from .defects import Defect, defect_named, known_defects
from .description.board import Board, board_named, board_names

__all__ = ["Board", "Defect", "board_named", "board_names", "defect_named", "known_defects"]
