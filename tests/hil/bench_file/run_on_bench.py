# SPDX-License-Identifier: Apache-2.0
"""A run on a bench that ends as it is told: python run_on_bench.py BENCH.toml HOW."""

import os
import signal
import sys
import time
from pathlib import Path

from xky.hil.bench_file import OpenBench, bench_file
from xky.protocol import BenchError, XkyError

path, how = sys.argv[1:]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt


class Dying(OpenBench):
    """Killed at a certain point."""

    def take(self, role):
        taken = super().take(role)
        if how == f"killed-with-{role}-open":
            die()
        return taken

    def _make_all_safe(self):
        if how == "killed-before-it-is-safe":
            die()
        if how.startswith("killed-behind-"):
            first = self.instruments[how.removeprefix("killed-behind-")]
            make_safe = first.make_safe

            def and_die() -> None:
                make_safe()
                die()

            first.make_safe = and_die
        if how == "signal-while-making-safe":
            os.kill(os.getpid(), signal.SIGTERM)
        super()._make_all_safe()


for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, interrupted)
tell = lambda line: print(f"told: {line}", flush=True)  # noqa: E731
bench = Dying(bench_file(Path(path)), tell)
status = 0
try:
    with bench:
        for role, set_it in (("supply", "set_voltage"), ("load", "set_current")):
            getattr(bench.instruments[role], set_it)(0.1)
            bench.instruments[role].switch(on=True)
        print("begun", flush=True)
        if how == "exception":
            raise RuntimeError("the run's own")
        if how == "bench-error":
            raise BenchError("a port was lost")
        if how == "exit":
            sys.exit(0)
        if how == "killed-in-use":
            die()
        if how in ("SIGINT", "SIGTERM", "SIGHUP"):
            os.kill(os.getpid(), getattr(signal, how))
            time.sleep(10)
        if how == "lost":
            print("lose", flush=True)
            sys.stdin.readline()
except KeyboardInterrupt:
    status = 130
except (RuntimeError, XkyError) as error:
    print(f"error: {error}", flush=True)
    status = 3
print(bench.state.value, flush=True)
sys.exit(status)
