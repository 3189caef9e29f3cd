# SPDX-License-Identifier: Apache-2.0
"""A virtual Rigol DP832, channel 1."""

from collections.abc import Callable, Mapping

from ...command_table import Answer, Call
from ...supply import VirtualSupply

__all__ = ["Virtual"]


class Virtual(VirtualSupply):
    """DP832: 30 V, 3 A, in steps of a millivolt and a milliampere."""

    maker, model, version = "RIGOL TECHNOLOGIES", "DP832", "00.01.16"

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "[SOURce#:]VOLTage[:LEVel][:IMMediate][:AMPLitude]": lambda call: self.set_voltage(
                call.number(0, 0.0, self.most_v)
            ),
            "[SOURce#:]VOLTage[:LEVel][:IMMediate][:AMPLitude]?": lambda call: f"{self.set_v:.3f}",
            "[SOURce#:]CURRent[:LEVel][:IMMediate][:AMPLitude]": lambda call: self.set_current(
                call.number(0, 0.0, self.most_a)
            ),
            "[SOURce#:]CURRent[:LEVel][:IMMediate][:AMPLitude]?": lambda call: f"{self.limit_a:.4f}",
            "OUTPut[:STATe]": lambda call: self.switch(on=call.switched(len(call.arguments) - 1)),
            "OUTPut[:STATe]?": lambda call: "ON" if self.is_on else "OFF",
            "MEASure[:SCALar][:VOLTage][:DC]?": lambda call: f"{self.measured_v():.4f}",
            "MEASure[:SCALar]:CURRent[:DC]?": lambda call: f"{self.measured_a():.4f}",
        }
