#!/usr/bin/env bash
# pyserial 3.5, socket://: what came before the other side hung up is thrown away by a read that asks for more of it.
#
# Behaviour: five bytes arrive and the connection ends. read(100) raises SerialException, and the five are in nobody's hands: the
#   next read raises, too. read(5), or reads of one byte, hand them over. in_waiting is 1 however many there are, so
#   `read(in_waiting)` goes byte by byte.
# Why one would guess otherwise: read() is documented to return fewer bytes than asked for when no more come in time, in_waiting to
#   be the number of bytes that have come. Of a replayed log, or a bridge that closes, the last frame is lost.
# Seen (2026-11, pyserial 3.5, Python 3.11):
#   in_waiting: 1 of 5
#   read(100): SerialException, read(1): SerialException
#   read(5): b'left\n', read(1): SerialException
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pyserial==3.5" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
timeout 60 "$work/venv/bin/python" - <<'PYTHON'
import socket
import sys
import time

import serial

SENT = b"left\n"


def reads(*sizes):
    """What is waiting, and what reads of these sizes give, of a connection that was sent five bytes and has ended."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = serial.serial_for_url(f"socket://127.0.0.1:{server.getsockname()[1]}", timeout=2)
        peer, _ = server.accept()
        with port, peer:
            peer.sendall(SENT)
            time.sleep(0.2)
            waiting = port.in_waiting
            peer.shutdown(socket.SHUT_RDWR)
            told = []
            for size in sizes:
                try:
                    told.append(port.read(size))
                except serial.SerialException as error:
                    told.append(type(error).__name__)
            return waiting, told


(waiting, greedy), (_, exact) = reads(100, 1), reads(5, 1)
print(f"in_waiting: {waiting} of {len(SENT)}")
print(f"read(100): {greedy[0]}, read(1): {greedy[1]}")
print(f"read(5): {exact[0]!r}, read(1): {exact[1]}")
lost = "SerialException"
sys.exit(0 if (waiting, greedy, exact) == (1, [lost, lost], [SENT, lost]) else 1)
PYTHON
