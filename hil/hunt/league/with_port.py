# SPDX-License-Identifier: Apache-2.0
"""Runs a program with a port as its standard input: ``with_port.py PORT PROGRAM ARGUMENTS…``, by itself."""

import os
import sys

if __name__ == "__main__":
    port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)  # its terminal would end it at each ETX
    os.dup2(port, 0)
    os.close(port)
    os.execvp(sys.argv[2], sys.argv[2:])
