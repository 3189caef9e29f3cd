# SPDX-License-Identifier: Apache-2.0
"""A virtual Keithley 2450, with its SCPI set."""

from collections.abc import Callable, Mapping

from ...ammeter import VirtualAnalyser
from ...command_table import Answer, Call

__all__ = ["Virtual"]


class Virtual(VirtualAnalyser):
    """2450."""

    maker, model, version = "KEITHLEY INSTRUMENTS", "MODEL 2450", "1.7.12b"

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "[SOURce#:]FUNCtion[:MODE]": lambda call: None,
            "[SOURce#:]VOLTage[:LEVel][:IMMediate][:AMPLitude]": lambda call: self._set(call.number(0, -210.0, 210.0)),
            "[SOURce#:]VOLTage:ILIMit[:LEVel]": lambda call: None,
            "[SENSe#:]FUNCtion[:ON]": lambda call: None,
            "[SENSe#:]CURRent[:DC]:RANGe:AUTO": lambda call: None,
            "OUTPut#[:STATe]": lambda call: self.switch(on=call.switched(0)),
            "OUTPut#[:STATe]?": lambda call: str(int(self.is_on)),
            "READ?": lambda call: f"{self.measured_a():.6E}",
        }

    def _set(self, voltage_v: float) -> None:
        """An ammeter gives no voltage of its own."""
