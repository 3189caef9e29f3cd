#!/usr/bin/env bash
# paho-mqtt 2.2.0: publish() without a connection says that it failed, and at QoS 1 and 2 sends the message later.
#
# Behaviour: a client that is not connected gives MQTT_ERR_NO_CONN (4); wait_for_publish() and is_published() of the same result
#   raise RuntimeError "Message publish failed". At QoS 0 the message is gone. At 1 and 2 it is kept, and sent with the next
#   connection.
# Why one would guess otherwise: the same code stands for a message that is dropped. A gateway that keeps what was refused and
#   publishes it again once it is connected writes each of those points twice.
# Seen (2026-11, paho-mqtt 2.2.0, Python 3.11, mosquitto 2.0.11-1.2+deb12u2):
#   QoS 0: code 4, is_published: RuntimeError, delivered: no
#   QoS 1: code 4, is_published: RuntimeError, delivered: yes
#   QoS 2: code 4, is_published: RuntimeError, delivered: yes
# Ends with 0 while this holds, with 1 when it has changed; needs Debian 12's apt-get to download the packages.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${broker:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
(cd "$work" && apt-get -q download "mosquitto=2.0.11-1.2+deb12u2" libdlt2 libwrap0 libnsl2 libtirpc3 libgssapi-krb5-2 libkrb5-3 \
    libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libcap2 >apt.log 2>&1) || { cat "$work/apt.log" >&2; exit 2; }
for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
libraries=$(find "$work/root" -maxdepth 3 -type d -name "*-linux-gnu" | paste -sd :)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "paho-mqtt==2.2.0" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$work/broker.conf"
LD_LIBRARY_PATH="$libraries" "$work/root/usr/sbin/mosquitto" -c "$work/broker.conf" >"$work/broker.log" 2>&1 &
broker=$!
timeout 60 "$work/venv/bin/python" - "$port" <<'PYTHON'
import sys
import threading
import time

from paho.mqtt.client import CallbackAPIVersion, Client

PORT = int(sys.argv[1])
heard, ready, done = [], threading.Event(), threading.Event()


def connect(client):
    """Connect, in a thread of its own; the broker may still be starting."""
    for _ in range(100):
        try:
            client.connect("127.0.0.1", PORT)
            break
        except OSError:
            time.sleep(0.1)
    client.loop_start()


def hear(client, userdata, message):
    heard.append(message.topic)
    if message.topic == "end":
        done.set()


collector = Client(CallbackAPIVersion.VERSION2, "collector")
collector.on_message, collector.on_subscribe = hear, lambda *_: ready.set()
connect(collector)
collector.subscribe("#", 2)
assert ready.wait(10)

gateway = Client(CallbackAPIVersion.VERSION2, "gateway")
told = []
for qos in (0, 1, 2):
    result = gateway.publish(f"point/{qos}", "750", qos=qos)
    try:
        published = result.is_published()
    except RuntimeError as error:
        published = type(error).__name__
    told.append((int(result.rc), published))
connect(gateway)
while not gateway.is_connected():
    time.sleep(0.05)
time.sleep(1)
gateway.publish("end", qos=1)
assert done.wait(10)
gateway.disconnect()
collector.disconnect()
delivered = ["yes" if f"point/{qos}" in heard else "no" for qos in (0, 1, 2)]
for qos, (code, published) in enumerate(told):
    print(f"QoS {qos}: code {code}, is_published: {published}, delivered: {delivered[qos]}")
sys.exit(0 if (told, delivered) == ([(4, "RuntimeError")] * 3, ["no", "yes", "yes"]) else 1)
PYTHON
