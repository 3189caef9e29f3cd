# SPDX-License-Identifier: Apache-2.0
"""All that can be done to a run and asked of it: in the bench's own thread, at the present of its clock."""

from collections.abc import Callable, Mapping

import simpy

from xky.emulator import Linky, Transmitter, Truth
from xky.emulator.legal_time import SECOND_US, first_from, local_time
from xky.emulator.line.fault_box import FaultBox
from xky.emulator.scenario.actions import Actions
from xky.emulator.scenario.checks import check_happening
from xky.emulator.scenario.event import Happening, Outage
from xky.protocol import InputError, encode_frame
from xky.protocol.tomlfile import Written

from ..emulated_board import EmulatedBoard
from . import show
from .answers import DayAnswer, DisplayAnswer, Done, FaultAnswer, FrameAnswer, Registers, State, TruthAnswer
from .board_answers import BoardTraceAnswer
from .board_state import BoardState, check_feeds
from .bodies import CutBody, TariffBody
from .day import day_of
from .display import display_of
from .journal import FRAMES_KEPT, Entry, Journal
from .known_faults import FaultBody, values_of

__all__ = ["NotFoundError", "NotNowError", "Session"]

_FARTHEST_US = 366 * 86_400 * SECOND_US  # of a jump: three seconds of computing in which the line waits


class NotNowError(InputError):
    """It could be done, but not in the state that the meter is in."""


class NotFoundError(InputError):
    """There is no such thing."""


class Session:
    """What clients ask of a run, and have done to it.

    Args:
        env: the bench's clock.
        transmitter: of the run.
        actions: what may happen to its meter; a scenario may use it too.
        kept: frames that the journal keeps.
        board: that lives on its line, if there is one.

    Attributes:
        feed: told of each frame boundary, before the faults of the next frame are put on the line.
        on_the_line: names of the faults there when the frame under way was made.
    """

    def __init__(
        self,
        env: simpy.Environment,
        transmitter: Transmitter,
        actions: Actions,
        kept: int = FRAMES_KEPT,
        board: EmulatedBoard | None = None,
    ) -> None:
        self._env = env
        self._transmitter = transmitter
        self._actions = actions
        self._kept = kept
        self._journal = Journal(kept)
        self._faults = FaultBox(transmitter)
        self.on_the_line: tuple[str, ...] = ()
        self.feed: Callable[[], None] = lambda: None
        self._begun = 0
        self._board = None if board is None else BoardState(board, actions)

    def between_frames(self, truth: Truth) -> None:
        """Call it at each frame boundary with the frames since the last one."""
        for frame in truth:
            self._journal.add(frame, self.on_the_line)
        self.feed()
        self._faults.between_frames(sent=len(truth) > 0)
        self.on_the_line = self._faults.names
        if self._meter.powered:
            self._begun += 1

    @property
    def frame_number(self) -> int:
        """Number of the frame under way, or of the next one."""
        return self._journal.total

    @property
    def now_s(self) -> float:
        """The present on the bench's clock, in seconds."""
        return float(self._env.now)

    def last_frame(self) -> Entry | None:
        """The last one that is over."""
        return next(iter(self._journal.since(self._journal.total - 1, 1)), None)

    @property
    def _meter(self) -> Linky:
        return self._transmitter.meter

    # What is asked of it

    def state(self) -> State:
        """The meter as it is."""
        faults = [show.fault(one) for one in self._faults.faults]
        board = None if self._board is None else self._board.now()
        return show.state(self._meter, float(self._env.now), faults, self._journal.total, board)

    def board_trace(self) -> Callable[[], BoardTraceAnswer] | None:
        """What its capacitor did of late, in an answer that may be made in any thread; None without a board."""
        return None if self._board is None else self._board.trace()

    def day(self) -> DayAnswer:
        """The day that its clock shows."""
        return day_of(self._meter)

    def display(self) -> DisplayAnswer:
        """Its face."""
        return display_of(self._meter)

    def registers(self) -> Registers:
        """What can be set."""
        return show.registers(self._meter)

    def frame(self) -> FrameAnswer:
        """A frame as of now."""
        meter = self._with_supply("no frame is sent")
        twin = Linky()
        twin.restore(meter.snapshot())  # an ultra-short message waits for the line
        groups = twin.groups()
        return FrameAnswer(
            legal_time=show.legal_text(meter.true_us),
            mode=meter.mode,
            groups=[show.group(group, meter.mode) for group in groups],
            data_hex=encode_frame(groups, meter.mode).hex(),
        )

    def truth(self, since: int, limit: int) -> Callable[[], TruthAnswer]:
        """The frames from a number on, in an answer that may be made in any thread: they change no more."""
        entries, oldest, total = self._journal.since(since, limit), self._journal.oldest, self._journal.total

        def answer() -> TruthAnswer:
            frames = [show.sent_frame(entry) for entry in entries]
            behind = frames[-1].number + 1 if frames else min(max(since, oldest), total)
            return TruthAnswer(frames=frames, next=behind, oldest=oldest, kept_max=self._kept)

        return answer

    # What is done

    def happen(self, what: Happening) -> Done:
        """Let something happen, as a scenario does.

        Raises:
            InputError: this meter cannot; nothing happened.
        """
        meter = self._meter
        skip_to_us = 0
        if what.terminal_a is not None:
            check_feeds(self._board)
        if what.outage is not None or what.skip_to is not None:
            self._with_supply("end the outage first")
        if what.skip_to is not None:
            if what.outage is not None:
                raise InputError("skip_to: there is no supply then, from the outage; send it later")
            skip_to_us = first_from(meter.true_us, what.skip_to, "skip_to")
            if not 0 < skip_to_us - meter.true_us <= _FARTHEST_US:
                now = local_time(meter.true_us).replace(tzinfo=None).isoformat(timespec="seconds")
                raise InputError(f"skip_to {what.skip_to!r}: is not after the present, {now}, or over 366 days ahead")
        after = check_happening(what, self._actions.file, meter.true_us, Written())
        done = self._done(*(what.keys or ["say"]))
        self._actions.happen(what, after, skip_to_us=skip_to_us)
        return done

    def set_registers(self, registers: Mapping[str, int]) -> Done:
        """Set registers by label."""
        if not registers:
            raise InputError("nothing happens; write a label and its value, such as EAST = 1234567")
        try:
            return self.happen(Happening(set=registers))
        except InputError as error:  # here the labels stand alone
            raise type(error)(str(error).removeprefix("set.")) from None

    def set_tariff(self, body: TariffBody) -> Done:
        """Another contract, a mobile peak, or time jumps on to where an index runs."""
        if body.supplier_index is None:
            return self.happen(body.happening())
        meter = self._with_supply("end the outage first")
        if meter.tariff.supplier_index == body.supplier_index:
            return self._done()
        at_us = meter.when_shown(self._runs_next(body.supplier_index))
        return self.happen(Happening(skip_to=local_time(at_us).isoformat()))

    def _runs_next(self, index: int) -> int:
        """When the meter's clock will show the time from which an index runs."""
        meter = self._meter
        if index not in meter.contract.indexes:
            known = ", ".join(map(str, sorted(meter.contract.indexes)))
            raise InputError(f"supplier_index = {index}: this contract never runs it; its own: {known}")
        at_us = meter.now_us
        last_us = at_us + _FARTHEST_US
        while at_us < last_us:
            at_us = meter.next_switch(at_us)
            if meter.contract.tariff(at_us, meter.peaks).supplier_index == index:
                return at_us
        raise InputError(f"supplier_index = {index}: does not run within 366 days; tell a mobile peak first")

    def cut_supply(self, body: CutBody) -> Done:
        """The network goes."""
        if body.for_s is not None:
            return self.happen(Happening(outage=Outage(for_s=body.for_s, clock_reserve_s=body.clock_reserve_s)))
        self._with_supply("end the outage first")
        done = self._done("supply cut")
        self._actions.cut_supply()
        return done

    def restore_supply(self, reserve_s: float) -> Done:
        """The network comes back."""
        if self._meter.powered:
            raise NotNowError("there is supply; cut it first")
        done = self._done("supply restored")
        self._actions.restore_supply(reserve_s)
        return done

    def faults(self) -> list[FaultAnswer]:
        """Those that clients put on the line."""
        return [show.fault(one) for one in self._faults.faults]

    def inject(self, body: FaultBody) -> FaultAnswer:
        """Put a fault on the line, from the next frame on."""
        now_s = round(float(self._env.now), 6)
        injected = self._faults.add(body.name, values_of(body), body.for_frames, at_s=now_s, first_frame=self._begun)
        return show.fault(injected)

    def clear_faults(self, number: int | None = None) -> Done:
        """Take one away, or all."""
        gone = self._faults.clear(number)
        if number is not None and not gone:
            raise NotFoundError(f"fault {number}: there is none of that id; GET /faults lists them")
        return self._done(*(f"{one.name} {one.id}" for one in gone))

    def _with_supply(self, mend: str) -> Linky:
        if not self._meter.powered:
            raise NotNowError(f"there is no supply: {mend}")
        return self._meter

    def _done(self, *what: str) -> Done:
        return Done(
            done=list(what),
            at_s=round(float(self._env.now), 6),
            legal_time=show.legal_text(self._meter.true_us),
            first_frame=self._begun,
        )
