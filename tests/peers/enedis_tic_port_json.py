# SPDX-License-Identifier: Apache-2.0
"""enedis-tic 0.2.0 (standard) as a program under test, by its own port code, printing JSON lines.

python enedis_tic_port_json.py PORT
"""

import asyncio
import json
import sys

from enedis_tic.link_layer import Link
from enedis_tic.physical_layer import Line


async def read(port: str) -> None:
    async for groups in Link(Line.standard(port)).frames():
        print(json.dumps({label: group["data"] for label, group in groups.items()}), flush=True)


asyncio.run(read(sys.argv[1]))
