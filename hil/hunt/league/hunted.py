# SPDX-License-Identifier: Apache-2.0
"""Hunts an entry of the league, for what its run of the suite did not show; what is left of it is what may be kept."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ...campaign.campaign import Campaign, Options
from ...stories.judging import Signature
from ...stories.playing import Played
from ...stories.running_line import RunningLine
from ...stories.stimulus_file import SUFFIX, write_stimulus
from ...stories.story import Story
from ..hunt import Hunt
from ..tally import Finding, Limits
from .entry import Entry
from .installation import Installed
from .kept import Hunted, KeptHunt, KeptRun, befell, keep_hunt
from .run import version_of

__all__ = ["hunt_entry"]

_SILENT_S = 20.0  # of line time without a word to the end of a story: its last frames are clean


def hunt_entry(
    entry: Entry,
    installed: Installed,
    board: Path,
    runs: Sequence[KeptRun],
    *,
    limits: Limits,
    seed: int = 0,
    speed: float | None = None,
) -> list[KeptHunt]:
    """Hunt an entry in each mode that it reads.

    Args:
        entry: of the league.
        installed: as it is run.
        board: the file of what it claims.
        runs: of the suite; what failed there is known, and not looked for.
        limits: of each mode.
        seed: of the stories.
        speed: bench seconds per real second; the entry's own unless told.

    Raises:
        BenchError: it cannot be started any more.
    """
    return [
        _hunted(
            entry,
            Campaign(
                Options(
                    installed.device, board=str(board), mode=mode, line=entry.settings.line,
                    speed=speed or entry.settings.speed,
                )
            ),
            [id_ for run in runs if run.mode is mode for id_, verdict in run.verdicts.items() if verdict == "fail"],
            limits=limits,
            seed=seed,
        )
        for mode in entry.board.modes
    ]  # fmt: skip


def _hunted(entry: Entry, campaign: Campaign, known: Sequence[str], *, limits: Limits, seed: int) -> KeptHunt:
    (mode,) = campaign.modes
    watch = _Watch()
    with RunningLine() as line:
        hunt = Hunt(campaign, seed=seed, limits=limits, play=watch.over(line.play), replay=watch.over(line.replay))
        hunt.run([_Known(mode, id_, question="") for id_ in known])
    found = [_told(one, campaign, watch.died.get(one.signature, "")) for one in hunt.findings]
    return keep_hunt(mode, hunt.examples, found, watch.kinds, version_of(entry))


class _Known(Signature):
    """A requirement that failed in the suite: nothing that shows it is news."""

    def explains(self, other: Signature) -> bool:
        """Whether the other one is of this requirement."""
        return (self.mode, self.requirement) == (other.mode, other.requirement)


class _Watch:
    """Looks on while stories are played, and notes what befell the program in which.

    Attributes:
        died: by what was broken in such a story, how.
        kinds: how often each.
    """

    def __init__(self) -> None:
        self.died: dict[Signature, str] = {}
        self.kinds: Counter[str] = Counter()

    def over(self, play: Callable[..., Played]) -> Callable[..., Played]:
        """The same way to play stories, looked on."""

        def watched(story: Story, campaign: Campaign, *, strict: bool = False) -> Played:
            played = play(story, campaign, strict=strict)
            for kind in set(befell(played.record, silent_s=_SILENT_S)):
                self.kinds[kind] += 1
                self.died.update({broken.signature: kind for broken in played.broken})
            return played

        return watched


def _told(finding: Finding, campaign: Campaign, died: str) -> Hunted:
    with TemporaryDirectory(prefix="xky-league-") as folder:
        file = Path(folder) / f"finding{SUFFIX}"
        write_stimulus(file, finding.story, finding.broken, device=campaign.board.title, board=campaign.board.id)
        text = file.read_text(encoding="utf-8")
    names = tuple(dict.fromkeys(fault.name for fault in finding.story.faults))
    return Hunted(finding.broken.requirement, finding.broken.reason, finding.story.frames, names, text, died=died)
