# SPDX-License-Identifier: Apache-2.0
"""Makes of analysers of a board's current, one a file."""
