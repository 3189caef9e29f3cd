# SPDX-License-Identifier: Apache-2.0
"""Power on the bench: sweeps, yields, comparisons, fits to what was measured."""
