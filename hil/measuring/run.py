# SPDX-License-Identifier: Apache-2.0
"""One routine from its beginning to its safe end, whatever that is."""

from collections.abc import Callable, Mapping, Sequence

from xky.protocol import BenchError

from ..instruments import Instrument
from ..instruments.roles import Capacitor
from .bench_time import BenchTime, Stamp, clock_offset, time_of
from .measurement import Clock, Measurement
from .rig import Rig, Settings
from .routines import routine_named
from .safe_state import SafeState, safe_at_the_end

__all__ = ["measure"]


def measure(
    routine: str,
    instruments: Mapping[str, Instrument],
    order: Sequence[str],
    settings: Settings,
    tell: Callable[[str], None],
    state_told: Callable[[SafeState], None],
) -> Measurement:
    """Measure, and leave the bench in its safe state.

    Args:
        routine: its name.
        instruments: of the bench, by role, open.
        order: in which outputs are switched off.
        settings: asked for.
        tell: how far it is, for people.
        state_told: what became of the outputs, however it ended.

    Raises:
        InputError: no such routine, or the bench lacks an instrument for it.
        BenchError: an instrument was lost, or one does not say that it is safe.
    """
    act = routine_named(routine)
    state = SafeState()
    try:
        with safe_at_the_end(instruments, order) as state:
            bench_time = time_of(instruments.values())
            rig = Rig(routine, instruments, bench_time, settings, tell)
            before = _offset(instruments, bench_time)
            found = act(rig)
            _note_clock(found, before, _offset(instruments, bench_time))
            found.remarks += rig.remarks
            found.remarks.append(f"times are on {bench_time.told}")
    finally:
        state_told(state)
    if state.unknown:
        raise BenchError(f"measure {routine}: {state.told}; look at the instruments")
    return found


def _offset(instruments: Mapping[str, Instrument], bench_time: BenchTime) -> Stamp | None:
    """Of the voltmeter's clock: the only one that stamps readings."""
    meter = instruments.get("capacitor")
    if not isinstance(meter, Capacitor):
        return None
    offset = clock_offset(meter.clock_s, bench_time)
    return Stamp(offset.at_s, offset.unsure_s + meter.clock_step_s)


def _note_clock(found: Measurement, before: Stamp | None, after: Stamp | None) -> None:
    if before is None or after is None:
        return
    unsure_s = before.unsure_s + after.unsure_s
    found.clocks.append(Clock("capacitor", before.at_s, before.unsure_s, after.at_s - before.at_s, unsure_s))
