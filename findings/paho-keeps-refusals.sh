#!/usr/bin/env bash
# paho-mqtt 2.2.0: without reconnect_on_failure, MQTT 3.1.1 refusal 1 never reaches on_connect; 2 does not for an empty id.
#
# Behaviour: a client made with `reconnect_on_failure=False` that gets CONNACK `20 02 00 01` (unacceptable protocol version),
#   or `20 02 00 02` (identifier rejected) when its client id is empty, calls on_disconnect alone, with "Protocol error";
#   the code itself is told nowhere: the result of loop_read(), MQTT_ERR_PROTOCOL, is the same for both.
# Why one would guess otherwise: refusal 5, and 2 for a client with a name, call on_connect with their reason.
# Seen (2026-11, Python 3.11):
#   code 1, id 'x': on_connect [], on_disconnect ['Protocol error']
#   code 2, id '': on_connect [], on_disconnect ['Protocol error']
#   code 2, id 'x': on_connect ['Client identifier not valid'], on_disconnect ['Unspecified error']
#   code 5, id 'x': on_connect ['Not authorized'], on_disconnect ['Unspecified error']
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "paho-mqtt==2.2.0" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import socket
import sys

from paho.mqtt.client import CallbackAPIVersion, Client


def refused(code, client_id):
    """What a client is told that is refused so."""
    connected, disconnected = [], []
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = Client(CallbackAPIVersion.VERSION2, client_id, reconnect_on_failure=False)
        client.on_connect = lambda c, u, flags, reason, p: connected.append(str(reason))
        client.on_disconnect = lambda c, u, flags, reason, p: disconnected.append(str(reason))
        client.connect("127.0.0.1", server.getsockname()[1])
        peer, _ = server.accept()
        with peer:
            peer.recv(100)
            peer.sendall(bytes([0x20, 2, 0, code]))
        for _ in range(5):
            if client.socket() is not None:
                client.loop_read()
    print(f"code {code}, id {client_id!r}: on_connect {connected}, on_disconnect {disconnected}")
    return bool(connected)


told = [refused(1, "x"), refused(2, ""), refused(2, "x"), refused(5, "x")]
sys.exit(0 if told == [False, False, True, True] else 1)
PYTHON
