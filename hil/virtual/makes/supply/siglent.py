# SPDX-License-Identifier: Apache-2.0
"""A virtual Siglent SPD1168X."""

from collections.abc import Callable, Mapping

from ...command_table import Answer, Call
from ...supply import VirtualSupply

__all__ = ["Virtual"]

_CONSTANT_VOLTAGE, _OUTPUT_ON = 0x0, 0x10  # of its status


class Virtual(VirtualSupply):
    """SPD1168X: 16 V, 8 A, in steps of a millivolt and a milliampere."""

    maker, model, version = "Siglent Technologies", "SPD1168X", "2.01.01.07R2"
    most_v, most_a = 16.0, 8.0

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "CH1:VOLTage": lambda call: self.set_voltage(call.number(0, 0.0, self.most_v)),
            "CH1:VOLTage?": lambda call: f"{self.set_v:.3f}",
            "CH1:CURRent": lambda call: self.set_current(call.number(0, 0.0, self.most_a)),
            "CH1:CURRent?": lambda call: f"{self.limit_a:.3f}",
            "OUTPut": lambda call: self.switch(on=call.switched(len(call.arguments) - 1)),
            "SYSTem:STATus?": lambda call: f"0x{_CONSTANT_VOLTAGE | (_OUTPUT_ON if self.is_on else 0):x}",
            "MEASure:VOLTage?": lambda call: f"{self.measured_v():.3f}",
            "MEASure:CURRent?": lambda call: f"{self.measured_a():.3f}",
        }
