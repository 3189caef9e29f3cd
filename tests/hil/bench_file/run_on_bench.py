# SPDX-License-Identifier: Apache-2.0
"""A run on a bench that ends as it is told: ``run`` in this process, or python run_on_bench.py BENCH.toml HOW."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from xky.hil.bench_file import OpenBench, bench_file
from xky.hil.instruments import Instrument
from xky.protocol import BenchError

__all__ = ["run"]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Ending(OpenBench):
    """Killed, or told to end, at a certain point."""

    how = ""

    def take(self, role: str) -> Instrument:
        taken = super().take(role)
        if self.how == f"killed-with-{role}-open":
            _die()
        return taken

    def _make_all_safe(self) -> None:
        if self.how == "killed-before-it-is-safe":
            _die()
        if self.how.startswith("killed-behind-"):
            last: Any = self.instruments[self.how.removeprefix("killed-behind-")]
            make_safe = last.make_safe

            def and_die() -> None:
                make_safe()
                _die()

            last.make_safe = and_die
        if self.how == "SIGTERM-while-making-safe":
            os.kill(os.getpid(), signal.SIGTERM)
        super()._make_all_safe()


def run(path: Path, how: str) -> OpenBench:
    """Switch what feeds and what draws on, and end so; the bench, where the process outlives that.

    Raises:
        KeyboardInterrupt, RuntimeError, BenchError, SystemExit: as it is told, with the bench as ``bench``.
    """
    bench = _Ending(bench_file(path))
    bench.how = how
    try:
        with bench:
            told: Any = bench.instruments
            told["supply"].set_voltage(0.1)
            told["load"].set_current(0.1)
            for role in ("supply", "load"):
                told[role].switch(on=True)
            _end(how)
    except BaseException as error:
        error.bench = bench  # type: ignore[attr-defined]
        raise
    return bench


def _end(how: str) -> None:
    if how == "exception":
        raise RuntimeError("the run's own")
    if how == "bench-error":
        raise BenchError("a port was lost")
    if how == "exit":
        sys.exit(0)
    if how == "killed-in-use":
        _die()
    if how in ("SIGINT", "SIGTERM", "SIGHUP"):
        os.kill(os.getpid(), getattr(signal, how))
        time.sleep(10)


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2])
