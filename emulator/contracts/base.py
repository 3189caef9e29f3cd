# SPDX-License-Identifier: Apache-2.0
"""BASE: one index at every hour."""

from .contract import Contract, Historic, unchanging

__all__ = ["contract"]

_NAME = "      BASE      "


def contract() -> Contract:
    """Option Base."""
    return Contract(
        ngtf=_NAME,
        ltarf={1: _NAME},
        days=(unchanging(1),),
        historic=Historic("BASE", {"BASE": 1}, {1: "TH.."}),
    )
