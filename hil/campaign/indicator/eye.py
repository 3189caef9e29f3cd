# SPDX-License-Identifier: Apache-2.0
"""An eye on a light: samples of a photodiode, and what they say of it."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

__all__ = ["SAMPLED_S", "light_of", "samples_of"]

SAMPLED_S = 0.005
_NOISE = 0.08  # of the distance of lit and dark, one sigma: room light that flickers; assumption
_LIT, _DARK = 0.65, 0.35  # of that distance: between them it stays what it was

Changes = Sequence[tuple[float, bool]]


def samples_of(changes: Changes, start_s: float, end_s: float, seed: int) -> Iterator[float]:
    """What a photodiode gives of a simulated light, 0 dark and 1 lit, a sample each ``SAMPLED_S``.

    Args:
        changes: when it was lit and put out.
        start_s: of the first sample.
        end_s: of the last one.
        seed: of its noise.
    """
    draw, coming, is_lit = Random(f"eye {seed} {start_s}").gauss, iter([*changes, (end_s + 1.0, False)]), False
    next_s, then = next(coming)
    for number in range(int((end_s - start_s) / SAMPLED_S) + 1):
        while next_s <= start_s + number * SAMPLED_S:
            is_lit = then
            next_s, then = next(coming)
        yield is_lit + draw(0.0, _NOISE)


def light_of(samples: Iterable[float], start_s: float, sampled_s: float, *, is_lit: bool) -> list[tuple[float, bool]]:
    """When a light changed, by samples of an eye: 0 is what it gives of the dark, 1 of the light.

    Args:
        samples: one after the other.
        start_s: of the first one.
        sampled_s: from one to the next, seconds.
        is_lit: as it was seen before.
    """
    changes = []
    for number, sample in enumerate(samples):
        if sample < _DARK if is_lit else sample > _LIT:
            is_lit = not is_lit
            changes.append((round(start_s + number * sampled_s, 6), is_lit))
    return changes
