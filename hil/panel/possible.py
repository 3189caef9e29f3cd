# SPDX-License-Identifier: Apache-2.0
"""What can go together in a home, and the first kind of a panel that can go with nothing."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, product

from xky.boards import Board, board_named
from xky.boards.defects import defect_named
from xky.boards.firmware import load_firmware
from xky.protocol import InputError, Mode

from .weights import positive

__all__ = ["SOUND", "WAYS", "board_of_panel", "has_way", "impossible", "may_have", "reads"]

SOUND = "none"  # no defect
_PRODUCERS = (
    "speaks standard mode, with a board that is for producers, and no home has both; write standard into modes too, or "
    "take another board"
)
WAYS = ("mqtt", "influx", "mqtt+influx", "lorawan")


@lru_cache(64)
def board_of_panel(name: str) -> Board:
    """A board that homes may have.

    Raises:
        InputError: no such board, its file is wrong, it is not simulated, has no uplink, or sleeps on another supply
            than the meter's, so that nothing tells its wakes.
    """
    board = board_named(name)
    if board.firmware is None:
        raise InputError(
            f"board {board.id}: has no simulated firmware, so that nothing would arrive of it; take one that has, such "
            "as winky-c6-tasmota"
        )
    load_firmware(board)
    if not board.uplinks:
        raise InputError(
            f"board {board.id}: has no uplink, so that nothing of it would arrive; write [uplink] into its file, or "
            "take one that has"
        )
    if board.wake is not None and (board.power is None or board.power.source != "tic"):
        raise InputError(
            f"board {board.id}: sleeps, and lives on another supply than terminals I1-A, so that nothing tells its "
            "wakes; write its [power], or leave [wake] out"
        )
    return board


def has_way(board: Board, way: str) -> bool:
    """Whether a board can publish by a way: one of LoRaWAN by nothing else, since nobody gave it a network."""
    if "lorawan" in board.uplinks:
        return way == "lorawan"
    return all(kind in board.uplinks for kind in way.split("+"))


def reads(board: Board, mode: str, phases: int, *, producer: bool) -> bool:
    """Whether a board is for such a meter, and there is one: historic frames have no producer groups."""
    if producer and (not board.producer or mode == Mode.HISTORIC):
        return False
    return Mode(mode) in board.modes and phases in board.phases


def may_have(board: Board, mode: str, defect: str) -> bool:
    """Whether a defect can be in such a gateway, and shows there."""
    if defect == SOUND:
        return True
    known = defect_named(defect)
    return known.board in (None, board.id) and Mode(mode) in known.modes


def impossible(
    boards: Mapping[str, float],
    uplinks: Mapping[str, float],
    modes: Mapping[str, float],
    phases: Mapping[str, float],
    producers: Mapping[str, float],
    defects: Mapping[str, float],
) -> str | None:
    """The first kind that no home can be, as ``boards.loky: why; how to mend``; None where each can be drawn."""
    of_boards: dict[str, Board] = {}
    for name in positive(boards):
        try:
            of_boards[name] = board_of_panel(name)
        except InputError as error:
            return f"boards.{name}: {error}"
    meters = [*product(positive(modes), positive(phases), positive(producers))]
    fitting = {name: [one for one in meters if _is_for(board, one)] for name, board in of_boards.items()}
    axes = {"modes": modes, "phases": phases, "producers": producers}
    if not {*positive(producers)} - {"producer"} and Mode.STANDARD not in positive(modes):
        return f"producers.producer: {_PRODUCERS}"
    told = (
        _boards_without_home(of_boards, positive(uplinks), positive(modes), fitting),
        _meters_without_board(axes, fitting),
        _ways_without_board(of_boards, uplinks),
        _defects_without_board(of_boards, positive(defects), fitting),
    )
    return next(chain.from_iterable(told), None)


_Meter = tuple[str, str, str]  # mode, phases, consumer or producer
_Fitting = Mapping[str, Sequence[_Meter]]  # the meters that a board is for


def _is_for(board: Board, meter: _Meter) -> bool:
    mode, phases, kind = meter
    return reads(board, mode, int(phases), producer=kind == "producer")


def _boards_without_home(
    boards: Mapping[str, Board], ways: Sequence[str], modes: Sequence[str], fitting: _Fitting
) -> Iterator[str]:
    for name, board in boards.items():
        if not any(has_way(board, way) for way in ways):
            yield (
                f"boards.{name}: publishes by {' and '.join(board.uplinks)}, and uplinks has {', '.join(ways)}; "
                f"write {board.uplinks[0]} there too, or take another board"
            )
        elif not any(mode in board.modes for mode in modes):
            yield (
                f"boards.{name}: does not read {' or '.join(modes)} mode; write {board.modes[0]} into modes too, or "
                "take another board"
            )
        elif not fitting[name]:
            yield (
                f"boards.{name}: is for none of these meters (its phases: {', '.join(map(str, board.phases))}; "
                f"producers: {'in standard mode' if board.producer else 'no'}); change phases, producers or modes"
            )


def _meters_without_board(axes: Mapping[str, Mapping[str, float]], fitting: _Fitting) -> Iterator[str]:
    there = {meter for meters in fitting.values() for meter in meters}
    for place, (key, names) in enumerate(axes.items()):
        for name in positive(names):
            if any(meter[place] == name for meter in there):
                continue
            if name == "producer":
                yield f"producers.producer: {_PRODUCERS}"
            yield f"{key}.{name}: no board of this panel is for that; take one that is, or give it the weight 0"


def _ways_without_board(boards: Mapping[str, Board], uplinks: Mapping[str, float]) -> Iterator[str]:
    if uplinks.keys() == set(WAYS):  # of a person who wrote none
        return
    for way in positive(uplinks):
        if not any(has_way(board, way) for board in boards.values()):
            yield f"uplinks.{way}: no board of this panel publishes so; give it the weight 0, or take one that does"


def _defects_without_board(boards: Mapping[str, Board], defects: Sequence[str], fitting: _Fitting) -> Iterator[str]:
    homes = {(name, meter[0]) for name, meters in fitting.items() for meter in meters}
    for defect in defects:
        if not any(may_have(boards[name], mode, defect) for name, mode in homes):
            only = defect_named(defect).board
            where = f"is one of the board {only}" if only else "shows in another mode"
            yield f"defects.{defect}: {where}, and no home has that; take it out, or write that too"
