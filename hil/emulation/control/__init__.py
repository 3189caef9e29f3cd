# SPDX-License-Identifier: Apache-2.0
"""The control channel: HTTP and JSON for whoever drives a meter while it runs."""

from .control import Control, open_control
from .session import Session

__all__ = ["Control", "Session", "open_control"]
