# SPDX-License-Identifier: Apache-2.0
"""A line looked at from all sides, each when it is asked for: what the causes are judged by."""

from dataclasses import dataclass
from functools import cached_property

from xky.protocol import Mode

from .characters import Characters, EighthBit, characters_of
from .contract import missing_labels
from .damage import Damage, damage_of
from .heard import Heard
from .reading import Reading, read
from .timing import Rate, Silence, rate_of, silences

__all__ = ["Examined"]


@dataclass(frozen=True)
class Examined:
    """What a line shows."""

    heard: Heard

    @cached_property
    def characters(self) -> Characters:
        """Its characters, and their eighth bit."""
        return characters_of(self.heard.data)

    @cached_property
    def reading(self) -> Reading:
        """Its groups and frames."""
        return read(self.characters.codes)

    @cached_property
    def damage(self) -> Damage:
        """What is damaged of it."""
        return damage_of(self.heard.data, self.characters, self.reading)

    @cached_property
    def rate(self) -> Rate | None:
        """How fast its characters come."""
        return rate_of(self.heard, self.mode)

    @cached_property
    def silences(self) -> list[Silence]:
        """Where it is silent."""
        return silences(self.heard, self.mode)

    @cached_property
    def missing(self) -> list[str]:
        """Labels that its meter should say and does not."""
        return missing_labels(self.reading)

    @property
    def unseen(self) -> tuple[str, ...]:
        """What of a line cannot be seen here: nobody may call that good."""
        is_off = self.heard.kind != "serial" and self.characters.eighth is EighthBit.ZERO
        timing = () if self.heard.is_timed else ("rate", "silences")
        return (*timing, "parity") if is_off or not self.heard.has_parity else timing

    @property
    def mode(self) -> Mode | None:
        """Of most of its good groups."""
        return self.reading.mode

    @property
    def is_readable(self) -> bool:
        """Whether there is a good group in it."""
        return self.mode is not None
