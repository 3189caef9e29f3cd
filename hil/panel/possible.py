# SPDX-License-Identifier: Apache-2.0
"""What can go together in a home, and the first kind of a panel that can go with nothing."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product

from xky.boards import Board, board_named
from xky.boards.defects import defect_named
from xky.boards.firmware import load_firmware
from xky.protocol import InputError, Mode

from .weights import positive

__all__ = ["SOUND", "WAYS", "board_of_panel", "has_way", "impossible", "may_have", "reads"]

SOUND = "none"  # no defect
WAYS = ("mqtt", "influx", "mqtt+influx", "lorawan")


@lru_cache(64)
def board_of_panel(name: str) -> Board:
    """A board that homes may have.

    Raises:
        InputError: no such board, its file is wrong, it is not simulated, or has no uplink.
    """
    board = board_named(name)
    load_firmware(board)
    if not board.uplinks:
        raise InputError(
            f"board {board.id}: has no uplink, so that nothing of it would arrive; write [uplink] into its file, or "
            "take one that has"
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
    ways, meters = positive(uplinks), list(product(positive(modes), positive(phases), positive(producers)))
    fitting: dict[str, list[tuple[str, str, str]]] = {}
    for name, board in of_boards.items():
        if not any(has_way(board, way) for way in ways):
            return (
                f"boards.{name}: publishes by {' and '.join(board.uplinks)}, and uplinks has {_listed(ways)}; "
                f"write uplinks.{board.uplinks[0]} too, or take another board"
            )
        if not any(mode in board.modes for mode in positive(modes)):
            return (
                f"boards.{name}: does not read {' or '.join(positive(modes))} mode; write modes.{board.modes[0]} too, "
                "or take another board"
            )
        fitting[name] = [
            (mode, number, kind)
            for mode, number, kind in meters
            if reads(board, mode, int(number), producer=kind == "producer")
        ]
        if not fitting[name]:
            return (
                f"boards.{name}: is for none of these meters (its phases: {_listed(map(str, board.phases))}, "
                f"producers: {'yes, in standard mode' if board.producer else 'no'}); change phases, producers or modes"
            )
    some = {one for ones in fitting.values() for one in ones}
    for key, place, names in (("modes", 0, modes), ("phases", 1, phases), ("producers", 2, producers)):
        for name in positive(names):
            if not any(one[place] == name for one in some):
                return _meter_without_board(key, name)
    for way in ways:
        if uplinks.keys() != set(WAYS) and not any(has_way(board, way) for board in of_boards.values()):
            return f"uplinks.{way}: is no way of {_listed(of_boards)}; give it the weight 0, or take a board that has it"
    for defect in positive(defects):
        modes_of = {(name, one[0]) for name, ones in fitting.items() for one in ones}
        if not any(may_have(of_boards[name], mode, defect) for name, mode in modes_of):
            only = defect_named(defect).board
            where = f"is of the board {only}" if only else "shows in another mode"
            return f"defects.{defect}: {where}, and no home has that; take it out, or write that board"
    return None


def _meter_without_board(key: str, name: str) -> str:
    if key == "producers" and name == "producer":
        return (
            "producers.producer: speaks standard mode, with a board that is for producers, and no home has both; "
            "write modes.standard too, or take another board"
        )
    return f"{key}.{name}: no board of this panel is for that; take one that is, or give it the weight 0"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
