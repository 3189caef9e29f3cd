# SPDX-License-Identifier: Apache-2.0
"""The bench file: what stands on a bench, what may never be exceeded, and how it is made safe."""

from .deferred_orders import orders_deferred
from .open_bench import OpenBench, SafeState
from .options import options_over
from .read import bench_file
from .schema import SAFE_ORDER, BenchFile, InstrumentTable

__all__ = [
    "SAFE_ORDER", "BenchFile", "InstrumentTable", "OpenBench", "SafeState", "bench_file",
    "options_over", "orders_deferred",
]  # fmt: skip
