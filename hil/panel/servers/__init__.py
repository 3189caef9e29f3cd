# SPDX-License-Identifier: Apache-2.0
"""A panel through servers that exist: a broker, a collector, a database."""

from .curves import fill_curves
from .one_panel import take_name
from .run_chain import run_chain
from .server_chain import ServerChain, check_servers

__all__ = ["ServerChain", "check_servers", "fill_curves", "run_chain", "take_name"]
