# SPDX-License-Identifier: Apache-2.0
"""One home of a panel: drawn by its number, played on a bench, written a day at a time."""
