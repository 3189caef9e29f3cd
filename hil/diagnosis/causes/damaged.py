# SPDX-License-Identifier: Apache-2.0
"""Why some of a line is damaged: what all damaged characters have in common tells, if there are enough of them."""

from collections import Counter

from xky.protocol import Mode, Reason
from xky.protocol.checksum import checksum
from xky.protocol.decoder import read_group
from xky.protocol.mode import DATA_BITS
from xky.protocol.model import Cut

from ...terminal import counted
from ..damage import Damage
from ..examined import Examined
from ..finding import NOT_KNOWN, Finding, Where
from ..one_sided import EARLY_BITS, EARLY_SHARE, beside_edges, fits_stretched
from .unreadable import SLOW_OPTO_NEXT, TRY_A_STAGE, slow_opto_sentence

__all__ = [
    "cut_frames",
    "damaged",
    "extra_characters",
    "lost_characters",
    "moving_edges",
    "one_group",
    "other_checksum_rule",
    "slow_opto",
    "turned_bits",
]

PARITY_BIT = 1 << DATA_BITS
_FEW = 10  # damaged characters or stretches, from which what they have in common is no chance: 1 to 4 each
_KINDS = 4  # of damaged characters: the same one again and again says nothing of bits
_MANY = 40  # from which what they do not have in common is none
_NEARLY_ALL = 0.97
_LONGEST_GROUP = 120  # characters; half of one is what a listener begins with (PJOURF+1, 54E §6.2.2)
_FAR = 1 / 6  # of characters damaged by chance, of whose bits a quarter has no edge beside it
_STRAY = 0.02  # one damaged group in 64 has a right checksum, and then damages what is held against it
_LAST = ("PJOURF+1", "PPOINTE", "MOTDETAT", "PPOT")  # groups: behind them an ETX alone can be lost
_ONE_GROUP = 8
_FEWER_THAN_A_GROUP = 7  # characters: the shortest group that lost its LF has one more


def other_checksum_rule(line: Examined) -> Finding | None:
    """Checksums are wrong, and right by the rule of the other mode."""
    refused = [one for one in line.reading.refused if len(one.raw) > 3]
    mode = line.mode or (Mode.STANDARD if any(b"\t" in one.raw for one in refused) else Mode.HISTORIC)
    other = [one for one in refused if _is_right_by_other_rule(one.raw, mode)]
    if len(refused) < _FEW or len(other) < _NEARLY_ALL * len(refused):
        return None
    return Finding(
        "other_checksum_rule", Where.METER,
        f"{len(other)} of {counted(len(refused), 'refused group')} have the checksum of the other mode's rule: a "
        "converter or a simulator computes it wrong",
        ("historic mode leaves the last separator out of the sum, standard mode counts it (54E table 2)",),
    )  # fmt: skip


def _is_right_by_other_rule(body: bytes, mode: Mode) -> bool:
    zone, other_zone = (body[:-2], body[:-1]) if mode is Mode.HISTORIC else (body[:-1], body[:-2])
    mended = body[:-1] + bytes((checksum(zone),))
    return checksum(other_zone) == body[-1] and len(read_group(mended, mode)) == 3


def one_group(line: Examined) -> Finding | None:
    """The same group is damaged again and again, and no other."""
    hit = Counter(one.label for one in line.reading.refused)
    hit.update(one.label for one in line.damage.turned if one.turned == PARITY_BIT)
    if line.mode is None or len(hit) != 1 or hit.total() < _ONE_GROUP:
        return None
    [label] = hit
    if label is None:
        return None
    return Finding(
        "one_group", Where.NOT_KNOWN,
        f"of all groups {label} alone is damaged, {counted(hit[label], 'time')}: chance does not choose, whoever "
        "makes or reads this group does",
        (f"look at what it says: xky decode {line.heard.name} --json",),
    )  # fmt: skip


def cut_frames(line: Examined) -> Finding | None:
    """Frames break off inside a group, and the next one begins; groups are whole besides."""
    cut, refused = line.reading.cut[Cut.STX], line.reading.refused
    if cut < _ONE_GROUP or len(refused) != cut or line.damage.turned:
        return None
    if line.reading.noise > cut:  # what breaks off ends with a character, not with many that are no TIC
        return None
    if any(one.reason is not Reason.STRUCTURE for one in refused) or all(one.label in _LAST for one in refused):
        return None
    return Finding(
        "cut_frames", Where.METER,
        f"{counted(cut, 'frame')} break off inside a group, and nothing else is wrong",
        ("see whether the meter, or what plays it, loses its power there",),
    )  # fmt: skip


def extra_characters(line: Examined) -> Finding | None:
    """Characters that nobody sent stand between sound groups."""
    damage = line.damage
    if not damage.more or damage.more != damage.stretches or damage.turned or line.reading.refused:
        return None
    if damage.more < _ONE_GROUP and line.reading.noise > _FEWER_THAN_A_GROUP:
        return None
    return Finding(
        "extra_characters", Where.NOT_KNOWN,
        f"{counted(line.reading.noise, 'character')} of no TIC at {counted(damage.more, 'place')} between groups that "
        "are all good: noise while the line rests, or what an older meter sends for each Wh",
        ("give the receiver's output a pull-up, so that it does not float while nothing is sent",
         "see whether a second sender hangs on the port"),
    )  # fmt: skip


def lost_characters(line: Examined) -> Finding | None:
    """Characters are missing, and none that is there is wrong."""
    damage = line.damage
    lost = len(damage.lost)
    if damage.stretches < _FEW or lost < _NEARLY_ALL * damage.stretches or damage.turned or damage.cut:
        return None
    total = counted(sum(damage.lost), "character")
    return Finding(
        "overrun", Where.SOFTWARE,
        f"{total} missing at {counted(lost, 'place')}, and none that came is wrong: the reader fetches them too late",
        ("read the port in a thread or a task that waits for nothing else; make its buffer larger",
         "look for what keeps interrupts off: Wi-Fi, flash writes, software serial ports (use a hardware UART)"),
    )  # fmt: skip


def slow_opto(line: Examined) -> Finding | None:
    """Bits change one way only, each beside an edge."""
    turned = line.damage.turned
    if len(turned) < _FEW or not _is_by_bits(line.damage) or len({(one.sent, one.turned) for one in turned}) < _KINDS:
        return None
    for level in (0, 1):
        fits = sum(fits_stretched(one.sent, one.turned, level) for one in turned)
        others = sum(fits_stretched(one.sent, one.turned, 1 - level) for one in turned)
        if fits >= _NEARLY_ALL * len(turned) and others < len(turned) / 2:
            seen = f"{counted(len(turned), 'damaged character')}, and each of them so"
            return Finding("slow_opto", Where.WIRING, slow_opto_sentence(level, seen), SLOW_OPTO_NEXT[level])
    return None


def moving_edges(line: Examined) -> Finding | None:
    """Bits change both ways, each beside an edge."""
    damage = line.damage
    if len(damage.turned) < _MANY or not (_is_by_bits(damage) and _is_both_ways(damage) and _is_known_well(line)):
        return None
    if _away(damage) > _STRAY * len(damage.turned):
        return None
    return Finding(
        "moving_edges", Where.WIRING,
        f"{counted(len(damage.turned), 'damaged character')}, each by a bit beside an edge, both ways: edges come "
        "early and late (noise on a slow edge, a threshold at its foot)",
        ("look at the edges of the receiver's output with a scope", TRY_A_STAGE),
    )  # fmt: skip


def turned_bits(line: Examined) -> Finding | None:
    """Bits change both ways, anywhere."""
    damage = line.damage
    if len(damage.turned) < _MANY or not (_is_by_bits(damage) and _is_both_ways(damage) and _is_known_well(line)):
        return None
    if _away(damage) < _FAR * len(damage.turned):
        return None
    return Finding(
        "turned_bits", Where.WIRING,
        f"{counted(len(damage.turned), 'damaged character')}, by bits anywhere in them, both ways: noise on the line",
        ("keep the pair away from mains and switching supplies; twist it, ground its screen at one end",
         "see that no more than five receivers hang on the line (54E §5.3.4)"),
    )  # fmt: skip


def damaged(line: Examined) -> Finding | None:
    """Something is damaged, and why is not known."""
    damage = line.damage
    refused = len(line.reading.refused)
    noisy = line.reading.noise > _LONGEST_GROUP
    if line.mode is None or not (refused or damage.stretches or damage.turned or noisy or not line.reading.whole):
        return None
    if not (refused or damage.stretches or damage.turned or noisy):
        return Finding(
            NOT_KNOWN, Where.NOT_KNOWN, "all groups are good, and no frame is whole, from STX to ETX",
            ("listen longer: --minutes 10", f"look at the frames: xky decode {line.heard.name} --json"),
        )  # fmt: skip
    why = (
        "too little to tell by what"
        if damage.stretches + len(damage.turned) < _FEW
        else "by more than one thing, or by what looks like several"
    )
    return Finding(
        NOT_KNOWN, Where.NOT_KNOWN,
        f"some of it is damaged, {why}: {counted(refused, 'group')} refused, "
        f"{counted(len(damage.turned), 'character')} with wrong bits, {counted(len(damage.lost), 'place')} with some "
        f"missing, {counted(damage.more, 'place')} with some more, {line.reading.noise} outside of groups",
        ("listen longer: --minutes 10", f"look at each: xky decode {line.heard.name} --json"),
    )  # fmt: skip


def _is_known_well(line: Examined) -> bool:
    """Whether most of the line is good, so that what the rest should say is known."""
    damage = line.damage
    return len(line.reading.refused) < 2 * len(line.reading.groups) and damage.unknown < damage.stretches / 2


def _is_by_bits(damage: Damage) -> bool:
    """Whether bits were turned over, the first of a character, too, which a wrong rate spares."""
    early = sum(one.turned & EARLY_BITS != 0 for one in damage.turned)
    alone = len(damage.lost) + damage.more <= 0.03 * damage.stretches
    return alone and early >= EARLY_SHARE * len(damage.turned)


def _away(damage: Damage) -> int:
    """Damaged characters with a bit that no edge stands beside."""
    return sum(one.turned & ~beside_edges(one.sent) != 0 for one in damage.turned)


def _is_both_ways(damage: Damage) -> bool:
    least = min(damage.to_0, damage.to_1)
    return least >= 0.2 * (damage.to_0 + damage.to_1)
