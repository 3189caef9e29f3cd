# SPDX-License-Identifier: Apache-2.0
"""Virtual oscilloscopes, one make a file."""
