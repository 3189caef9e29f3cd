#!/usr/bin/env bash
# gmqtt 0.8.0 (PyPI) and mqtt 5.16.0 (npm): a publication that is sent again after a lost connection does not say so: DUP is 0.
#
# Behaviour: QoS 1, a session that is kept, and a connection that ends before the PUBACK. With the next one both send the same message
#   under the same packet identifier, as they must, with DUP 0, in MQTT 3.1.1 and in 5. paho-mqtt sends it with DUP 1.
# Why one would guess otherwise: MQTT 3.1.1, clause 3.3.1.1 [MQTT-3.3.1-1], and MQTT 5 likewise: DUP MUST be 1 on an attempt to
#   re-deliver. Who looks for doubled readings by that bit takes those of a gateway with one of the two for readings of its own.
# Seen (2026-11, Python 3.11, Node 20.20, a server that hangs up on the first PUBLISH):
#   paho-mqtt 2.2.0: 3.1.1: first DUP 0, again DUP 1, same packet True; 5: first DUP 0, again DUP 1, same packet True
#   gmqtt 0.8.0: 3.1.1: first DUP 0, again DUP 0, same packet True; 5: first DUP 0, again DUP 0, same packet True
#   mqtt 5.16.0: 3.1.1: first DUP 0, again DUP 0, same packet True; 5: first DUP 0, again DUP 0, same packet True
# Ends with 0 while this holds, with 1 when it has changed; needs Node 18 or later and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "paho-mqtt==2.2.0" "gmqtt==0.8.0" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
(cd "$work" && npm install --silent --no-fund --no-audit "mqtt@5.16.0" >npm.log 2>&1) || { cat "$work/npm.log" >&2; exit 2; }
cat >"$work/gateway.cjs" <<'NODE'
const [port, version] = process.argv.slice(2).map(Number);
const properties = version === 5 ? { sessionExpiryInterval: 600 } : undefined;
const client = require("mqtt").connect({
  host: "127.0.0.1", port, protocolVersion: version, clientId: "gateway", clean: false, reconnectPeriod: 500, properties,
});
client.on("error", () => {});
client.once("connect", () => client.publish("tic/east", "18021167", { qos: 1 }, () => process.exit()));
NODE
cd "$work"
timeout 90 venv/bin/python - 2>/dev/null <<'PYTHON'
import asyncio
import socket
import subprocess
import sys
import threading
import time

import gmqtt
from paho.mqtt.client import CallbackAPIVersion, Client, Properties
from paho.mqtt.packettypes import PacketTypes


def packet(connection):
    """The next packet, its first byte and what follows its length; of no more than 127 bytes, as all are here."""
    first, length = connection.recv(1), connection.recv(1)
    return first[0], connection.recv(length[0], socket.MSG_WAITALL) if length[0] else b""


def published(gateway, version):
    """DUP and packet identifier of each PUBLISH to a server that hangs up on the first one."""
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        running = gateway(server.getsockname()[1], version)
        for number in (0, 1):
            connection, _ = server.accept()
            connection.settimeout(20)
            with connection:
                packet(connection)  # CONNECT
                answer = bytes([number, 0]) + (b"\x00" if version == 5 else b"")  # the session is there from the second on
                connection.sendall(bytes([0x20, len(answer)]) + answer)
                first, rest = packet(connection)
                topic = int.from_bytes(rest[:2], "big")
                identifier = rest[2 + topic : 4 + topic]
                seen.append((first >> 3 & 1, identifier))
                if number:
                    connection.sendall(b"\x40\x02" + identifier)
                    running()
    return seen


def paho(port, version):
    client = Client(CallbackAPIVersion.VERSION2, "gateway", protocol=version, **({} if version == 5 else {"clean_session": False}))
    client.reconnect_delay_set(1, 1)
    if version == 5:
        kept = Properties(PacketTypes.CONNECT)
        kept.SessionExpiryInterval = 600
        client.connect("127.0.0.1", port, clean_start=False, properties=kept)
    else:
        client.connect("127.0.0.1", port)
    client.on_connect = lambda *_: client.publish("tic/east", "18021167", qos=1) if not client.user_data_get() else None
    client.on_disconnect = lambda *_: client.user_data_set("published")
    client.loop_start()
    return lambda: (time.sleep(0.5), client.disconnect(), client.loop_stop())


def of_gmqtt(port, version):
    done = threading.Event()

    async def live():
        client = gmqtt.Client("gateway", clean_session=False, **({"session_expiry_interval": 600} if version == 5 else {}))
        client.set_config({"reconnect_delay": 1})
        await client.connect("127.0.0.1", port, version=version)
        client.publish("tic/east", "18021167", qos=1)
        while not done.is_set():
            await asyncio.sleep(0.1)
        await client.disconnect()

    threading.Thread(target=lambda: asyncio.run(live()), daemon=True).start()
    return lambda: (time.sleep(0.5), done.set())


def of_node(port, version):
    process = subprocess.Popen(["node", "gateway.cjs", str(port), str(version)])
    return lambda: process.wait(20)


told = {}
for name, gateway in (("paho-mqtt 2.2.0", paho), ("gmqtt 0.8.0", of_gmqtt), ("mqtt 5.16.0", of_node)):
    of_both = []
    for version in (4, 5):
        (first, one), (again, other) = published(gateway, version)
        of_both.append(f"first DUP {first}, again DUP {again}, same packet {one == other}")
    told[name] = of_both
    print(f"{name}: 3.1.1: {of_both[0]}; 5: {of_both[1]}")
right, wrong = "first DUP 0, again DUP 1, same packet True", "first DUP 0, again DUP 0, same packet True"
sys.exit(0 if list(told.values()) == [[right] * 2, [wrong] * 2, [wrong] * 2] else 1)
PYTHON
