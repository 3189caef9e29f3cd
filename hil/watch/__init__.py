# SPDX-License-Identifier: Apache-2.0
"""A certification to look at: while it runs, and again from the evidence of its report."""
