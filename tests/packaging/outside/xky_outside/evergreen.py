# SPDX-License-Identifier: Apache-2.0
"""EVERGREEN: one index at every hour, under a name of its own."""

from dataclasses import replace

from xky.emulator import Contract, contract_named


def contract() -> Contract:
    """The contract with its usual hours."""
    return replace(contract_named("base"), ngtf="   EVERGREEN    ")
