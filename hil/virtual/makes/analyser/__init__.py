# SPDX-License-Identifier: Apache-2.0
"""Virtual analysers of a board's current, one make a file."""
