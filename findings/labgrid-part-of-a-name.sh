#!/usr/bin/env bash
# labgrid 26.0.1: `labgrid-client -p NAME` takes a place of which NAME is only a part, without a word.
#
# Behaviour: where no place is called NAME, but exactly one has it somewhere in its name, `acquire`, `power`, `release` and
#   the like act on that one and end with 0. As soon as a place NAME is created, the same command acts on that.
# Why one would guess otherwise: the option is "place name/alias" in its help; a script that acquires `winky` and finds no
#   such place would expect an error, as it gets from `create`, `delete` and the coordinator, which know whole names alone.
#   On a lab with `winky-2` it powers somebody's other board.
# Seen (2026-11, Python 3.11):
#   no place is called winky: acquire -p winky: acquired place winky-2
#   one is: acquire -p winky: acquired place winky
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "$coordinator" 2>/dev/null || true; rm -rf "$work"' EXIT
coordinator=
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "labgrid==26.0.1" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
cd "$work"
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
export LG_COORDINATOR="127.0.0.1:$port"
venv/bin/labgrid-coordinator -l "$LG_COORDINATOR" >coordinator.log 2>&1 &
coordinator=$!
for _ in $(seq 50); do
    venv/bin/labgrid-client places >/dev/null 2>&1 && break
    sleep 0.2
done
client() { venv/bin/labgrid-client -p "$@" 2>&1 || true; }
client winky-2 create >/dev/null
part=$(client winky acquire)
echo "no place is called winky: acquire -p winky: $part"
client winky-2 release >/dev/null
client winky create >/dev/null
whole=$(client winky acquire)
echo "one is: acquire -p winky: $whole"
[ "$part" = "acquired place winky-2" ] && [ "$whole" = "acquired place winky" ]
