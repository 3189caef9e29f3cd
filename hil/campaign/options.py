# SPDX-License-Identifier: Apache-2.0
"""What a person chose of a conformance run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xky.protocol import Mode

from .profiles import Profile, profile_named

__all__ = ["Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a person chose.

    Attributes:
        device: such as ``sim:winky-c6``.
        board: name or file; None takes the device's own, else ``generic``.
        mode: None runs every mode of the board, one after the other.
        labels: labels that the device claims; None claims as the board says.
        line: how an ``exec:`` device's port is made, or ``serial:PATH``, the wire to a real board.
        parity: ``keep`` leaves it in the characters of a pty, ``strip`` takes it off.
        only: ids of requirements and purposes: nothing else is played and judged; empty takes all.
        probes: where readings are seen, each a SPEC such as ``mqtt``; empty takes those of ``probes_of``.
        statement: a file with keys of a board, laid over it.
        reset: how a real board is started anew: ``rts``, ``dtr`` or a command.
        flash: command that puts its program on it, once a run.
        contested: what the supplier says to verdicts that it does not accept, each ``PURPOSE=TEXT``; they are marked,
            and stay what they are.
        bench: a bench file, whose instruments are held from the start to the end, and then made safe; what else stands
            in it, ``bench_file.options_over`` has made options of.
        lang: of the page and the terminal, ``en`` or ``fr``.
        pdf: the page is printed, too.
        speed: bench seconds per real second.
        seed: of meters, gaps and faults.
        defect: built into simulated firmware.
        meter: ready one or file, in the place of the suite's household.
        quick: whether what takes longest is left out, so that a mode takes ``QUICK_S`` at most on the line.
        profile: name of a label whose tests alone are played and judged; None: of none.
    """

    device: str
    board: str | None = None
    mode: Mode | str | None = None
    labels: tuple[str, ...] | None = None
    line: str = "pty"
    speed: float = 1.0
    seed: int = 0
    defect: str | None = None
    meter: str | None = None
    parity: str = "strip"
    only: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    statement: Path | None = None
    reset: str | None = None
    flash: str | None = None
    bench: Path | None = None
    quick: bool = False
    lang: str = "en"
    pdf: bool = False
    contested: tuple[str, ...] = ()
    profile: str | None = None

    @property
    def of_profile(self) -> Profile | None:
        """The profile as such.

        Raises:
            InputError: there is no such profile.
        """
        return None if self.profile is None else profile_named(self.profile)

    @property
    def asked(self) -> Sequence[str]:
        """Ids of requirements and purposes: nothing else is played, judged or counted; empty takes all."""
        return self.only if self.of_profile is None else self.of_profile.purposes

    @property
    def tic_mode(self) -> Mode | None:
        """The mode as such.

        Raises:
            InputError: there is no such mode.
        """
        return None if self.mode is None else Mode(self.mode)
