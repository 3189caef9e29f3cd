# SPDX-License-Identifier: Apache-2.0
"""What was recorded of an indicator's trials, as values: what was on the line, and when the light changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Flash", "LightRecord", "Stretch"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which one and the same thing was on the line.

    Attributes:
        name: what it was, one of those of ``stretches``.
        start_s: on the bench's clock.
        end_s: likewise.
        frame_ends_s: when its frames ended; none where it had none.
    """

    name: str
    start_s: float
    end_s: float
    frame_ends_s: tuple[float, ...] = ()

    @property
    def length_s(self) -> float:
        """How long it lasted."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Flash:
    """Lit once, and the dark behind it.

    Attributes:
        at_s: when it was lit.
        on_s: for how long; as far as it was looked at.
        off_s: how long it was dark behind; None: it was not lit again.
    """

    at_s: float
    on_s: float
    off_s: float | None

    @property
    def end_s(self) -> float:
        """When all of it was over."""
        return self.at_s + self.on_s + (self.off_s or 0.0)


@dataclass(frozen=True, slots=True)
class LightRecord:
    """All trials of an indicator in one mode.

    Attributes:
        sampled_s: from one look of the eye to the next, seconds; no time is known better than to two of them.
        changes: when it was seen lit (True) and dark (False), in order; dark before the first.
        stretches: in their order.
    """

    sampled_s: float
    changes: Sequence[tuple[float, bool]]
    stretches: Sequence[Stretch]

    def stretch(self, name: str) -> Stretch | None:
        """The first of a name; None: it was not played."""
        return next((one for one in self.stretches if one.name == name), None)

    def before(self, stretch: Stretch) -> Stretch | None:
        """The stretch before one; None before the first."""
        place = list(self.stretches).index(stretch)
        return self.stretches[place - 1] if place else None

    def is_lit(self, at_s: float) -> bool:
        """At an instant."""
        return next((lit for since_s, lit in reversed(self.changes) if since_s <= at_s), False)

    def lit_s(self, start_s: float, end_s: float) -> float:
        """For how long it was lit between two instants."""
        total_s, since_s, lit = 0.0, start_s, self.is_lit(start_s)
        for at_s, now_lit in self.changes:
            if start_s < at_s <= end_s:
                total_s += (at_s - since_s) * lit
                since_s, lit = at_s, now_lit
        return total_s + (end_s - since_s) * lit

    def flashes(self, start_s: float, end_s: float) -> Iterator[Flash]:
        """What began between two instants, and was over before the second, the dark behind it included."""
        lit = [at_s for at_s, is_lit in self.changes if is_lit]
        dark = [at_s for at_s, is_lit in self.changes if not is_lit]
        for number, at_s in enumerate(lit):
            if number + 1 < len(lit) and start_s <= at_s and lit[number + 1] <= end_s:
                yield Flash(at_s, dark[number] - at_s, lit[number + 1] - dark[number])
