# SPDX-License-Identifier: Apache-2.0
"""Meters as a person writes them, in TOML."""

from .meter_file import MeterFile, meter_file, meter_names

__all__ = ["MeterFile", "meter_file", "meter_names"]
