# SPDX-License-Identifier: Apache-2.0
"""The whole run: what a device says is true, fresh, and complete."""

from xky.hil.campaign.oracle import AccusationKind, Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.conformance import stimuli

CMP_1 = Requirement(
    "TIC-CMP-1",
    clause="xKy: completeness",
    text="The device reports, to the end of the run, and reports again what has changed, in time.",
    french="L'appareil restitue jusqu'à la fin de l'essai, et restitue de nouveau, à temps, ce qui a changé.",
    why="The display stands still while consumption goes on, and nobody sees that it does.",
    why_french="L'affichage se fige alors que la consommation continue, et rien ne le montre.",
    where=(),  # the whole run shows it
)


@purpose(CMP_1, "speaks", stimuli.CHANGE, names_causes=True)
def test_the_device_speaks(case: Case) -> None:
    case.the_device_speaks()


@purpose(CMP_1, "changes", stimuli.CHANGE)
def test_changes_arrive(case: Case) -> None:
    case.changes_arrive()


SND_1 = Requirement(
    "TIC-SND-1",
    clause="xKy: soundness",
    text="Every value reported was sent under that label.",
    french="Toute valeur restituée a été émise sous cette étiquette.",
    why="Figures are shown that the meter never said, so bills, alarms and controls rest on invention.",
    why_french="On affiche des chiffres que le compteur n'a jamais dits : factures, alertes et commandes reposent "
    "sur de l'invention.",
    where=(),  # the whole run shows it
)


@purpose(SND_1, "sent", stimuli.CHANGE, names_causes=True)
def test_every_value_was_sent_under_its_label(case: Case) -> None:
    case.no_value_is(AccusationKind.UNSENT)


FRS_1 = Requirement(
    "TIC-FRS-1",
    clause="54E §6.2.1.5; xKy: freshness",
    text="Every value reported is fresh: two frame periods and two seconds old at most, or as the board states.",
    french="Toute valeur restituée est récente : deux périodes de trame et deux secondes au plus, ou ce que déclare "
    "la carte.",
    why="An old power is taken for the present one, so solar surplus and load shedding are controlled by the past.",
    why_french="Une puissance ancienne passe pour actuelle : le surplus solaire et le délestage sont commandés par "
    "le passé.",
    where=(),  # the whole run shows it
)


@purpose(FRS_1, "fresh", stimuli.DAMAGED_GROUPS, stimuli.WRONG_CHECKSUM)
def test_every_value_is_fresh(case: Case) -> None:
    case.no_value_is(AccusationKind.STALE)


@purpose(FRS_1, "missing-group", stimuli.DAMAGED_GROUPS, stimuli.WRONG_CHECKSUM)
def test_a_group_that_is_missing_is_not_made_up(case: Case) -> None:
    case.a_missing_group_is_not_made_up()
