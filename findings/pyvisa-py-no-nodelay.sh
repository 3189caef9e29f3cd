#!/usr/bin/env bash
# PyVISA-py 0.8.1: TCP_NODELAY of a SOCKET session is off, reads as off, and cannot be set: a setting and a question take 40 ms.
#
# Behaviour: VI_ATTR_TCPIP_NODELAY is among the attributes of a `TCPIP::HOST::PORT::SOCKET` resource and reads as false; setting
#   it raises UnknownAttribute, an exception of PyVISA-py's own and no VisaIOError. A write that nothing answers and a query behind
#   it are two small segments: the second waits for the delayed acknowledgement of the first, some 40 ms on Linux. With the option
#   set on the socket itself they take less than a millisecond.
# Why one would guess otherwise: PyVISA describes the attribute as one that can be written and is enabled in VISA unless told,
#   so that what is written goes out at once.
# Seen (2026-11, PyVISA 1.16.2, Python 3.11, Linux 6):
#   listed True, read <VisaBoolean.false: 0>, set UnknownAttribute; setting and question 48.0 ms, 0.0 ms
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pyvisa==1.16.2" "pyvisa-py==0.8.1" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import socket
import sys
import threading
import time

import pyvisa
from pyvisa.constants import ResourceAttribute


def serve(server):
    """An instrument that answers each line with a question mark in it, and takes the others."""
    connection, _ = server.accept()
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            if b"?" in line:
                connection.sendall(b"1.0\n")


def median_ms(session):
    """A setting, then a question."""
    times = []
    for _ in range(21):
        began = time.perf_counter()
        session.write("VOLT 1.0")
        session.query("VOLT?")
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[10]


with socket.create_server(("127.0.0.1", 0)) as server:
    threading.Thread(target=serve, args=(server,), daemon=True).start()
    manager = pyvisa.ResourceManager("@py")
    session = manager.open_resource(
        f"TCPIP0::127.0.0.1::{server.getsockname()[1]}::SOCKET", read_termination="\n", write_termination="\n"
    )
    listed = any("NODELAY" in one.visa_name for one in session.visa_attributes_classes)
    told = {}
    for name, ask in {
        "read": lambda: session.get_visa_attribute(ResourceAttribute.tcpip_nodelay),
        "set": lambda: session.set_visa_attribute(ResourceAttribute.tcpip_nodelay, True),
    }.items():
        try:
            told[name] = repr(ask())
        except Exception as error:  # whatever it raises is what is looked at
            told[name] = type(error).__name__
    slow = median_ms(session)
    session.visalib.sessions[session.session].interface.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    quick = median_ms(session)
    print(f"listed {listed}, read {told['read']}, set {told['set']}; setting and question {slow:.1f} ms, {quick:.1f} ms")
sys.exit(0 if listed and told["read"] == "<VisaBoolean.false: 0>" and told["set"] == "UnknownAttribute" and slow > 10 * quick else 1)
PYTHON
