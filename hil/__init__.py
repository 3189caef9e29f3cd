# SPDX-License-Identifier: Apache-2.0
"""The bench and the verdict: devices, plan, oracle, conformance suite, report."""
