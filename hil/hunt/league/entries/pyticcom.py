# SPDX-License-Identifier: Apache-2.0
# /// script
# requires-python = ">=3.11"
# dependencies = ["pyticcom==1.2", "pyserial==3.5"]  # the package imports serial and does not ask for it
#
# [tool.xky-league]
# speed = 1  # its port gives up after five seconds of the clock
# ///
# /// board
# id = "pyticcom"
# title = "pyticcom 1.2 (PyPI)"
# modes = ["historic"]  # its standard mode is not there yet
# labels = [
#   "ADCO", "OPTARIF", "ISOUSC", "BASE", "HCHC", "HCHP", "PTEC", "IINST", "IMAX", "PAPP", "HHPHC", "MOTDETAT",
# ]  # its table of labels
# ///
"""pyticcom 1.2 (historic) as a program under test: read_frame() after read_frame(), as its README has it,
without the second that this waits between two.

Of a frame the labels are asked for that it knows. What it raises ends the frame, not the program.

    python pyticcom.py PORT
"""

import asyncio
import json
import logging
import sys

logging.basicConfig(stream=sys.stderr)  # else it logs among what is printed here

from pyticcom import Mode, Teleinfo  # noqa: E402
from pyticcom.teleinfo import GroupInfo  # noqa: E402

with Teleinfo(sys.argv[1], mode=Mode.HISTORY) as teleinfo, asyncio.Runner() as loop:
    while True:
        try:
            frame = loop.run(teleinfo.read_frame())
            said = {info.name: group.value for info in GroupInfo if (group := frame.get(info)) is not None}
        except Exception as error:
            print(f"frame refused: {type(error).__name__}", file=sys.stderr)
            continue
        if said:
            print(json.dumps(said), flush=True)
