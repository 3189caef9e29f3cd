# SPDX-License-Identifier: Apache-2.0
"""Virtual electronic loads, one make a file."""
