# SPDX-License-Identifier: Apache-2.0
"""The bench file: what stands on a bench, what may never be exceeded, and how it is made safe."""

from .open_bench import OpenBench, SafeState
from .options import device_of, options_over
from .schema import FEEDS, BenchFile, InstrumentTable, bench_file

__all__ = ["FEEDS", "BenchFile", "InstrumentTable", "OpenBench", "SafeState", "bench_file", "device_of", "options_over"]
