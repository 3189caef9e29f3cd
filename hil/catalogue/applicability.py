# SPDX-License-Identifier: Apache-2.0
"""Whether a requirement concerns a device, before it is run: yes, no, or what it depends on besides its statement."""

from dataclasses import dataclass
from pathlib import Path

from xky.boards import Board, board_named
from xky.boards.description.laid_over import board_with
from xky.protocol import Mode

from ..bench.bench import board_of, probes_of
from ..bench.devices import FedDevice, is_on_hardware, open_device
from ..bench.probes import open_probe
from ..campaign.condition import Facts
from ..campaign.declared_meters import why_not_asked
from ..campaign.record import LINES
from ..campaign.requirement import Requirement
from ..campaign.suite import declared_purposes

__all__ = ["Applies", "applicability", "facts_of"]


@dataclass(frozen=True, slots=True)
class Applies:
    """Whether a requirement concerns a device.

    Attributes:
        answer: ``yes``, ``no`` or ``depends``. A run decides what is no in no case; what is yes it decides of a device
            that reports what it claims.
        reason: why not, in the run's own words, or what it depends on; empty for yes.
        reason_french: what it depends on in French; why not, as it is.
    """

    answer: str
    reason: str = ""
    reason_french: str = ""


def facts_of(
    board: str | None, *, statement: Path | None = None, device: str | None = None, probes: tuple[str, ...] = ()
) -> Facts:
    """What is known of a device that is named, described, or both; nothing is started.

    Args:
        board: name or file of its description; None takes that of the device, else ``generic``.
        statement: a file laid over that.
        device: such as ``sim:winky-c6``; None: nobody said.
        probes: where it will be listened to, each a SPEC such as ``mqtt``.

    Raises:
        InputError: one of them is not there, or is wrong.
    """
    on_hardware = None if device is None else is_on_hardware(device)  # whose wire nobody has to name for this
    opened = None if device is None or on_hardware else open_device(device)
    described = board_of(opened, board) if opened is not None else board_named(board or "generic")
    if statement is not None:
        described = board_with(described, statement)
    own = () if device is None else (LINES,) if opened is None else tuple(probes_of(opened, described))
    specs = probes or own
    return Facts(
        described,
        frozenset(open_probe(spec).kind for spec in specs) if specs else None,
        is_fed=None if device is None else isinstance(opened, FedDevice),
        is_on_hardware=on_hardware,
        can_restart=None if opened is None else opened.can_restart,
    )


def applicability(requirement: Requirement, facts: Facts, modes: tuple[Mode, ...] = ()) -> Applies:
    """Whether a requirement concerns a device.

    Args:
        requirement: of the suite.
        facts: what is known of the device.
        modes: those of the run; empty takes those that its board reads.
    """
    asked = modes or facts.board.modes
    if requirement.modes.isdisjoint(asked):
        of = ", ".join(sorted(requirement.modes))
        reads = ", ".join(asked)
        return Applies(
            "no", f"it is of {of} mode, and the device reads {reads}", f"elle est du mode {of}, l'appareil lit {reads}"
        )
    if why := _why_on_no_meter(requirement, facts.board, asked):
        return Applies("no", why, why)
    unknown = []
    for condition in requirement.where:
        holds = condition.holds(facts)
        if holds is False:
            return Applies("no", condition.otherwise, condition.otherwise)
        if holds is None:
            unknown.append(condition)
    if unknown:
        return Applies("depends", "; ".join(one.text for one in unknown), "; ".join(one.french for one in unknown))
    return Applies("yes")


def _why_on_no_meter(requirement: Requirement, board: Board, modes: tuple[Mode, ...]) -> str:
    """Why none of the meters on which it is shown is one that the device is for; empty where one is."""
    reasons = [
        why_not_asked(board, purpose, mode)
        for purpose in declared_purposes()
        if purpose.requirement is requirement
        for mode in modes
        if mode in purpose.modes
    ]
    return reasons[0] if all(reasons) and reasons else ""
