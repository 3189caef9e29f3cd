# SPDX-License-Identifier: Apache-2.0
"""``linky://`` for pyserial: import this once, then ``serial.serial_for_url`` opens emulated meters in-process.

Needs nothing of the system, no pseudo-terminal nor socket: it works wherever Python and pyserial do.

>>> import serial
>>> import xky.emulator.serial_url
>>> port = serial.serial_for_url("linky://standard?seed=1&speed=max", 9600, bytesize=7, parity="E")
>>> port.read_until(b"VTIC")[:6]
b'\\x02\\nADSC'
"""

import serial

from .protocol_linky import LinkySerial, LinkyUrlError

__all__ = ["LinkySerial", "LinkyUrlError"]

if __name__ not in serial.protocol_handler_packages:
    serial.protocol_handler_packages.append(__name__)
