# SPDX-License-Identifier: Apache-2.0
"""A profile as tables of a board's file: loads and the times of a wake, each line with where it comes from."""

from collections.abc import Iterator

from xky.boards.description.states import BOOT, JOINING, LISTEN, PUBLISHING, SLEEP

from ...terminal import one_line
from .profile import Profile, ProfileState

__all__ = ["profile_toml"]

_WAKE = (BOOT, *JOINING, PUBLISHING, SLEEP)
_WITHIN = dict.fromkeys(JOINING[1:], JOINING[0])  # where nothing parts them


def profile_toml(profile: Profile, measured: str) -> str:
    """The text of the tables.

    Args:
        profile: of a log.
        measured: name of the log's file.
    """
    return "\n".join(_lines(profile, measured)) + "\n"


def _lines(profile: Profile, measured: str) -> Iterator[str]:
    states = {state.name: state for state in profile.states}
    source = f"  # measured: {one_line(measured)}"
    if profile.cycles:
        yield "[wake]"
        for name in _WAKE:
            yield f"{name}_s = {_wake_s(states, name)}{source}{_remark(states, name)}"
        listen = states.get(LISTEN)
        if listen is not None and listen.duration_s is not None:
            yield ""
            yield "# [listen], in the TIC mode that the line had:"
            for mode in ("standard", "historic"):
                yield f"# {mode}_s = {_number(listen.duration_s)}{source}{_remark(states, LISTEN)}"
        yield ""
    for number, state in enumerate(profile.states):
        if number:
            yield ""
        yield f"[power.loads.{state.name}]"
        yield f"current_a = {_number(state.current_a)}{source}"
        if state.peak_a is not None and state.peak_s is not None:
            yield f"peak_a = {_number(max(state.peak_a, state.current_a))}{source}"
            yield f"peak_s = {_number(state.peak_s)}{source}"
        if state.spread_s is not None and state.duration_s:
            yield f"duration_spread = {_number(state.spread_s / state.duration_s)}{source}"


def _wake_s(states: dict[str, ProfileState], name: str) -> str:
    state = states.get(name)
    return _number(0.0 if state is None or state.duration_s is None else state.duration_s)


def _remark(states: dict[str, ProfileState], name: str) -> str:
    state = states.get(name)
    if state is None:
        return f", not told apart from {_WITHIN[name]}" if _WITHIN.get(name) in states else ", not seen"
    if state.duration_s is None:
        return ", never seen whole"
    if state.spread_s is None:
        return ", seen once"
    return f", {len(state.durations_s)} times, standard deviation {state.spread_s:.2g} s"


def _number(value: float) -> str:
    return repr(float(f"{value:.4g}"))
