# SPDX-License-Identifier: Apache-2.0
# /// script
# requires-python = ">=3.11"
# dependencies = ["enedis-tic==0.2.0", "pyserial==3.5", "pyserial-asyncio==0.6"]
#
# [tool.xky-league]
# speed = 10  # it waits by frames, not by the clock
# ///
# /// board
# id = "enedis-tic"
# title = "enedis-tic 0.2.0 (PyPI)"
# modes = ["historic", "standard"]  # it has a line for each
# ///
"""enedis-tic 0.2.0 as a program under test, by its own port code, printing JSON lines.

Horodates are left out: the package makes datetimes of them, which do not say whether the clock was degraded.

    python enedis_tic.py PORT MODE
"""

import asyncio
import json
import sys

from enedis_tic.link_layer import Link
from enedis_tic.physical_layer import Line


async def read(port: str, mode: str) -> None:
    """Print each frame that the package accepts."""
    line = Line.historique(port) if mode == "historic" else Line.standard(port)
    async for groups in Link(line).frames():
        print(json.dumps({label: group["data"] for label, group in groups.items()}), flush=True)


asyncio.run(read(*sys.argv[1:3]))
