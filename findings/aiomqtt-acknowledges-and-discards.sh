#!/usr/bin/env bash
# aiomqtt 2.5.1 (PyPI): with max_queued_incoming_messages, what does not fit is acknowledged at QoS 1, and thrown away.
#
# Behaviour: a client with room for three messages is sent eight at QoS 1 while its program is busy. It sends eight PUBACK and hands
#   out the first three; the other five are a warning in the log. The broker has done its part and keeps none of them.
# Why one would guess otherwise: the option is documented as a limit beyond which messages are discarded, and QoS 1 as the level at
#   which none is lost; nothing says which of the two wins. A collector that gives it for fear of memory loses the readings of
#   a panel behind a slow database, and its broker counts them as delivered.
# Seen (2026-11, aiomqtt 2.5.1, paho-mqtt 2.2.0, Python 3.11):
#   sent 8 at QoS 1, acknowledged 8, handed out 3: 0 1 2
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "aiomqtt==2.5.1" "paho-mqtt==2.2.0" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
timeout 60 "$work/venv/bin/python" - 2>/dev/null <<'PYTHON'
import asyncio
import sys

import aiomqtt

SENT = 8
acknowledged = []


async def broker(reader, writer):
    """Takes one client, sends it eight messages once it subscribes, and counts what it acknowledges."""
    while True:
        try:
            first, length = await reader.readexactly(2)  # no packet here is of more than 127 bytes
            rest = await reader.readexactly(length)
        except asyncio.IncompleteReadError:
            writer.close()
            return
        if first >> 4 == 1:  # CONNECT
            writer.write(b"\x20\x02\x00\x00")
        elif first >> 4 == 8:  # SUBSCRIBE
            writer.write(b"\x90\x03" + rest[:2] + b"\x01")
            for number in range(SENT):
                message = b"\x00\x03tic" + (number + 1).to_bytes(2, "big") + str(number).encode()
                writer.write(bytes([0x32, len(message)]) + message)
        elif first >> 4 == 4:  # PUBACK
            acknowledged.append(rest)


async def main():
    server = await asyncio.start_server(broker, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    got = []
    async with aiomqtt.Client("127.0.0.1", port, max_queued_incoming_messages=3) as client:
        await client.subscribe("tic", qos=1)
        await asyncio.sleep(1)  # busy with something else
        messages = aiter(client.messages)
        try:
            while True:
                got.append((await asyncio.wait_for(anext(messages), 1)).payload.decode())
        except TimeoutError:
            pass
    print(f"sent {SENT} at QoS 1, acknowledged {len(acknowledged)}, handed out {len(got)}: {' '.join(got)}")
    return (len(acknowledged), got) == (SENT, ["0", "1", "2"])


sys.exit(0 if asyncio.run(main()) else 1)
PYTHON
