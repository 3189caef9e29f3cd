# SPDX-License-Identifier: Apache-2.0
"""Will an opto stage do: from the carrier through an opto-coupler and its spread from lot to lot to the character.

Numpy is wanted, as for the carrier: it comes with the extra ``carrier``.
"""

from .trial import OptoTrial, OptoVerdict, tried_opto

__all__ = ["OptoTrial", "OptoVerdict", "tried_opto"]
