# SPDX-License-Identifier: Apache-2.0
"""How a requirement that no record of a line can show is tried: at a bench or in a laboratory, by hand so far."""

from dataclasses import dataclass

__all__ = ["Procedure"]


@dataclass(frozen=True, slots=True)
class Procedure:
    """What is needed, what is done, and what is allowed.

    Attributes:
        needs: instruments by their role, and what else has to be there.
        needs_french: the same in French.
        steps: what is done, a sentence each, in order.
        steps_french: the same in French.
        limits: what is allowed, each with its unit; its clause is that of the requirement.
    """

    needs: tuple[str, ...]
    needs_french: tuple[str, ...]
    steps: tuple[str, ...]
    steps_french: tuple[str, ...]
    limits: tuple[str, ...]
