# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator

import pytest

from xky.hil.panel.servers import patience as module
from xky.hil.panel.servers.patience import Patience


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.pauses_s: list[float] = []

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, pause_s: float) -> None:
        self.pauses_s.append(pause_s)
        self.now_s += pause_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


def answers(*said: bool) -> Iterator[bool]:
    yield from said
    while True:
        yield False


def test_pauses_grow_up_to_a_longest_one_until_the_patience_is_over(clock: Clock) -> None:
    told: list[str] = []
    patience = Patience("server", told.append, 30.0)
    assert not patience.again(lambda: False, "refused")
    assert clock.pauses_s[:4] == [0.1, 0.2, 0.4, 0.8]
    assert max(clock.pauses_s) == 5.0
    assert sum(clock.pauses_s) == pytest.approx(30.0)
    assert told == [
        "server: is away (refused); it is tried again for 30 s",
        "server: is away still; the run goes on, and what it should have had is lost",
    ]


def test_one_that_was_given_up_is_tried_now_and_then_without_a_wait(clock: Clock) -> None:
    told: list[str] = []
    patience = Patience("server", told.append, 1.0)
    patience.again(lambda: False, "refused")
    waited = len(clock.pauses_s)
    tried: list[float] = []

    def attempt() -> bool:
        tried.append(clock.now_s)
        clock.now_s += 2.0  # it takes long to find out
        return False

    for _ in range(100):
        assert not patience.again(attempt, "refused")
        clock.now_s += 1.0
    assert len(clock.pauses_s) == waited
    assert 4 <= len(tried) <= 6
    assert len(told) == 2


def test_one_that_is_back_is_told_and_waited_for_anew_the_next_time(clock: Clock) -> None:
    told: list[str] = []
    patience = Patience("server", told.append, 30.0)
    for _ in range(2):
        said = answers(False, False, True)
        assert patience.again(lambda said=said: next(said), "refused")  # type: ignore[misc]
        assert patience.is_there
    assert [line.partition(" is ")[2][:4] for line in told] == ["away", "back", "away", "back"]
