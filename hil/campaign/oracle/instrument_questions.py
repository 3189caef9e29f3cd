# SPDX-License-Identifier: Apache-2.0
"""What a test asks that only an instrument can answer: never decided by a record of the line."""

from ..condition import first_no
from ..verdict import NotApplicable, Undecided
from .view import PurposeView

__all__ = ["InstrumentQuestions"]


class InstrumentQuestions(PurposeView):
    """Questions about terminals, light and isolation of a real board."""

    def an_instrument_shows_it(self) -> None:
        """Not applicable to what has no terminals; of a real board undecided, with what would decide it."""
        raise self.why_untried()

    def why_untried(self) -> NotApplicable | Undecided:
        """Why nothing decides it: it does not concern the device, or something is needed that is not here."""
        requirement = self._purpose.requirement
        procedure = requirement.procedure
        if procedure is None:
            return Undecided("nothing tells how it is tried")
        missing = first_no(requirement.where, self._facts)
        if missing is not None:
            return NotApplicable(missing.otherwise)
        self.trail.expected.extend(procedure.limits)
        return Undecided(f"needs {_listed(procedure.needs)}; xky requirements {requirement.id} tells the steps")


def _listed(parts: tuple[str, ...]) -> str:
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]
