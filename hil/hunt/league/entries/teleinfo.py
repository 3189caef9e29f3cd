# SPDX-License-Identifier: Apache-2.0
# /// script
# requires-python = ">=3.11"
# dependencies = ["teleinfo==1.3.1", "pyserial==3.5"]
#
# [tool.xky-league]
# line = "tcp"  # its serial vendors are of Python 2
# speed = 10  # it waits by characters, not by the clock
# ///
# /// board
# id = "teleinfo"
# title = "teleinfo 1.3.1 (PyPI), through its TCP vendor"
# modes = ["historic"]  # its checksum and its separator are those of historic mode
# ///
"""teleinfo 1.3.1 (historic) as a program under test: frame after frame of its Parser, as its README has it.

python teleinfo.py socket://HOST:PORT
"""

import json
import sys
from urllib.parse import urlsplit

from teleinfo import Parser
from teleinfo.sw_vendors import SW_tcp_based

address = urlsplit(sys.argv[1])
for frame in Parser(SW_tcp_based(address.hostname, address.port)):
    if frame:
        print(json.dumps(frame), flush=True)
