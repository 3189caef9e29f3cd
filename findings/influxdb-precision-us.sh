#!/usr/bin/env bash
# InfluxDB 1.6.7 (Debian): precision=us, the name of microseconds in version 2, is taken with 204 and read as nanoseconds.
#
# Behaviour: `/write?precision=us` (and the sign µ) answers 204 and stores the time a thousand times too early, near 1970; only
#   `u` is microseconds. `ms`, `s` and `ns` are what they are in version 2, too.
# Why one would guess otherwise: version 2's API and the line protocol's documents write `us`, and an unknown name might be
#   refused.
# Seen (2026-11, influxdb 1.6.7~rc0-1+b13):
#   precision=u: 204, stored as 2026-01-15T12:00:00Z
#   precision=us: 204, stored as 1970-01-21T11:14:38.4Z
#   precision=ms: 204, stored as 2026-01-15T12:00:00Z
# Ends with 0 while this holds, with 1 when it has changed; needs Debian's apt-get to download the package.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
(cd "$work" && apt-get -q download "influxdb=1.6.7~rc0-1+b13" >apt.log 2>&1) || { cat "$work/apt.log" >&2; exit 2; }
dpkg -x "$work"/influxdb_*.deb "$work/root"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/influx.conf" <<CONF
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = "$work/meta"
[data]
dir = "$work/data"
wal-dir = "$work/wal"
[http]
bind-address = "127.0.0.1:$port"
CONF
"$work/root/usr/bin/influxd" -config "$work/influx.conf" >"$work/influx.log" 2>&1 &
server=$!
python3 - "$port" <<'PYTHON'
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

AT = f"http://127.0.0.1:{sys.argv[1]}"


def ask(path, body=None):
    """Status and text of an answer."""
    try:
        with urllib.request.urlopen(AT + path, None if body is None else body.encode(), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


for _ in range(100):
    try:
        ask("/ping")
        break
    except OSError:
        time.sleep(0.1)
ask("/query?q=CREATE%20DATABASE%20d", "")
SECONDS = 1768478400  # 2026-01-15T12:00:00Z


def stored(name, count_a_second):
    """What a time is stored as that is written in a precision of that name."""
    measurement = f"of_{name}"
    status, _ = ask(f"/write?db=d&precision={name}", f"{measurement} v=1i {SECONDS * count_a_second}")
    query = urllib.parse.quote(f"SELECT v FROM {measurement}")
    (result,) = json.loads(ask(f"/query?db=d&q={query}")[1])["results"]
    time_ = result["series"][0]["values"][0][0]
    print(f"precision={name}: {status}, stored as {time_}")
    return status, time_


told = stored("u", 1_000_000), stored("us", 1_000_000), stored("ms", 1000)
right = (204, "2026-01-15T12:00:00Z")
sys.exit(0 if told == (right, (204, "1970-01-21T11:14:38.4Z"), right) else 1)
PYTHON
