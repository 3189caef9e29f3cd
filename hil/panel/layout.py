# SPDX-License-Identifier: Apache-2.0
"""The folder of a panel: which file and which column holds what. Instants are integers, µs since 1970-01-01 UTC."""

from datetime import date
from enum import StrEnum
from pathlib import Path

__all__ = [
    "ARRIVED_US", "BOARDS", "CAUSE", "CONSUMPTION", "DISTRIBUTOR", "DUE", "DUE_US", "DUP", "END_US", "EVENTS", "FRAMES",
    "FROM_US", "GOT", "HOME", "INJECTION", "MESSAGE", "MIDNIGHTS", "NO_NUMBER", "PANEL", "PANEL_FILE", "PROBE",
    "READINGS", "SCHEMA", "SOURCE", "STAMP_US", "START_US", "STORED", "TO_US", "WHAT", "Cause", "day_folder",
    "home_folder",
]  # fmt: skip

SCHEMA = "xky-panel/1"

PANEL_FILE = "panel.toml"  # as a person wrote it
PANEL = "panel.json"  # the run; says whether it is whole
BOARDS = "boards"  # folder: files of boards that were written by their path
EVENTS = "events.parquet"  # of the panel's servers in its folder, of a home in that of a day
HOME = "home.json"  # written last: a home without it is not done

FRAMES = "frames.parquet"  # what the meter said and the gateway heard
DUE = "due.parquet"  # the readings that are due
READINGS = "readings.parquet"  # those that arrived, in their order
MIDNIGHTS = "midnights.json"  # the meter's energies at both ends of the day
DISTRIBUTOR = "distributor"  # folder of a home: the distributor's exports
CONSUMPTION, INJECTION = "consumption.csv", "injection.csv"

START_US, END_US = "start_us", "end_us"  # of a frame: first and behind its last character
DUE_US, GOT = "due_us", "got"  # when the last frame that a reading rests on had ended; how far it got
ARRIVED_US, PROBE, SOURCE, STAMP_US = "arrived_us", "probe", "source", "stamp_us"
MESSAGE = "message"  # number of the home's message that it is: one that came out twice stands there twice
DUP = "dup"  # whether the gateway said that it had sent it before (MQTT 3.1.1, 3.3.1.1)
FROM_US, TO_US, CAUSE, WHAT = "from_us", "to_us", "cause", "what"

NO_NUMBER = -1  # in a column of numbers: something was said, and it was none

STORED = "stored"  # of a reading that got to the database


class Cause(StrEnum):
    """Who loses a reading."""

    DEVICE = "device"
    RADIO = "radio"
    BROKER = "broker"
    DATABASE = "database"


def home_folder(panel: Path, number: int) -> Path:
    """Of a home by its number, from 1."""
    return panel / "homes" / f"{number:04}"


def day_folder(home: Path, day: date) -> Path:
    """Of a home's local day, 23 to 25 hours long."""
    return home / "days" / day.isoformat()
