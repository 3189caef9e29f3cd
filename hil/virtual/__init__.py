# SPDX-License-Identifier: Apache-2.0
"""Virtual instruments on a simulated board: servers of ours, reached by VISA as real ones are."""

from .clock import BenchClock, RunningClock, SteppedClock
from .misbehaviour import Misbehaviour, Planned, planned
from .receiver import VirtualReceiver
from .virtual_bench import DEFAULT_MAKES, VirtualBench

__all__ = [
    "DEFAULT_MAKES", "BenchClock", "Misbehaviour", "Planned", "RunningClock", "SteppedClock", "VirtualBench",
    "VirtualReceiver", "planned",
]  # fmt: skip
