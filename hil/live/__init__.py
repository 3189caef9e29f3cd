# SPDX-License-Identifier: Apache-2.0
"""The live pages: what a browser shows of a Linky, its line and its verdicts."""
