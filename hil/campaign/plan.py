# SPDX-License-Identifier: Apache-2.0
"""One running line for all purposes: the selected stimuli in order, each held as long as the device needs.

It opens on the household's meter, whichever purposes were selected: what the first frames have is what they have in a
whole run. What is on the line from the opening on is the seed's, however long a device took to speak: time of the
meters, gaps and damage.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from xky.boards import Board
from xky.emulator.legal_time import parse_at
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Mode

from ..bench.bench import Bench
from ..bench.devices import Device
from .plan_meters import PlanMeters
from .player import Frames, Player
from .record import Record
from .recorded import let_last_words_arrive, record_of
from .stimulus import SUITE_AT, Stimulus, household

__all__ = ["CutShort", "Plan", "play"]


class Plan:
    """Which steps, in which order.

    Args:
        stimuli: of the selected purposes; equal ones are played once. The order of first mention holds,
            but steps of one meter are kept together, and those of a time of the day come last, in its order.
        mode: of the run.
        at: legal time at which it begins.
        house: meter in the place of the suite's household.
        in_order: whether they are played as they are given.
    """

    def __init__(
        self,
        stimuli: Iterable[Stimulus],
        mode: Mode,
        *,
        at: str = SUITE_AT,
        house: MeterFile | None = None,
        in_order: bool = False,
    ) -> None:
        wanted = dict.fromkeys(one for one in stimuli if mode in one.modes)
        makers = list(dict.fromkeys(one.meter for one in wanted))

        def place(one: Stimulus) -> tuple[int, int]:
            if one.last:
                return 2, 0
            return (0, makers.index(one.meter)) if one.at is None else (1, parse_at(one.at))

        self.steps: Sequence[Stimulus] = list(wanted) if in_order else sorted(wanted, key=place)
        self.at_us = parse_at(at)
        self.house = house
        self.mode = mode

    def __len__(self) -> int:
        return len(self.steps)


class CutShort(KeyboardInterrupt):
    """A person ended a run under way.

    Attributes:
        record: of what was played by then.
    """

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record


def play(
    plan: Plan,
    device: Device,
    board: Board,
    *,
    probes: Sequence[str] = (),
    claims: Mapping[str, frozenset[str] | None] | None = None,
    seed: int = 0,
    speed: float = 1.0,
    on_step: Callable[[str, int], None] = lambda name, number: None,
) -> Record:
    """Play a plan on a device and record it.

    Args:
        plan: at least one step.
        device: not started yet; it is stopped at the end, whatever happens.
        board: of the device.
        probes: where it is listened to; those of ``probes_of`` unless told.
        claims: labels that it claims at each of them, by its name as it may be printed; None for all.
        seed: of meters, gaps and faults.
        speed: bench seconds per real second.
        on_step: told the name and number of each step as it begins.

    Raises:
        BenchError: the device does not start, or ends before the first frame was sent.
        CutShort: a person ended it before its plan did.
    """
    meters = PlanMeters(plan.mode, plan.at_us, plan.house, seed)
    bench = Bench(device, board, meters.of(household), seed=seed, speed=speed, probes=probes)
    player = Player(bench, speed if not bench.virtual else 1.0, meters)
    player.script = _script(plan, player, on_step)
    bench.transmitter.before_frame = player.at_boundary
    ended, cut_short = None, False
    with bench:
        meters.clock = lambda: float(bench.env.now)
        try:
            bench.run(lambda: player.done or device.ended is not None)
        except KeyboardInterrupt:
            cut_short = True
        else:
            ended = None if player.done else device.ended
        ended_s = float(bench.env.now)
        if ended is not None:
            let_last_words_arrive(bench)
        bench.require_first_frame(ended, ended_s)
    record = record_of(bench, player, plan.mode, speed=speed, claims=claims or {}, ended=ended, ended_s=ended_s)
    if cut_short:
        record.cut_short_s = ended_s
        raise CutShort(record)
    return record


def _script(plan: Plan, player: Player, on_step: Callable[[str, int], None]) -> Frames:
    yield from player.start_up()
    if player.silent:
        return
    yield from player.open()
    for number, step in enumerate(plan.steps):
        on_step(step.name, number)
        yield from player.step(step)
    yield from player.close()
