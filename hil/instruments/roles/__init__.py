# SPDX-License-Identifier: Apache-2.0
"""What instruments are for on a bench: one file a role, with the few functions that a make of it has."""

from collections.abc import Mapping

from ..instrument import Instrument
from .analyser import Analyser
from .capacitor import Capacitor
from .generator import Generator
from .load import Load
from .scope import Scope
from .supply import Supply

__all__ = ["ROLES", "Analyser", "Capacitor", "Generator", "Load", "Scope", "Supply"]

ROLES: Mapping[str, type[Instrument]] = {one.role: one for one in (Supply, Capacitor, Scope, Load, Analyser, Generator)}
