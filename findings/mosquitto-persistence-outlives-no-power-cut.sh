#!/usr/bin/env bash
# mosquitto 2.0.11 (Debian): with `persistence true`, acknowledged messages, retained ones and sessions are gone behind a power cut.
#
# Behaviour: a collector with a session that is kept is away, a gateway publishes at QoS 1, with and without retain, and has its PUBACK; the
#   broker is killed as a power cut would (SIGKILL) and started again on the same folder. The collector's session is no longer there, and
#   nothing comes, retained or not. Ended by SIGTERM it has all of it. What is in memory is written when the broker ends and each
#   autosave_interval, 1800 s unless told; with `autosave_on_changes true` and an interval of 1 it outlives the kill as well.
# Why one would guess otherwise: the option is called persistence and is off unless told, and the PUBACK of QoS 1 says that the broker
#   has taken the message over: the gateway forgets it. On a small computer in a home this is up to half an hour of readings.
# Seen (2026-11, mosquitto 2.0.11-1.2+deb12u2, paho-mqtt 2.2.0, Python 3.11):
#   persistence, ended by SIGTERM: acknowledged 2 of 2, session there True, delivered index state
#   persistence, ended by SIGKILL: acknowledged 2 of 2, session there False, delivered nothing
#   saved on changes, ended by SIGKILL: acknowledged 2 of 2, session there True, delivered index state
# Ends with 0 while this holds, with 1 when it has changed; needs Debian 12's apt-get to download the packages.
set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
(cd "$work" && apt-get -q download "mosquitto=2.0.11-1.2+deb12u2" libdlt2 libwrap0 libnsl2 libtirpc3 libgssapi-krb5-2 libkrb5-3 \
    libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libcap2 >apt.log 2>&1) || { cat "$work/apt.log" >&2; exit 2; }
for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
libraries=$(find "$work/root" -maxdepth 3 -type d -name "*-linux-gnu" | paste -sd :)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "paho-mqtt==2.2.0" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
cat >"$work/client.py" <<'PYTHON'
import sys
import threading
import time

from paho.mqtt.client import CallbackAPIVersion, Client

PORT = int(sys.argv[1])


def connect(name, clean):
    """A client that is connected, in a thread of its own, and whether its session was there; the broker may still be starting."""
    client, there, heard = Client(CallbackAPIVersion.VERSION2, name, clean_session=clean), [], []
    client.on_connect = lambda c, u, flags, reason, p: there.append(flags.session_present)
    client.on_message = lambda c, u, message: heard.append(message.payload.decode())
    for _ in range(100):
        try:
            client.connect("127.0.0.1", PORT)
            break
        except OSError:
            time.sleep(0.1)
    client.loop_start()
    while not there:
        time.sleep(0.05)
    return client, there[0], heard


def end(client):
    client.disconnect()
    client.loop_stop()


if sys.argv[2] == "publish":
    collector, _, _ = connect("collector", False)
    ready = threading.Event()
    collector.on_subscribe = lambda *_: ready.set()
    collector.subscribe("home/#", 1)
    assert ready.wait(10)
    end(collector)
    gateway, _, _ = connect("gateway", True)
    told = [gateway.publish("home/east", "index", qos=1), gateway.publish("home/state", "state", qos=1, retain=True)]
    for one in told:
        one.wait_for_publish(10)
    end(gateway)
    print(f"acknowledged {sum(one.is_published() for one in told)} of {len(told)}", end="")
else:
    collector, there, heard = connect("collector", False)
    time.sleep(2)
    end(collector)
    print(f", session there {there}, delivered {' '.join(heard) or 'nothing'}", end="")
PYTHON
same=0
ask() { # what is asked; the signal; more lines of the configuration; what is expected
    port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    folder=$(mktemp -d -p "$work")
    printf 'listener %s 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location %s/\n%b' "$port" "$folder" "$3" >"$folder/broker.conf"
    broker() { LD_LIBRARY_PATH="$libraries" exec "$work/root/usr/sbin/mosquitto" -c "$folder/broker.conf"; }
    [ "$(id -u)" != 0 ] || echo "user root" >>"$folder/broker.conf" # a root that starts it reads and writes as itself
    broker >"$folder/log" 2>&1 &
    pid=$!
    told=$(timeout 60 "$work/venv/bin/python" "$work/client.py" "$port" publish)
    sleep 3
    kill "-$2" "$pid"
    wait "$pid" 2>/dev/null || true
    broker >>"$folder/log" 2>&1 &
    pid=$!
    told+=$(timeout 60 "$work/venv/bin/python" "$work/client.py" "$port" collect)
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    echo "$1, ended by SIG$2: $told"
    [ "$told" = "$4" ] || same=1
}
kept="acknowledged 2 of 2, session there True, delivered index state"
ask "persistence" TERM "" "$kept"
ask "persistence" KILL "" "acknowledged 2 of 2, session there False, delivered nothing"
ask "saved on changes" KILL "autosave_on_changes true\nautosave_interval 1\n" "$kept"
exit "$same"
