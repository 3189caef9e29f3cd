# SPDX-License-Identifier: Apache-2.0
"""Is it the meter, the wiring or the software: a line looked at, and what is wrong with it named."""

from .diagnosis import Diagnosis, diagnosed
from .heard import Heard

__all__ = ["Diagnosis", "Heard", "diagnosed"]
