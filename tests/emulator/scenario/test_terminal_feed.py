# SPDX-License-Identifier: Apache-2.0
"""What terminals I1-A give while a run goes on."""

import simpy

from xky.emulator.scenario.event import TerminalA
from xky.emulator.scenario.terminal_feed import TerminalFeed


class Fed:
    """Terminals, and each change of them: when, and to how many volts."""

    def __init__(self) -> None:
        self.env = simpy.Environment()
        self.feed = TerminalFeed(self.env)
        self.changes: list[tuple[float, float]] = []
        terminals = self.feed.terminals
        terminals.connect(lambda: self.changes.append((self.env.now, terminals.supply.open_circuit_v)))

    def at(self, seconds: float) -> None:
        """Let time pass."""
        self.env.run(until=seconds)


def test_a_failure_for_a_while_comes_back_to_what_was_there() -> None:
    fed = Fed()
    fed.feed.take(TerminalA(model="weak_old"))
    fed.at(10)
    fed.feed.take(TerminalA(share=0, for_s=30))
    assert fed.feed.back_at_s == 40
    fed.at(100)
    assert fed.changes == [(0, 10), (10, 0), (40, 10)]
    assert fed.feed.back_at_s is None


def test_what_is_told_later_counts_and_the_end_of_what_was_before_is_not_seen() -> None:
    fed = Fed()
    fed.feed.take(TerminalA(share=0.5, for_s=30))
    fed.at(10)
    fed.feed.take(TerminalA(share=0, for_s=60))
    fed.at(20)
    fed.feed.take(TerminalA(model="strong"))
    fed.at(100)
    assert fed.changes == [(0, 6), (10, 0), (20, 13)]


def test_an_outage_takes_everything_away_and_gives_back_what_is_told_meanwhile() -> None:
    fed = Fed()
    fed.feed.have_network(False)
    fed.at(5)
    fed.feed.take(TerminalA(model="weak_old"))
    fed.at(10)
    fed.feed.have_network(True)
    assert [at for at in fed.changes if at[1] != 0] == [(10, 10)]
    assert fed.changes[0] == (0, 0)
