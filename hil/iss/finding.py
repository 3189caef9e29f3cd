# SPDX-License-Identifier: Apache-2.0
"""What a run of an image ended with: a crash, a hang, a write where nobody's data lies."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One end.

    Attributes:
        kind: ``unmapped access``, ``red zone``, ``trap`` or ``hang``.
        text: one line: what, where, at which place of the program.
        at_s: when, on the bench's clock.
        registers: of the processor, one a line.
    """

    kind: str
    text: str
    at_s: float
    registers: str
