# SPDX-License-Identifier: Apache-2.0
"""The port: its rate, the size and parity of its characters."""

from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level
from xky.hil.conformance import stimuli

PRT_1 = Requirement(
    "TIC-PRT-1",
    clause="54E §5.3.5, 02E §1.5.1",
    text="The device opens its port at the rate, size and parity of the TIC mode.",
    # A wrong rate is no more than a should by itself: the device then hears what a UART makes of it, and fails musts.
    # Eight bits without parity, masked, let the checksum decide: a sound way to read.
    level=Level.SHOULD,
    french="L'appareil ouvre son port au débit, à la taille et à la parité du mode TIC.",
    why="The device reads by luck, or not at all, and loses the one means to notice a damaged character.",
    why_french="L'appareil lit par chance ou pas du tout, et se prive du moyen de remarquer un caractère altéré.",
    where=(),  # the whole run shows it
)


@purpose(PRT_1, "rate", stimuli.CHANGE)
def test_the_port_has_the_rate_of_the_mode(case: Case) -> None:
    case.the_port_has_the_rate()


@purpose(PRT_1, "format", stimuli.CHANGE)
def test_the_port_has_the_format_of_the_mode(case: Case) -> None:
    case.the_port_has_the_format()
