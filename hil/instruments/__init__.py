# SPDX-License-Identifier: Apache-2.0
"""Instruments of a hardware bench, through PyVISA: one file a role, one file a make."""

from .instrument import Instrument
from .lost import LostInstrument, WrongInstrument
from .makes import make_names
from .opening import open_instrument, role_names
from .playing import SOURCE_OHM, Playing, check_instruments, family_names, longest_record, switch_off, upload

__all__ = [
    "SOURCE_OHM", "Instrument", "LostInstrument", "Playing", "WrongInstrument", "check_instruments", "family_names",
    "longest_record", "make_names", "open_instrument", "role_names", "switch_off", "upload",
]  # fmt: skip
