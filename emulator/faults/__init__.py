# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between meter and device: one fault a file, seeded, entered in the truth."""

from .altered_digit import AlteredDigit
from .altered_label import AlteredLabel
from .control_character import ControlCharacter
from .cut import Cut
from .damaged_start import DamagedStart
from .fault import Fault
from .noise import Noise
from .unknown_label import UnknownLabel
from .wrong_checksum import WrongChecksum
from .wrong_size import WrongSize

__all__ = [
    "AlteredDigit",
    "AlteredLabel",
    "ControlCharacter",
    "Cut",
    "DamagedStart",
    "Fault",
    "Noise",
    "UnknownLabel",
    "WrongChecksum",
    "WrongSize",
]
