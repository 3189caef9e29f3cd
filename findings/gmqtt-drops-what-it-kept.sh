#!/usr/bin/env bash
# gmqtt 0.8.0 (PyPI): what is published at QoS 1 while the connection is away is dropped when it comes back, as it is by default.
#
# Behaviour: a client that is made with nothing but a name, three messages at QoS 1 while the broker cannot be reached, and the
#   connection comes back by itself: none of the three is delivered, publish() raised nothing, and no callback tells. The client keeps
#   them in its storage for the next connection, and empties it when the broker says that it has no session. They are delivered
#   with `clean_session=False` and a `session_expiry_interval`, unless the broker itself was started anew.
# Why one would guess otherwise: QoS 1 is at least once, the client comes back without limit, and paho-mqtt, whose default is a clean
#   session, too, delivers all three. To messages that were never sent the rule that a new session forgets what was in flight
#   says nothing.
# Seen (2026-11, gmqtt 0.8.0, paho-mqtt 2.2.0, Python 3.11, mosquitto 2.0.11-1.2+deb12u2):
#   paho-mqtt, as it is: delivered 0 1 2 later
#   gmqtt, as it is: delivered later
#   gmqtt, a session that is kept: delivered 0 1 2 later
# Ends with 0 while this holds, with 1 when it has changed; needs Debian 12's apt-get to download the packages.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${broker:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
(cd "$work" && apt-get -q download "mosquitto=2.0.11-1.2+deb12u2" libdlt2 libwrap0 libnsl2 libtirpc3 libgssapi-krb5-2 libkrb5-3 \
    libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libcap2 >apt.log 2>&1) || { cat "$work/apt.log" >&2; exit 2; }
for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
libraries=$(find "$work/root" -maxdepth 3 -type d -name "*-linux-gnu" | paste -sd :)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "paho-mqtt==2.2.0" "gmqtt==0.8.0" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$work/broker.conf"
LD_LIBRARY_PATH="$libraries" "$work/root/usr/sbin/mosquitto" -c "$work/broker.conf" >"$work/broker.log" 2>&1 &
broker=$!
timeout 90 "$work/venv/bin/python" - "$port" 2>"$work/words" <<'PYTHON'
import asyncio
import sys
import time

import gmqtt
from paho.mqtt.client import CallbackAPIVersion, Client

BROKER = int(sys.argv[1])


class Way:
    """The way to the broker, which can be cut and mended."""

    def __init__(self):
        self.server, self.ends, self.port = None, [], 0

    async def mend(self):
        self.server = await asyncio.start_server(self.carry, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def cut(self):
        self.server.close()
        for end in self.ends:
            end.close()
        self.ends.clear()
        await asyncio.sleep(0.5)

    async def carry(self, reader, writer):
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", BROKER)
        self.ends += writer, other_writer
        await asyncio.gather(self.pump(reader, other_writer), self.pump(other_reader, writer), return_exceptions=True)

    async def pump(self, reader, writer):
        while data := await reader.read(4096):
            writer.write(data)
        writer.close()


async def paho(way, name):
    client = Client(CallbackAPIVersion.VERSION2, name)
    client.reconnect_delay_set(1, 1)
    await asyncio.to_thread(client.connect, "127.0.0.1", way.port)
    client.loop_start()
    return client.publish, lambda: asyncio.to_thread(lambda: (client.disconnect(), client.loop_stop()))


async def of_gmqtt(way, name, **options):
    client = gmqtt.Client(name, **options)
    client.set_config({"reconnect_delay": 1})
    await client.connect("127.0.0.1", way.port)
    return client.publish, client.disconnect


async def delivered(name, gateway, **options):
    way, heard, done = Way(), [], asyncio.Event()
    await way.mend()
    collector = gmqtt.Client(f"collector of {name}")

    def hear(client, topic, payload, qos, properties):
        heard.append(payload.decode())
        if heard[-1] == "later":
            done.set()
        return 0

    collector.on_message = hear
    await collector.connect("127.0.0.1", BROKER)
    collector.subscribe(f"{name}/east", qos=1)
    publish, end = await gateway(way, name, **options)
    await asyncio.sleep(0.5)
    await way.cut()
    for number in range(3):
        publish(f"{name}/east", str(number), qos=1)
    await way.mend()
    await asyncio.sleep(4)  # it comes back each second
    publish(f"{name}/east", "later", qos=1)
    await asyncio.wait_for(done.wait(), 10)
    await end()
    await collector.disconnect()
    await way.cut()
    return " ".join(heard)


async def main():
    told = []
    for name, gateway, options in (
        ("paho-mqtt, as it is", paho, {}),
        ("gmqtt, as it is", of_gmqtt, {}),
        ("gmqtt, a session that is kept", of_gmqtt, {"clean_session": False, "session_expiry_interval": 600}),
    ):
        told.append(await delivered(name, gateway, **options))
        print(f"{name}: delivered {told[-1]}", flush=True)
    return told


time.sleep(1)
sys.exit(0 if asyncio.run(main()) == ["0 1 2 later", "later", "0 1 2 later"] else 1)
PYTHON
