# SPDX-License-Identifier: Apache-2.0
"""Makes of electronic loads, one a file."""
