# SPDX-License-Identifier: Apache-2.0
"""Many boards of one build at once: the equations of ``boards/power/`` over arrays, for sweeps and samples."""

from .population import Population
from .simulation import PopulationOutcome, simulate_population

__all__ = ["Population", "PopulationOutcome", "simulate_population"]
