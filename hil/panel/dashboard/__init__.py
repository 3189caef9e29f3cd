# SPDX-License-Identifier: Apache-2.0
"""What participants look at: the layout of their data, and a dashboard on it."""

from .dashboard import dashboard_text, queries

__all__ = ["dashboard_text", "queries"]
