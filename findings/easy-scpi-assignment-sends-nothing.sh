#!/usr/bin/env bash
# easy-scpi 0.1.7 (PyPI): `supply.voltage = 5` sends nothing, and reads back as 5.
#
# Behaviour: each attribute of an instrument is a command, `supply.source.voltage(5)` writes it and `supply.source.voltage()` asks. An
#   assignment, `supply.source.voltage = 5` or `supply.voltage = 5`, raises nothing and sends nothing; behind the second the command is
#   gone, `supply.voltage` is the number 5 from then on. `supply.output.state(True)` sends OUTPUT:STATE True, although the class has the
#   word ON for it.
# Why one would guess otherwise: the class calls them properties of the instrument, which in Python, PyMeasure and PyVISA are assigned. A
#   bench believes that its supply is set, and measures at the voltage of the test before.
# Seen (2026-11, easy-scpi 0.1.7, PyVISA 1.16.2, PyVISA-py 0.8.1, Python 3.11):
#   source.voltage(3): sent SOURCE:VOLTAGE 3
#   source.voltage = 5: sent nothing
#   voltage = 5: sent nothing, reads 5
#   output.state(True): sent OUTPUT:STATE True
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "easy-scpi==0.1.7" "pyvisa==1.16.2" "pyvisa-py==0.8.1" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
timeout 60 "$work/venv/bin/python" -W ignore - <<'PYTHON'
import queue
import socket
import sys
import threading

from easy_scpi import Instrument

heard = queue.Queue()
server = socket.create_server(("127.0.0.1", 0))


def serve():
    """A supply that says its name, and takes whatever it is told."""
    connection, _ = server.accept()
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            command = line.decode().strip()
            if command == "*IDN?":
                connection.sendall(b"ACME,PSU,1,1\n")
            heard.put(command)


threading.Thread(target=serve, daemon=True).start()
supply = Instrument(backend="@py", read_termination="\n", write_termination="\n")
supply.rid = f"TCPIP::127.0.0.1::{server.getsockname()[1]}::SOCKET"
supply.connect()


def sent():
    """What it has heard since it was last asked."""
    supply.id
    commands = []
    while (command := heard.get(timeout=5)) != "*IDN?":
        commands.append(command)
    return f"sent {' '.join(commands) or 'nothing'}"


heard.get(timeout=5)  # connect() asks for its name
told = []
supply.source.voltage(3)
told.append(sent())
supply.source.voltage = 5
told.append(sent())
supply.voltage = 5
told.append(f"{sent()}, reads {supply.voltage}")
supply.output.state(True)
told.append(sent())
for what, one in zip(("source.voltage(3)", "source.voltage = 5", "voltage = 5", "output.state(True)"), told):
    print(f"{what}: {one}")
right = ["sent SOURCE:VOLTAGE 3", "sent nothing", "sent nothing, reads 5", "sent OUTPUT:STATE True"]
sys.exit(0 if told == right else 1)
PYTHON
