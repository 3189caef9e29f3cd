# SPDX-License-Identifier: Apache-2.0
"""A campaign that has been judged, without what is personal: its records are made anew, and judged once more.

What the report, its page and its evidence say is then of those records alone. Where a verdict would be another one,
nothing is written: a report must not say what the run did not show.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xky.protocol import BenchError, InputError, Mode
from xky.protocol.pseudonym import Pseudonyms

from ..campaign import Campaign, Options
from ..judgement import Asked, Judgement
from ..oracle import Case
from ..quick import SKIPPED
from ..record import Record
from ..requirement import Purpose
from ..suite import run_suite
from ..verdict import Undecided
from .anonymised_record import LEFT_OUT, anonymised_record

__all__ = ["anonymise", "refuse_what_names_its_meter"]

_HOST = re.compile(r' hostname="[^"]*"')  # of the machine, as pytest writes it
_HOW = "certify without --anonymise, on a meter that is nobody's"


def refuse_what_names_its_meter(campaign: Campaign, *, resume: bool) -> None:
    """Complain before the run of what cannot be made anonymous.

    Raises:
        InputError: a stimulus file is played, which tells its meter, or a run is to go on, whose evidence does.
    """
    if resume:
        raise InputError("--anonymise: what a run before left is as it was recorded; leave --anonymise or --resume out")
    if "stimulus.stim.toml" in campaign.files:
        raise InputError("--anonymise: a stimulus tells its meter, and is evidence; leave --anonymise or --replay out")


def anonymise(campaign: Campaign, pseudonyms: Pseudonyms, junit: Path) -> None:
    """Take what is personal out of a campaign; its records and conclusions are then others, its verdicts are not.

    Args:
        campaign: that has been judged.
        pseudonyms: by the key of captures.
        junit: where to write ``junit.xml`` anew.

    Raises:
        BenchError: a verdict would be another one.
    """
    records = {mode: anonymised_record(record, pseudonyms) for mode, record in campaign.records.items()}
    anew = _Anew(campaign, records)
    run_suite(anew, junit)
    junit.write_text(_HOST.sub("", junit.read_text(encoding="utf-8")), encoding="utf-8")
    now = {one.asked: one for one in anew.conclusions}
    for was in campaign.conclusions:
        other = now.get(was.asked)
        if other is None or other.verdict is not was.verdict:
            told = "not judged" if other is None else other.verdict.value
            raise BenchError(
                f"--anonymise: {was.purpose.id} is {was.verdict.value}, and would be {told} without what is personal; "
                f"nothing was written; {_HOW}"
            )
    anew.records |= records
    campaign.known_firmware = campaign.firmware  # a device may have told its version in words that are left out
    campaign.take_over(anew, [now[was.asked] for was in campaign.conclusions])
    campaign.options = _without_commands(campaign.options)
    campaign.anonymised = True


def _without_commands(options: Options) -> Options:
    """Of commands the program alone: what stands behind it may be the name and the password of a network."""
    scheme, colon, command = options.device.partition(":")
    words = command.split() if scheme == "exec" else []
    device = f"{scheme}{colon}{Path(words[0]).name}{' …' if len(words) > 1 else ''}" if words else options.device
    reset, flash = (LEFT_OUT if one else one for one in (options.reset, options.flash))
    return replace(options, device=device, reset=reset, flash=flash)


@dataclass
class _Anew(Judgement):
    campaign: Campaign
    given: dict[Mode, Record]

    def __post_init__(self) -> None:
        self.found = self.campaign.found

    @property
    def modes(self) -> tuple[Mode, ...]:
        return self.campaign.modes

    @property
    def probes(self) -> Sequence[str]:
        return self.campaign.probes

    def asks_for(self, purpose: Purpose) -> bool:
        return self.campaign.asks_for(purpose)

    @property
    def skipped(self) -> frozenset[Asked]:
        return self.campaign.skipped

    def case(self, asked: Asked) -> Case:
        if asked in self.skipped:
            self.require_claim(asked, self.campaign.board)
            raise Undecided(SKIPPED)
        return super().case(asked)

    def _record(self, mode: Mode) -> Record:
        if mode not in self.given:
            raise Undecided("not played: the run was cut short")
        return self.given[mode]
