# SPDX-License-Identifier: Apache-2.0
"""A known wrong behaviour, built into simulated firmware to prove that the suite catches it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from xky.protocol import Damaged, Event, Frame, Group, InputError, Mode, Timestamp, checksum
from xky.protocol.checksum import checked_zone
from xky.protocol.separators import read_by_separators
from xky.protocol.timestamp import timestamp_mark

from ..description.board import Board
from ..description.power import PowerDescription
from ..firmware.indicator import Indicator
from ..firmware.parser import Listener, Parser
from ..ports import NetworkPort, RadioPort

__all__ = [
    "Defect",
    "Dies",
    "DropsFrames",
    "Forces",
    "Mishears",
    "Retells",
    "TellsOnce",
    "address",
    "clock_of",
    "has_right_checksum",
    "is_index",
    "with_power",
]

_SUPPLIER_INDEXES = ("BASE", "HCHC", "HCHP", "EJPH", "BBRH", "EASF")
_INDEXES = (*_SUPPLIER_INDEXES, "EAST", "EASD", "EAIT", "ERQ")


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect.

    Attributes:
        title: what it does, one line.
        source: where it was seen.
        must_fail: ids of the requirements that it must fail, in each mode in which they apply.
        may_fail: ids that it may fail besides; any other fail is an error of the suite.
        parser: the mutated step of the firmware; the sound one where the board is what is wrong.
        indicator: the mutated light for the line; the sound one likewise.
        rebuilt: makes the board with its wrong part; None: the board is in order.
        believes: makes the board that the firmware is set for, where that is not the one that it is held to.
        network: stands between the firmware and its network; None: nothing does.
        radio: stands between the firmware and its radio, likewise.
        flash: what befalls the flash before each start of the device, the first included; None: nothing does.
        board: the simulated board that it shows on; None for any.
        modes: TIC modes in which it shows; in the other it fails nothing.
        spreads: whether it may fail anything besides, since a device that dies or tells wrong values does.
    """

    title: str
    source: str
    must_fail: frozenset[str]
    parser: type[Parser] = Parser
    indicator: type[Indicator] = Indicator
    rebuilt: Callable[[Board], Board] | None = None
    believes: Callable[[Board], Board] | None = None
    network: Callable[[NetworkPort], NetworkPort] | None = None
    radio: Callable[[RadioPort], RadioPort] | None = None
    flash: Callable[[dict[str, Any]], None] | None = None
    may_fail: frozenset[str] = frozenset()
    board: str | None = None
    modes: frozenset[Mode] = frozenset(Mode)
    spreads: bool = False


class Retells(Parser):
    """Reports what it makes of each good group."""

    def retold(self, group: Group, frame: Frame) -> Group | None:
        """What is reported in its place; None leaves it out."""
        return group

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        told = (self.retold(group, frame) for group in frame.good)
        return [group for group in told if group is not None]


class Forces(Parser):
    """Reports some groups that it should refuse, read by their separators alone."""

    def takes(self, group: Damaged, mode: Mode) -> bool:
        """Whether it does so with this one."""
        return False

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        told = []
        for group in frame.groups:
            if isinstance(group, Group):
                told.append(group)
            elif self.takes(group, frame.mode):
                told += _by_separators(group, frame.mode)
        return told


def _by_separators(group: Damaged, mode: Mode) -> list[Group]:
    said = group.raw[:-2]  # without separator and checksum
    return [read_by_separators(said, mode)] if mode.separator in said else []


class DropsFrames(Parser):
    """Reports nothing of some frames."""

    def drops(self, frame: Frame) -> bool:
        """Whether it does so with this one."""
        return False

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        return None if self.drops(frame) else super().groups(frame)


class Mishears(Parser):
    """Hears other characters than its UART hands over."""

    def heard(self, data: bytes, mode: Mode) -> bytes:
        """What goes on to the decoder; a spoilt character has bit 7 set."""
        return data

    def listener(self, mode: Mode) -> Listener:
        return _Mishearing(self, super().listener(mode), mode)


class _Mishearing:
    """The listener of one wake."""

    def __init__(self, device: Mishears, listener: Listener, mode: Mode) -> None:
        self._device = device
        self._listener = listener
        self._mode = mode

    def feed(self, data: bytes) -> list[Event]:
        return self._listener.feed(self._device.heard(data, self._mode))


class Dies(Mishears):
    """Hears nothing any more once it met what it cannot take."""

    _dead = False

    def kills(self, data: bytes, mode: Mode) -> bool:
        """Whether these characters do it."""
        return False

    def heard(self, data: bytes, mode: Mode) -> bytes:
        self._dead = self._dead or self.kills(data, mode)
        return b"" if self._dead else data


class TellsOnce(Parser):
    """Reports some labels with the first value that each meter said; another value never."""

    labels: ClassVar[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], str] = {}

    def groups(self, frame: Frame) -> Sequence[Group] | None:
        meter = address(frame)
        return [
            group
            for group in frame.good
            if group.label not in self.labels or self._told.setdefault((meter, group.label), group.value) == group.value
        ]


def address(frame: Frame) -> str:
    """ADCO or ADSC of a frame."""
    return frame.values.get("ADCO") or frame.values.get("ADSC", "")


def clock_of(frame: Frame) -> Timestamp | None:
    """The meter's clock as a frame of standard mode tells it; a date that cannot be is no clock to go by."""
    stamp = next((group.timestamp for group in frame.good if group.label == "DATE" and group.timestamp), None)
    return None if stamp is None or timestamp_mark("DATE", stamp) else Timestamp.parse(stamp)


def has_right_checksum(group: Damaged, mode: Mode) -> bool:
    """Whether nothing but its data refuses a group."""
    body = group.raw
    return body[-2:-1] == mode.separator and body[-1] == checksum(checked_zone(body, mode))


def is_index(group: Group, *, of_supplier: bool = False) -> bool:
    """Whether a group holds a register that counts energy."""
    return group.label.startswith(_SUPPLIER_INDEXES if of_supplier else _INDEXES)


def with_power(board: Board, **parts: object) -> Board:
    """A board with other parts in its power train.

    Raises:
        InputError: the board lives on no power train.
    """
    if board.power is None:
        raise InputError(f"board {board.id}: has no [power], which this defect is in; take sim:winky-c6")
    described = PowerDescription.model_validate(board.power.model_dump() | parts)
    return board.model_copy(update={"power": described})
