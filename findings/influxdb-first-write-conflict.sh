#!/usr/bin/env bash
# InfluxDB 1.6.7 (Debian): a type conflict in the very first body of a database loses the whole body; later, one line of it.
#
# Behaviour: a body whose second line gives a field another type than its first line is answered 400 "field type conflict".
#   As the first write of a fresh database nothing of it is stored; once the database has a shard for that time the same kind
#   of body is answered 400 "partial write", and the lines without a conflict are stored.
# Why one would guess otherwise: the partial write is what the documents tell of conflicts, and the status is 400 in both.
# Seen (2026-11, influxdb 1.6.7~rc0-1+b13):
#   first write: 400 field type conflict; stored: []
#   later write: 400 partial write; stored: ['a', 'c']
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
for number in (1, 2):
    ask(f"/query?q=CREATE%20DATABASE%20d{number}", "")


def tried(database, name):
    """What becomes of a body of three lines of which the second has a conflict."""
    lines = f"{name},line=a v=1i", f"{name},line=b v=2.5", f"{name},line=c v=3i"
    status, text = ask(f"/write?db={database}", "\n".join(lines))
    query = urllib.parse.quote(f"SELECT v, line FROM {name}")
    (result,) = json.loads(ask(f"/query?db={database}&q={query}")[1])["results"]
    rows = result.get("series", [{"columns": ["line"], "values": []}])[0]
    kept = sorted(row[rows["columns"].index("line")] for row in rows["values"])
    kind = "partial write" if "partial write" in text else "field type conflict" if "field type conflict" in text else text
    return f"{status} {kind}; stored: {kept}"


first = tried("d1", "m")
ask("/write?db=d2", "other v=1i")
later = tried("d2", "m")
print(f"first write: {first}\nlater write: {later}")
holds = first == "400 field type conflict; stored: []" and later == "400 partial write; stored: ['a', 'c']"
sys.exit(0 if holds else 1)
PYTHON
