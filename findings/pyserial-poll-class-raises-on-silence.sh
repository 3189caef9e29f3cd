#!/usr/bin/env bash
# pyserial 3.5 (POSIX): a read of a PosixPollSerial on which nothing comes raises UnboundLocalError; VTIMESerial waits 0 ms of 50.
#
# Behaviour: read() of a port `alt://NAME?class=PosixPollSerial` with a timeout raises UnboundLocalError of a name `fd` on a line that is
#   silent, which is no SerialException; where bytes come it returns them. VTIMESerial counts its timeout in tenths of a second and cuts
#   what is left: 0.05 is no wait at all.
# Why one would guess otherwise: the documentation (pyserial.readthedocs.io, URL handlers) has both as other ways of the same port, the
#   first one as better at errors such as a device that is unplugged; and silence within a timeout is what each program of a meter's
#   line meets.
# Seen (2026-11, pyserial 3.5, Python 3.11, Linux 6, a pseudo-terminal):
#   PosixPollSerial, 3 bytes: read b'abc'
#   PosixPollSerial, silence: UnboundLocalError, a SerialException: False
#   VTIMESerial, 3 bytes: read b'abc'
#   VTIMESerial, silence, timeout 0.05: waited 50 ms: False
#   Serial, silence, timeout 0.05: waited 50 ms: True
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "pyserial==3.5" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
timeout 60 "$work/venv/bin/python" - <<'PYTHON'
import os
import sys
import time
import tty

import serial

master, slave = os.openpty()
tty.setraw(slave)
NAME = os.ttyname(slave)


def opened(kind, timeout):
    url = NAME if kind == "Serial" else f"alt://{NAME}?class={kind}"
    return serial.serial_for_url(url, 9600, timeout=timeout)


def of_three(kind):
    with opened(kind, 0.5) as port:
        os.write(master, b"abc")
        time.sleep(0.1)
        return f"read {port.read(3)!r}"


def of_silence(kind):
    with opened(kind, 0.5) as port:
        try:
            return f"read {port.read(3)!r}"
        except Exception as error:
            return f"{type(error).__name__}, a SerialException: {isinstance(error, serial.SerialException)}"


def waited(kind):
    with opened(kind, 0.05) as port:
        began = time.monotonic()
        for _ in range(20):
            port.read(1)
        return f"waited 50 ms: {time.monotonic() - began > 0.9}"


told = [of_three("PosixPollSerial"), of_silence("PosixPollSerial"), of_three("VTIMESerial"), waited("VTIMESerial"), waited("Serial")]
print(f"PosixPollSerial, 3 bytes: {told[0]}\nPosixPollSerial, silence: {told[1]}\nVTIMESerial, 3 bytes: {told[2]}")
print(f"VTIMESerial, silence, timeout 0.05: {told[3]}\nSerial, silence, timeout 0.05: {told[4]}")
raised = "UnboundLocalError, a SerialException: False"
sys.exit(0 if told == ["read b'abc'", raised, "read b'abc'", "waited 50 ms: False", "waited 50 ms: True"] else 1)
PYTHON
