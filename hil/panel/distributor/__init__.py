# SPDX-License-Identifier: Apache-2.0
"""The curve of a home as the distributor exports it: written, and read with all that may be wrong with it."""
