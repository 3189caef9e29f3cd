# SPDX-License-Identifier: Apache-2.0
"""Two hundred pseudo-terminals at 9600 baud from one process: rate, lateness and cost, as their readers see them.

Readers live in a process of their own. It stamps what comes on one port in ten and empties the others now and then,
so that it does not compete with what it measures. XKY_PACING_S sets how long it lasts: 60 s for the record.
"""

import json
import os
import subprocess
import sys
import time
import tty
from itertools import pairwise
from statistics import quantiles

import pytest
import simpy

from xky.emulator.outputs.pty import PortPty
from xky.emulator.runner import RealTime
from xky.protocol import Burst

PORTS = 200
STAMPED_ONE_IN = 10
CHARACTER_S = 10 / 9600
DURATION_S = float(os.environ.get("XKY_PACING_S", "15"))
RATE_GOAL, LATE_GOAL_S, CPU_GOAL = 5e-5, 0.005, 0.25
WRITES_MAX = 10  # processor time of a write on time over that of a bare one: twice what a quarter of a core is here
SETTLES_S = 1.0  # left out at the start: everything begins at once

READER = """
import json, os, select, sys, time
stamped_one_in, duration_s, paths = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
ports = [os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK) for path in paths]
stamped = {fd: [] for fd in ports[::stamped_one_in]}
others = [fd for fd in ports if fd not in stamped]
poll = select.epoll()
for fd in stamped:
    poll.register(fd, select.EPOLLIN)
print("ready", flush=True)
end_s = time.monotonic() + duration_s + 4
empty_s = 0
while time.monotonic() < end_s:
    for fd, _ in poll.poll(0.1):
        count = len(os.read(fd, 4096))
        stamped[fd].append((time.monotonic(), count))
    if time.monotonic() > empty_s:
        empty_s = time.monotonic() + 0.5
        for fd in others:
            try:
                os.read(fd, 65536)
            except BlockingIOError:
                pass
print(json.dumps(list(stamped.values())))
"""


class Stamped(PortPty):
    """Stamps what it writes."""

    def __init__(self, env: simpy.Environment, runner: RealTime) -> None:
        super().__init__(env, runner=runner)
        self.stamps: list[tuple[float, int]] = []

    def _write(self, characters: bytes) -> None:
        super()._write(characters)
        self.stamps.append((time.monotonic(), len(characters)))


def slope(points: list[tuple[float, int]]) -> float:
    """Characters a second, by least squares: end points would only show jitter."""
    mean_t = sum(t for t, _ in points) / len(points)
    mean_n = sum(n for _, n in points) / len(points)
    covariance = sum((t - mean_t) * (n - mean_n) for t, n in points)
    return covariance / sum((t - mean_t) ** 2 for t, _ in points)


def heard_at(stamps: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """When so many characters in all had been heard."""
    total, points = 0, []
    for at_s, count in stamps:
        total += count
        points.append((at_s, total))
    return points


def bare_write_s(size: int) -> float:
    """Processor time of a write of so many characters to a pseudo-terminal, and nothing else."""
    ours, theirs = os.openpty()
    try:
        tty.setraw(theirs)
        characters, spent_s, rounds = b"x" * size, 0.0, 200
        for _ in range(rounds):
            began_s = time.process_time()
            for _ in range(100):
                os.write(ours, characters)
            spent_s += time.process_time() - began_s
            left = 100 * size
            while left:
                left -= len(os.read(theirs, left))
    finally:
        os.close(ours)
        os.close(theirs)
    return spent_s / (100 * rounds)


def test_two_hundred_ptys_at_9600_baud(capsys: pytest.CaptureFixture[str]) -> None:
    env = simpy.Environment()
    play = RealTime(env)
    ports = [(PortPty if number % STAMPED_ONE_IN else Stamped)(env, runner=play) for number in range(PORTS)]
    command = [sys.executable, "-c", READER, str(STAMPED_ONE_IN), str(DURATION_S), *[port.name for port in ports]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        count = round(DURATION_S / CHARACTER_S)
        data = bytes(n % 96 + 32 for n in range(count))
        began_s, cpu_s = time.monotonic(), time.process_time()
        play.restart()
        for number, port in enumerate(ports):  # their characters do not end together
            port(Burst(number * CHARACTER_S / PORTS * 8, CHARACTER_S, data))
        env.timeout(DURATION_S + 0.1)
        play.run(lambda: env.now >= DURATION_S + 0.1)
        spent_s = time.process_time() - cpu_s
        cpu = spent_s / (time.monotonic() - began_s)
        stamps = json.loads(reader.stdout.readline())
    play.close()
    lateness, wrote, rates = [], [], []
    for place, stamped in enumerate(stamps):
        start_s = began_s + place * STAMPED_ONE_IN * CHARACTER_S / PORTS * 8
        points = heard_at(stamped)
        assert points[-1][1] == count
        writer = ports[place * STAMPED_ONE_IN]
        assert isinstance(writer, Stamped)
        for late, seen in ((lateness, points), (wrote, heard_at(writer.stamps))):
            late += [at_s - (start_s + n * CHARACTER_S) for at_s, n in seen if at_s > began_s + SETTLES_S]
        rates.append(slope([point for point in points if point[0] > began_s + SETTLES_S]) * CHARACTER_S)
        assert all(earlier[0] <= later[0] for earlier, later in pairwise(points))
    for port in ports:
        assert not port.overruns
        port.close()
    writers = [port for port in ports if isinstance(port, Stamped)]
    writes = sum(len(writer.stamps) for writer in writers) * len(ports) / len(writers)
    dearer = spent_s / writes / bare_write_s(max(1, round(count * len(ports) / writes)))
    worst_rate = max(abs(rate - 1) for rate in rates)
    wrote_s, heard_s = (quantiles(late, n=100)[98] for late in (wrote, lateness))
    with capsys.disabled():
        print(
            f"\n{PORTS} ptys at 9600 baud, {DURATION_S:g} s: rate error {worst_rate:.5%} (goal {RATE_GOAL:.3%}), "
            f"p99 lateness {wrote_s * 1e3:.2f} ms as written (goal {LATE_GOAL_S * 1e3:g} ms), "
            f"{heard_s * 1e3:.2f} ms as read by another program, "
            f"{cpu:.0%} of a core (goal {CPU_GOAL:.0%}); a write on time is {dearer:.1f} bare ones "
            f"(at most {WRITES_MAX:g})"
        )
    assert min(lateness) > -1e-3  # the clock of the bench begins a little after it was looked at
    assert worst_rate < RATE_GOAL * max(1.0, 60 / DURATION_S)
    assert dearer <= WRITES_MAX
