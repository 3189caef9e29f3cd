# SPDX-License-Identifier: Apache-2.0
"""Emulated Linkys on real ports, and programs that drive them."""
