#!/usr/bin/env bash
# SimPy 4.1.2: a get() that lost against a timeout stays in the queue, and takes an item that nobody gets.
#
# Behaviour: a reader that waits with `yield store.get() | env.timeout(5)` and asks again after each timeout loses one item for each of
#   them: three timeouts, and of five frames put later the first three are gone. They are out of the store and in requests that the reader
#   no longer has. A request for a Resource that lost likewise holds the resource for good. `with store.get() as one:` round the
#   wait, or one.cancel() behind it, loses nothing.
# Why one would guess otherwise: the documentation of get() has cancel() for a process that is interrupted, and the chapter on events
#   has conditions by | and & without a word of it. A timeout on a read is what each driver of a serial line has; in a simulated gateway
#   it is a loss that the line, the radio or the server is blamed for.
# Seen (2026-11, SimPy 4.1.2, Python 3.11, five frames from second 16 on):
#   get() | timeout: 2 of 5: frame 3, frame 4
#   with get() as one: one | timeout: 5 of 5: frame 0, frame 1, frame 2, frame 3, frame 4
#   a Resource behind a request that lost: free again: False
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "simpy==4.1.2" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import sys

import simpy

FRAMES = [f"frame {number}" for number in range(5)]


def meter(env, line):
    yield env.timeout(16)
    for frame in FRAMES:
        yield line.put(frame)
        yield env.timeout(1)


def careless(env, line, got):
    while True:
        one = line.get()
        if one in (yield one | env.timeout(5)):
            got.append(one.value)


def careful(env, line, got):
    while True:
        with line.get() as one:
            if one in (yield one | env.timeout(5)):
                got.append(one.value)


def read_by(reader):
    env = simpy.Environment()
    line, got = simpy.Store(env), []
    env.process(meter(env, line))
    env.process(reader(env, line, got))
    env.run(until=60)
    return got


def is_free_again():
    """A resource that one holds for ten seconds, and another one asks for, for one second alone."""
    env = simpy.Environment()
    port = simpy.Resource(env)

    def holder():
        with port.request() as mine:
            yield mine
            yield env.timeout(10)

    def asker():
        yield port.request() | env.timeout(1)

    env.process(holder())
    env.process(asker())
    env.run(until=60)
    return port.count == 0


told = read_by(careless), read_by(careful), is_free_again()
print(f"get() | timeout: {len(told[0])} of 5: {', '.join(told[0])}")
print(f"with get() as one: one | timeout: {len(told[1])} of 5: {', '.join(told[1])}")
print(f"a Resource behind a request that lost: free again: {told[2]}")
sys.exit(0 if told == (FRAMES[3:], FRAMES, False) else 1)
PYTHON
