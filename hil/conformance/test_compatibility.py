# SPDX-License-Identifier: Apache-2.0
"""Compatibility: the meters that exist, where they do otherwise than the specification."""

from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level
from xky.hil.conformance import stimuli

FLD_1 = Requirement(
    "TIC-FLD-1",
    clause="xKy: meters in the field; 54E §6.1.1",
    text="Frames of older meters are read: PAPP to 1 VA, IMAX as it was, no HHPHC.",
    french="Les trames des compteurs plus anciens sont lues : PAPP à 1 VA près, IMAX réel, sans HHPHC.",
    why="The device works at the desk, and says nothing in a house with an older meter.",
    why_french="L'appareil marche au banc, et se tait dans une maison dont le compteur est plus ancien.",
    level=Level.SHOULD,
    modes=stimuli.HISTORIC,
    compatibility=True,
)


@purpose(FLD_1, "older-meter", stimuli.OLDER_METER)
def test_frames_of_an_older_meter_are_read(case: Case) -> None:
    case.good_groups_are_reported()


FLD_2 = Requirement(
    "TIC-FLD-2",
    clause="xKy: meters in the field; 54E §6.2.2, §6.2.3",
    text="Frames of meters of today are read: texts of the supplier's own, maxima to 10 VA, a season that never "
    "changes, no curve of what is injected.",
    french="Les trames des compteurs d'aujourd'hui sont lues : textes propres au fournisseur, maxima à 10 VA près, "
    "saison figée, pas de courbe d'injection.",
    why="The device works with one supplier, and goes deaf when its owner signs with another or puts panels on "
    "the roof.",
    why_french="L'appareil marche chez un fournisseur, et devient sourd quand son propriétaire en change ou pose des "
    "panneaux solaires.",
    level=Level.SHOULD,
    modes=stimuli.STANDARD,
    compatibility=True,
)


@purpose(FLD_2, "newer-meter", stimuli.NEWER_METER)
def test_frames_of_a_newer_meter_are_read(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(FLD_2, "producer-without-curve", stimuli.PRODUCER_WITHOUT_CURVE)
def test_frames_of_a_producer_without_a_curve_are_read(case: Case) -> None:
    case.good_groups_are_reported()


FLD_3 = Requirement(
    "TIC-FLD-3",
    clause="xKy: meters in the field; hekmon/linkytic#41",
    text="Of a meter of the pilot, which says SINST1 and SMAXN for SINSTS and SMAXSN, the other labels are read.",
    french="D'un compteur de l'expérimentation, qui dit SINST1 et SMAXN pour SINSTS et SMAXSN, les autres étiquettes "
    "sont lues.",
    why="The homes of the pilot get nothing at all, though their indexes are sent like everybody's.",
    why_french="Les foyers de l'expérimentation n'ont rien du tout, alors que leurs index sont émis comme partout.",
    level=Level.SHOULD,
    modes=stimuli.STANDARD,
    compatibility=True,
)


@purpose(FLD_3, "pilot-meter", stimuli.PILOT_METER)
def test_the_other_labels_of_a_pilot_meter_are_read(case: Case) -> None:
    case.good_groups_are_reported()
