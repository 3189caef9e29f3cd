# SPDX-License-Identifier: Apache-2.0
"""Virtual supplies, one make a file."""
