# SPDX-License-Identifier: Apache-2.0
"""Recordings of a line: what they come from, how they are kept, what they are turned into.

``port`` reads a live line (``port_name`` knows one by its name), ``source`` a file (``carrier_source`` one of
samples); ``port_recorder`` and ``capture_rewriter`` write captures; ``print_events`` shows what a decoder makes of
them, ``parquet`` keeps it.
"""
