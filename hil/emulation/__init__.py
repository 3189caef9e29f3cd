# SPDX-License-Identifier: Apache-2.0
"""Emulated Linkys on ports, in files and on a carrier, and programs that drive them.

``emulated_run`` and ``replayed_run`` are what talks on a line, ``play`` lets them talk, ``ports`` brings them out in
real time, ``control/`` serves whoever drives them; ``carrier_signal`` draws their frames as samples.
"""
