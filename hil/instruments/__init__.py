# SPDX-License-Identifier: Apache-2.0
"""Instruments of a hardware bench, through PyVISA: arbitrary waveform generators, one file a family."""

from .playing import SOURCE_OHM, Playing, check_instruments, family_names, longest_record, switch_off, upload

__all__ = ["SOURCE_OHM", "Playing", "check_instruments", "family_names", "longest_record", "switch_off", "upload"]
