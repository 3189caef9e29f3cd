#!/usr/bin/env bash
# SimPy 4.1.2: a PriorityStore gives items of one priority in no order of arrival: m0 m2 m5 m4 m1 m3.
#
# Behaviour: six PriorityItem of priority 1, put one behind the other and then taken, come as m0 m2 m5 m4 m1 m3, the same each
#   run. With the number of arrival in the priority, (1, 0), (1, 1), ..., they come in order.
# Why one would guess otherwise: a Store is first in, first out, requests of one priority at a PriorityResource are served in the order
#   of their arrival, and so are events of one instant. A simulated transmitter that lets alarms go first reorders the rest.
# Seen (2026-11, SimPy 4.1.2, Python 3.11):
#   Store: m0 m1 m2 m3 m4 m5
#   PriorityResource, one priority: m0 m1 m2 m3 m4 m5
#   PriorityStore, one priority: m0 m2 m5 m4 m1 m3
#   PriorityStore, priority and number: m0 m1 m2 m3 m4 m5
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "simpy==4.1.2" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import sys

import simpy

MESSAGES = [f"m{number}" for number in range(6)]


def out_of(kind, wrapped, unwrapped=lambda item: item.item):
    """The order in which a store gives what was put into it."""
    env, given = simpy.Environment(), []
    store = kind(env)

    def run():
        for number, message in enumerate(MESSAGES):
            yield store.put(wrapped(number, message))
        for _ in MESSAGES:
            given.append(unwrapped((yield store.get())))

    env.run(env.process(run()))
    return given


def served():
    """The order in which a resource serves requests of one priority."""
    env, given = simpy.Environment(), []
    line = simpy.PriorityResource(env)

    def send(message):
        with line.request(priority=1) as turn:
            yield turn
            given.append(message)
            yield env.timeout(1)

    for message in MESSAGES:
        env.process(send(message))
    env.run()
    return given


told = {
    "Store": out_of(simpy.Store, lambda number, message: message, lambda item: item),
    "PriorityResource, one priority": served(),
    "PriorityStore, one priority": out_of(simpy.PriorityStore, lambda number, message: simpy.PriorityItem(1, message)),
    "PriorityStore, priority and number": out_of(
        simpy.PriorityStore, lambda number, message: simpy.PriorityItem((1, number), message)
    ),
}
for what, order in told.items():
    print(f"{what}: {' '.join(order)}")
sys.exit(0 if [order == MESSAGES for order in told.values()] == [True, True, False, True] else 1)
PYTHON
