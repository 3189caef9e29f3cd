#!/usr/bin/env bash
# mosquitto 2.0.11 (Debian): overlapping subscriptions give one copy in MQTT 3.1.1 and three in 5, whatever is configured.
#
# Behaviour: a client that subscribed to `#`, `tele/+/SENSOR` and `tele/meter/SENSOR` gets a message on the last topic once where it
#   speaks 3.1.1 and three times where it speaks 5; so, too, with `allow_duplicate_messages false`, which is there to forbid it.
# Why one would guess otherwise: broker, filters and publisher are the same, and the option names no version. A collector that goes
#   over to version 5 counts each point as often as it has filters that fit.
# Seen (2026-11, mosquitto 2.0.11-1.2+deb12u2, paho-mqtt 2.2.0, Python 3.11):
#   nothing configured: 3.1.1: 1, 5: 3
#   allow_duplicate_messages false: 3.1.1: 1, 5: 3
#   allow_duplicate_messages true: 3.1.1: 3, 5: 3
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
cat >"$work/copies.py" <<'PYTHON'
import sys
import threading
import time

from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5, MQTTv311
from paho.mqtt.subscribeoptions import SubscribeOptions

PORT = int(sys.argv[1])
FILTERS = "#", "tele/+/SENSOR", "tele/meter/SENSOR"


def connected(version, name):
    """A client that is connected; the broker may still be starting."""
    client = Client(CallbackAPIVersion.VERSION2, name, protocol=version)
    for _ in range(100):
        try:
            client.connect("127.0.0.1", PORT)
            break
        except OSError:
            time.sleep(0.1)
    client.loop_start()
    return client


def copies(version):
    """How often a subscriber of that version gets one message."""
    got, ready, done = [], threading.Event(), threading.Event()
    client = connected(version, f"collector{version}")
    client.on_subscribe = lambda *_: ready.set()

    def hear(client, userdata, message):
        (done.set if message.topic == "end" else lambda: got.append(message.topic))()

    client.on_message = hear
    asked = [(one, SubscribeOptions(qos=1) if version == MQTTv5 else 1) for one in FILTERS]
    client.subscribe(asked)
    assert ready.wait(10)
    for topic in ("tele/meter/SENSOR", "end"):
        client.publish(topic, "{}", qos=1).wait_for_publish(10)
    assert done.wait(10)
    client.disconnect()
    client.loop_stop()
    return len(got)


print(f"3.1.1: {copies(MQTTv311)}, 5: {copies(MQTTv5)}")
PYTHON
same=0
ask() { # what is configured; what is expected
    port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    printf 'listener %s 127.0.0.1\nallow_anonymous true\n%s\n' "$port" "${1#nothing configured}" >"$work/broker.conf"
    LD_LIBRARY_PATH="$libraries" "$work/root/usr/sbin/mosquitto" -c "$work/broker.conf" >"$work/broker.log" 2>&1 &
    broker=$!
    told=$(timeout 60 "$work/venv/bin/python" "$work/copies.py" "$port")
    kill "$broker"
    wait "$broker" || true
    echo "$1: $told"
    [ "$told" = "$2" ] || same=1
}
ask "nothing configured" "3.1.1: 1, 5: 3"
ask "allow_duplicate_messages false" "3.1.1: 1, 5: 3"
ask "allow_duplicate_messages true" "3.1.1: 3, 5: 3"
exit "$same"
