# SPDX-License-Identifier: Apache-2.0
"""A virtual Keysight N6705C with an N6781A in slot 1."""

from collections.abc import Callable, Mapping

from ...ammeter import VirtualAnalyser
from ...command_table import Answer, Call

__all__ = ["Virtual"]


class Virtual(VirtualAnalyser):
    """N6705C."""

    maker, model, version = "Keysight Technologies", "N6705C", "E.02.07.3271"

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "[SOURce:]EMULation": lambda call: None,
            "SENSe:CURRent[:DC]:RANGe:AUTO": lambda call: None,
            "OUTPut[:STATe]": lambda call: self.switch(on=call.switched(0)),
            "OUTPut[:STATe]?": lambda call: str(int(self.is_on)),
            "MEASure[:SCALar]:CURRent[:DC]?": lambda call: f"{self.measured_a():+.8E}",
        }
