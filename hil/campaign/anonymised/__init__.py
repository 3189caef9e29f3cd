# SPDX-License-Identifier: Apache-2.0
"""A run without what is personal: addresses, indexes, load curves and texts, in its record, and its verdicts anew."""
