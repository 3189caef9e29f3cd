# SPDX-License-Identifier: Apache-2.0
"""The verdict: what must hold, what is played for it, what was recorded, who judges it, the report."""
