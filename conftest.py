# SPDX-License-Identifier: Apache-2.0
"""Hypothesis profiles and markers, nothing else."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

# The wall clock is not ours: no deadlines. The explain phase costs most of the time on whole frames.
_COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],
    "phases": [phase for phase in Phase if phase is not Phase.explain],
}
settings.register_profile("default", max_examples=25, derandomize=True, **_COMMON)
settings.register_profile("nightly", max_examples=2000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "nightly: the large counts; run with -m nightly")
    config.addinivalue_line("markers", "by_day(number): so many of a test's cases by day, spread evenly; all by night")
    config.addinivalue_line("markers", "ngspice: against ngspice; skipped where it is not installed")
