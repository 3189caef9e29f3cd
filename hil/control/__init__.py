# SPDX-License-Identifier: Apache-2.0
"""The control channel: HTTP and JSON for whoever drives a meter while it runs."""

from .control import Control, open_control
from .desk import Desk

__all__ = ["Control", "Desk", "open_control"]
