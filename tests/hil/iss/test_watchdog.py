# SPDX-License-Identifier: Apache-2.0
"""What stops an engine that does not come back, and nothing else."""

import pytest

from xky.hil.iss import watchdog
from xky.hil.iss.watchdog import PATIENCE_S, Watchdog


def test_a_watchdog_that_stood_still_itself_stops_no_run_that_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    stopped: list[str] = []
    monkeypatch.setattr(watchdog.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(watchdog.time, "sleep", lambda seconds: pytest.fail("the thread looks by itself"))
    dog = Watchdog()
    monkeypatch.setattr(watchdog.threading, "Thread", _NoThread)

    def stop_and_stand_still(name: str) -> None:
        stopped.append(name)
        now[0] += 2 * PATIENCE_S  # the machine is busy

    dog.begins(1, lambda: stop_and_stand_still("late"))
    now[0] += PATIENCE_S + 1
    dog.begins(2, lambda: stop_and_stand_still("just begun"))
    dog.look()
    assert stopped == ["late"]


class _NoThread:
    def __init__(self, **options: object) -> None:
        pass

    def start(self) -> None:
        pass
