# SPDX-License-Identifier: Apache-2.0
"""The bench: one clock, a meter, its line, a device, and where its readings are seen."""
