# SPDX-License-Identifier: Apache-2.0
"""Chance that is seeded at the first draw."""

from random import Random

from xky.emulator.late_random import late_random


def test_it_draws_what_a_random_of_that_seed_draws() -> None:
    late, plain = late_random(lambda: "faults 7"), Random("faults 7")
    drawn = [late.random(), late.getrandbits(64), late.choice("abc"), late.gauss(0.0, 1.0), late.randrange(9)]
    assert drawn == [
        plain.random(),
        plain.getrandbits(64),
        plain.choice("abc"),
        plain.gauss(0.0, 1.0),
        plain.randrange(9),
    ]


def test_its_seed_is_asked_once_and_only_where_something_is_drawn() -> None:
    asked: list[str] = []

    def seed() -> str:
        asked.append("seed")
        return "seed"

    late = late_random(seed)
    assert asked == []
    late.random()
    late.random()
    assert asked == ["seed"]
