# SPDX-License-Identifier: Apache-2.0
"""Notes when this machine was too busy to let a program under test run, as it notes when the bench itself was late."""

import simpy

from xky.emulator.runner import Late, RealTime

from ..launch.run_delay import RunDelay

__all__ = ["Starved"]

_LOOKS_EVERY_S = 1.0  # real seconds
_STARVED_S = 0.5  # of these that a thread waited; an assumption: a program that gets half of a processor keeps up


class Starved:
    """Looks at a program as long as it runs; what it finds stands among what the runner knows of lateness.

    A program that keeps all processors busy by itself starves itself too: then what it does wrong stays undecided.

    Args:
        env: the bench's clock.
        runner: keeps it in real time.
        parent: number of the process that the program descends from.
    """

    def __init__(self, env: simpy.Environment, runner: RealTime, parent: int) -> None:
        self._env, self._runner = env, runner
        self._delay = RunDelay(parent)
        self._is_over = self._was_starved = False
        self._looked_s = float(env.now)
        self._look_again()

    def end(self) -> None:
        """Look no more."""
        self._is_over = True

    def _look_again(self) -> None:
        self._runner.call_at(self._env.now + _LOOKS_EVERY_S * self._runner.speed, self._look)

    def _look(self) -> None:
        if self._is_over:
            return
        delay_s, now_s = self._delay.longest_s(), float(self._env.now)
        is_starved = delay_s > _STARVED_S
        if is_starved and not self._was_starved:
            self._runner.late.append(Late(self._looked_s, delay_s))
        if is_starved:
            self._runner.late.append(Late(now_s, delay_s))
        self._was_starved, self._looked_s = is_starved, now_s
        self._look_again()
