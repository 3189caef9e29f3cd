# SPDX-License-Identifier: Apache-2.0
# /// script
# requires-python = ">=3.11"
# dependencies = ["pytictri==2.0.4", "pyserial==3.5"]  # the package imports serial and does not ask for it
#
# [tool.xky-league]
# speed = 1  # its port gives up after five seconds of the clock
# ///
# /// board
# id = "pytictri"
# title = "pytictri 2.0.4 (PyPI)"
# modes = ["historic"]  # its standard mode is not there yet
# labels = [
#   "ADCO", "OPTARIF", "ISOUSC", "BASE", "HCHC", "HCHP", "PTEC", "IINST", "IINST1", "IINST2", "IINST3", "IMAX", "IMAX1",
#   "IMAX2", "IMAX3", "PMAX", "PAPP", "HHPHC", "MOTDETAT", "PPOT",
# ]  # its table of labels
# ///
"""pytictri 2.0.4 (historic) as a program under test: read_frame() and get(LABEL), as its README has it.

Of a frame the labels are asked for that it knows. What it raises costs what was asked for, no more: a label that it
does not know makes it raise for each one behind it.

    python pytictri.py PORT
"""

import json
import logging
import sys

logging.basicConfig(stream=sys.stderr)  # else it logs among what is printed here

from pytictri import Mode, Teleinfo  # noqa: E402
from pytictri.teleinfo import GroupInfo  # noqa: E402

with Teleinfo(sys.argv[1], mode=Mode.HISTORY) as teleinfo:
    while True:
        try:
            frame = teleinfo.read_frame()
        except Exception as error:
            print(f"frame refused: {type(error).__name__}", file=sys.stderr)
            continue
        said = {}
        for info in GroupInfo:
            try:
                group = frame.get(info.name)
            except AttributeError:
                continue
            if group is not None:
                said[info.name] = group.value
        if said:
            print(json.dumps(said), flush=True)
