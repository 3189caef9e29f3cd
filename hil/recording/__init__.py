# SPDX-License-Identifier: Apache-2.0
"""Captures of a line: where they come from, how they are kept, what they are turned into."""
