# SPDX-License-Identifier: Apache-2.0
"""``xky power fit`` and ``profile``: a board's values from measured curves and logs."""
