# SPDX-License-Identifier: Apache-2.0
"""What each label of the table may say and the suite's meters never do: least, greatest, longest, oddest data.

Clean steps carry it, so that it costs no time: each holds one value of each label, and the values that show the
step itself stay the meter's own. Registers of energy go up and roll over on a meter of their own.
"""

from collections.abc import Iterable
from functools import cache

from xky.emulator import Linky
from xky.emulator.faults import Fault
from xky.emulator.faults.legal_value import LegalValue
from xky.emulator.faults.missing_group import MissingGroup
from xky.emulator.meter.settings import PREF_KVA
from xky.protocol import LABELS, Label, Mode
from xky.protocol.labels import Kind

from ...campaign.stimulus import Stimulus
from .meters import current_label, index_label, power_label, recontracted

__all__ = ["EVERY_OPTION", "registers_at", "said_apart", "said_oddly", "values_of"]

_PROGRAMS = "".join(map(chr, range(0x29, 0x40)))  # of the contacts, 02E §2.3; 0x28 is what every Linky says

_WORDS = {  # in the order in which they are said: first what no meter of the suite ever does
    "OPTARIF": ("BBR?", "BBR)", "BBR<", "EJP.", "BBR0"),  # 02E §2.3
    "PTEC": ("HCJW", "HCJR", "HPJW", "HPJR", "HCJB", "HPJB", "PM.."),  # 54E §6.1.1
    "DEMAIN": ("ROUG", "BLAN", "BLEU", "----"),
    "HHPHC": ("C", "D", "E", "Y"),  # of meters before Linky
    "MOTDETAT": ("400000",),
    "ISOUSC": ("05", "90", "15", "45", "60"),  # 1 to 18 kVA at 200 V
    "PREF": ("01", "36", "12", "15", "24", "03"),  # 54E: 1 to 36 kVA
    "PCOUP": ("36", "01", "12", "15", "24", "03"),
    "NTARF": ("10", "09", "08", "07", "06", "05"),  # of ten supplier indexes
    "NJOURF": ("10", "09"),
    "NJOURF+1": ("09", "10"),  # not what NJOURF says
    "RELAIS": ("255", "170", "001"),  # eight relays, one a bit
    "STGE": ("FFFFFFFF", "00000000", "0000000A", "12345678"),
    "PPOT": ("02", "07"),
    "VTIC": ("01",),
    "PRM": ("00000000000000", "99999999999999"),
}
_GREATEST = {"VA": "36000", "W": "36000", "A": "090", "V": "400"}
"""Of 36 kVA, 90 A, and of a phase without its neutral: STGE knows overvoltage (54E §6.2.3.14)."""
_REGISTERS = ("Wh", "VArh")
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


@cache
def values_of(label: Label) -> tuple[str, ...]:
    """What a label may say, in the order in which the suite says it; nothing of one that a step needs as it is."""
    if label.name in _WORDS:
        return _WORDS[label.name]
    if label.kind is Kind.TEXT:
        texts = tuple(_texts(label.size))
        return texts[::-1] if label.name == "MSG2" else texts  # never with what NGTF and LTARF say, of the same size
    if label.kind is Kind.CALENDAR:
        return (_full_profile(label.size),)
    if label.kind is Kind.NUMBER and label.unit in _GREATEST:
        return "0" * label.size, _GREATEST[label.unit].zfill(label.size)
    return ()


def _texts(size: int) -> Iterable[str]:
    """Every character that a text may have, as many as fit at once, a blank among others; none of them is padding."""
    room = size - 1
    for first in range(0, len(_PRINTABLE) - 1, room):
        characters = _PRINTABLE[1 + first : 1 + first + room]
        yield (characters[: size // 2] + " " + characters[size // 2 :]).ljust(size, "~")


def _full_profile(size: int) -> str:
    """Eleven blocks of a day, none of them free."""
    return " ".join(f"{2 * hour:02}00{0x4001 + hour:04X}" for hour in range((size + 1) // 9))


def _said_by(meter: Linky) -> set[str]:
    """The labels of a frame of now; an ultra-short message is still to come."""
    snapshot = meter.snapshot()
    labels = {group.label for group in meter.groups()}
    meter.restore(snapshot)
    return labels


def said_oddly(meter: Linky, number: int) -> tuple[Fault, ...]:
    """The value of that number of each label that has so many, but for what tells the step and whose meter it is."""
    said = _said_by(meter)
    own = {index_label(meter), power_label(meter), current_label(meter), "ADCO", "ADSC", "DATE"}
    return tuple(
        LegalValue(name, values_of(label)[number])
        for name, label in LABELS[meter.mode].items()
        if name in said - own and number < len(values_of(label))
    )


def said_apart(meter: Linky) -> tuple[Fault, ...]:
    """A number of its own for each label, little below the greatest: who takes a neighbour's, of another phase or
    register, tells one that is not its own. The meters say the same of many of them.
    """
    said = _said_by(meter) - {index_label(meter), power_label(meter), current_label(meter)} - _WORDS.keys()
    greatest = _GREATEST | dict.fromkeys(_REGISTERS, "9" * 9)
    return tuple(
        LegalValue(name, f"{int(greatest[label.unit]) - 1 - place:0{label.size}}")
        for place, (name, label) in enumerate(LABELS[meter.mode].items())
        if name in said and label.kind is Kind.NUMBER and label.unit in greatest
    )


def _every_option(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    """Frames of a group or two, each with another option or subscription but those that clean steps say."""
    if meter.mode is Mode.HISTORIC:
        options = (f"BBR{program}" for program in _PROGRAMS)
        said = [{"OPTARIF": option} for option in options if option not in _WORDS["OPTARIF"]]
    else:
        rated = [f"{kva:02}" for kva in PREF_KVA]
        said = [{"PREF": kva, "PCOUP": kva} for kva in rated if kva not in _WORDS["PREF"]]
    others = [MissingGroup(label) for label in sorted(_said_by(meter) - said[0].keys())]
    return tuple((*others, *(LegalValue(label, value) for label, value in frame.items())) for frame in said)


def registers_at(meter: Linky, digit: str) -> tuple[Fault, ...]:
    """All registers of energy but the one that runs, with that digit in each place."""
    said, own = _said_by(meter), index_label(meter)
    return tuple(
        LegalValue(name, digit * label.size)
        for name, label in LABELS[meter.mode].items()
        if name in said and label.unit in _REGISTERS and name != own
    )


EVERY_OPTION = Stimulus(
    "every option and subscription",
    recontracted,
    turns=_every_option,
    brief=True,
    disturbs=True,
    tail_on_same_meter=True,
)
