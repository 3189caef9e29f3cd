# SPDX-License-Identifier: Apache-2.0
"""How many homes a published group has at least; apart, so that the command's help waits for no numpy."""

__all__ = ["K_DEFAULT"]

K_DEFAULT = 5  # fewer than five meters are disclosive: see docs/panel-publish.md for the source, and for other rules
