# SPDX-License-Identifier: Apache-2.0
"""The hunt: Hypothesis looks for stories of a line that a device does not stand, and shrinks them."""
