# SPDX-License-Identifier: Apache-2.0
"""``[indicator]``: the light "Etat Liaison Comptage" of the label, and the scheme by which it speaks (54E §9.4.1, 02E
annex A.5.2)."""

from typing import Literal

from xky.protocol import Mode
from xky.protocol.tomlfile import Section

__all__ = ["FLASHES", "STEADY", "IndicatorDescription", "Scheme"]

Scheme = Literal["flashes", "steady"]
FLASHES: Scheme = "flashes"  # 54E: on 0.1 s in 3 s while frames are good, in 1 s while they are not
STEADY: Scheme = "steady"  # 02E: on while frames are good, on and off 0.5 s each while they are not


class IndicatorDescription(Section):
    """A device may use one scheme in a mode, and the other in the other."""

    historic: Scheme = FLASHES
    standard: Scheme = FLASHES

    def scheme(self, mode: Mode) -> Scheme:
        """The one that it uses in a TIC mode."""
        return self.historic if mode is Mode.HISTORIC else self.standard
