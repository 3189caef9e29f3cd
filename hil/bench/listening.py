# SPDX-License-Identifier: Apache-2.0
"""A probe by itself, in real time: what arrives is told, with the readings that it becomes."""

from collections.abc import Callable, Sequence

import simpy

from xky.boards import Board
from xky.emulator.runner import RealTime
from xky.protocol import Mode

from ..ends.end import EndEvent, Payload
from .probes import ProbeContext, open_probe
from .reading import Reading, Remark

__all__ = ["Listening"]


class Listening:
    """One end of the bench, without a meter and without a device.

    Args:
        spec: such as ``mqtt`` or ``influx:0.0.0.0:8086``.
        board: its statement says what payloads mean.
        on_payload: told of each, with what it became: a reading, a remark, or nothing.
        on_event: told of what happened besides.

    Attributes:
        fields: what a device's command would get, such as ``{mqtt}``.

    Raises:
        InputError: no such probe, or an address cannot be listened at.
        BenchError: what it watches cannot be reached.
    """

    def __init__(
        self,
        spec: str,
        board: Board,
        on_payload: Callable[[Payload, Reading | Remark | None], None],
        on_event: Callable[[EndEvent], None],
    ) -> None:
        self._env = simpy.Environment()
        self._runner = RealTime(self._env)
        self._probe = probe = open_probe(spec)
        try:
            probe.open(ProbeContext(self._env, self._runner, board, Mode.STANDARD, 1.0))
            probe.check()
        except BaseException:
            self.close()
            raise
        self.fields = probe.fields
        assert probe.end is not None
        take = probe.end.on_payloads

        def told(payloads: Sequence[Payload]) -> None:
            for payload in payloads:  # one by one, to know what became of each
                readings, remarks = len(probe.readings), len(probe.remarks)
                take((payload,))
                became = probe.readings[readings:] or probe.remarks[remarks:]
                on_payload(payload, became[0] if became else None)

        probe.end.on_payloads = told
        probe.end.on_event = on_event

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Listen until ``until()`` holds, which is asked after each input."""
        self._runner.run(until)

    def close(self) -> None:
        """Let go of everything."""
        self._probe.close()
        self._runner.close()
