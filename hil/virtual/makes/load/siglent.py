# SPDX-License-Identifier: Apache-2.0
"""A virtual Siglent SDL1020X."""

from collections.abc import Callable, Mapping

from ...command_table import Answer, Call
from ...electronic_load import VirtualLoad

__all__ = ["Virtual"]


class Virtual(VirtualLoad):
    """SDL1020X: constant current up to 30 A."""

    maker, model, version = "Siglent Technologies", "SDL1020X", "1.1.1.21R2"
    most_a = 30.0

    def commands(self) -> Mapping[str, Callable[[Call], Answer]]:
        return {
            "[SOURce:]FUNCtion": self._function,
            "[SOURce:]CURRent[:LEVel][:IMMediate]": lambda call: self.set_current(call.number(0, 0.0, self.most_a)),
            "[SOURce:]CURRent[:LEVel][:IMMediate]?": lambda call: f"{self.set_a:.4f}",
            "[SOURce:]INPut[:STATe]": lambda call: self.switch(on=call.switched(0)),
            "[SOURce:]INPut[:STATe]?": lambda call: str(int(self.is_on)),
            "MEASure:CURRent[:DC]?": lambda call: f"{self.measured_a():.6f}",
            "MEASure:VOLTage[:DC]?": lambda call: f"{self.bench.board.capacitor_v:.6f}",
        }

    def _function(self, call: Call) -> None:
        if call.text(0).upper() not in ("CURR", "CURRENT"):
            raise ValueError
