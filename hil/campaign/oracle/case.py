# SPDX-License-Identifier: Apache-2.0
"""A purpose on a record: what its test is handed."""

from .carrier_questions import CarrierQuestions
from .indicator_questions import IndicatorQuestions
from .input_questions import InputQuestions
from .lorawan_questions import LorawanQuestions
from .port_questions import PortQuestions
from .power_questions import PowerQuestions
from .run_questions import RunQuestions
from .step_questions import StepQuestions

__all__ = ["Case"]


class Case(
    StepQuestions, LorawanQuestions, RunQuestions, PortQuestions, PowerQuestions, IndicatorQuestions, InputQuestions,
    CarrierQuestions,
):  # fmt: skip
    """Every question that a test may ask; what it rests on is in ``trail``."""
