# SPDX-License-Identifier: Apache-2.0
"""Virtual generators, one make a file."""
