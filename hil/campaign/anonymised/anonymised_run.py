# SPDX-License-Identifier: Apache-2.0
"""A campaign that has been judged, without what is personal: its records are made anew, and judged once more.

What the report, its page and its evidence say is then of those records alone. Where a verdict would be another one,
nothing is written: a report must not say what the run did not show.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xky.protocol import BenchError, InputError, Mode
from xky.protocol.pseudonym import Pseudonyms

from ..campaign import Campaign, Options
from ..carried import labels_with_max
from ..judgement import Asked, Judgement
from ..oracle import Case
from ..quick import SKIPPED
from ..record import Record
from ..requirement import Purpose
from ..suite import run_suite
from ..verdict import NotApplicable, Undecided
from .anonymised_board import LEFT_OUT
from .anonymised_record import anonymised_records
from .personal_values import is_personal

__all__ = ["anonymise", "anonymise_against", "refuse_what_names_its_meter", "without_command"]

_HOST = re.compile(r' hostname="[^"]*"')  # of the machine, as pytest writes it
_HOW = "certify without --anonymise, on a meter that is nobody's"


def refuse_what_names_its_meter(campaign: Campaign, *, resume: bool) -> None:
    """Complain before the run of what cannot be made anonymous.

    Raises:
        InputError: a stimulus file is played, which tells its meter, or a run is to go on, whose evidence does; or the
            statement bounds an index, whose pseudonym may be on the other side.
    """
    if resume:
        raise InputError("--anonymise: what a run before left is as it was recorded; leave --anonymise or --resume out")
    if "stimulus.stim.toml" in campaign.files:
        raise InputError("--anonymise: a stimulus tells its meter, and is evidence; leave --anonymise or --replay out")
    if bounded := [label for label in labels_with_max(campaign.board, campaign.claims) if is_personal(label)]:
        raise InputError(
            f"--anonymise: the statement has max for {', '.join(bounded)}, and what stands for an index is another "
            "number; leave --anonymise or max out"
        )


def anonymise(campaign: Campaign, pseudonyms: Pseudonyms, junit: Path) -> None:
    """Take what is personal out of a campaign; its records and conclusions are then others, its verdicts are not.

    Args:
        campaign: that has been judged.
        pseudonyms: by the key of captures.
        junit: where to write ``junit.xml`` anew.

    Raises:
        BenchError: a verdict would be another one.
    """
    records, board = anonymised_records(campaign.records, campaign.board, pseudonyms)
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
    campaign.board = board
    campaign.contested = dict.fromkeys(campaign.contested, LEFT_OUT)
    campaign.options = _without_texts(_without_commands(campaign.options), campaign)
    campaign.anonymised = True


def anonymise_against(summary: dict[str, Any]) -> dict[str, Any]:
    """What a report says of the earlier one that it is laid beside, without where that stood and its command."""
    return summary | {"report": LEFT_OUT, "device": without_command(summary["device"])}


def without_command(device: str) -> str:
    """A device's name; of a command the program alone: what stands behind it may be somebody's name and password."""
    scheme, colon, command = device.partition(":")
    if scheme == "iss":
        return f"{scheme}{colon}{Path(command).name}"
    words = command.split() if scheme == "exec" else []
    return f"{scheme}{colon}{Path(words[0]).name}{' …' if len(words) > 1 else ''}" if words else device


def _without_commands(options: Options) -> Options:
    reset, flash = (LEFT_OUT if one else one for one in (options.reset, options.flash))
    return replace(options, device=without_command(options.device), reset=reset, flash=flash)


def _without_texts(options: Options, campaign: Campaign) -> Options:
    """What was said to verdicts is left out, and of files that were given where they stood and how they were named."""
    contested = tuple(f"{id_}={said}" for id_, said in campaign.contested.items())
    named = {name.removesuffix(".toml"): name for name in campaign.files}
    statement = options.statement if options.statement is None else Path("statement.toml")
    bench = options.bench if options.bench is None else Path("bench.toml")
    board, meter = named.get("board", options.board), named.get("meter", options.meter)
    return replace(options, contested=contested, statement=statement, bench=bench, board=board, meter=meter)


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
        is_unplayed = asked in self.campaign.unplayed or asked.mode not in self.given
        if is_unplayed and (why := self.campaign.why_not_concerned(asked)):
            raise NotApplicable(why)
        if asked in self.skipped:
            raise Undecided(SKIPPED)
        return super().case(asked)

    def _record(self, mode: Mode) -> Record:
        if mode not in self.given:
            raise Undecided("not played: the run was cut short")
        return self.given[mode]
