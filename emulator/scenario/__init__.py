# SPDX-License-Identifier: Apache-2.0
"""A timed script: what a person writes of it, whether it can be, and its playing."""

from .play import Play
from .scenario import Scenario, scenario_named, scenario_names

__all__ = ["Play", "Scenario", "scenario_named", "scenario_names"]
