# SPDX-License-Identifier: Apache-2.0
"""Makes of supplies, one a file."""
