# SPDX-License-Identifier: Apache-2.0
"""Labels and data: all of them, unknown ones, odd ones."""

from xky.hil.campaign.condition import CLAIMS_EVERY_LABEL, claims_one_of
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level
from xky.hil.conformance import stimuli

LBL_1 = Requirement(
    "TIC-LBL-1",
    clause="54E §6.1, §6.2.2",
    text="Every label that the device claims is reported at least once.",
    level=Level.SHOULD,
    french="Chaque étiquette que l'appareil déclare est restituée au moins une fois.",
    why="Something that the data sheet promises, an index or a power, is never there for those who bought the device "
    "for it.",
    why_french="Ce que promet la notice, un index ou une puissance, n'est jamais là pour qui a acheté l'appareil "
    "dans ce but.",
    where=(),  # the whole run shows it
)


@purpose(LBL_1, "every-label", stimuli.PEAK, stimuli.LONGEST_FRAME, stimuli.OVERLOAD, stimuli.SHORT_FRAMES)
def test_every_claimed_label_is_reported(case: Case) -> None:
    case.every_label_is_reported()


LBL_2 = Requirement(
    "TIC-LBL-2",
    clause="54E §5.3.6",
    text="A group with an unknown label does not keep the others from arriving.",
    french="Un groupe à l'étiquette inconnue n'empêche pas les autres d'arriver.",
    why="The day a meter sends one label more than the developer knew, the device falls silent.",
    why_french="Le jour où un compteur émet une étiquette de plus que n'en connaissait le développeur, l'appareil se "
    "tait.",
)


@purpose(LBL_2, "neighbours", stimuli.UNKNOWN_LABEL)
def test_groups_beside_an_unknown_label_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


LBL_3 = Requirement(
    "TIC-LBL-3",
    clause="54E §3.1",
    text="A group with an unknown label and a right checksum is passed on.",
    level=Level.SHOULD,
    french="Un groupe à l'étiquette inconnue et au checksum juste est transmis.",
    why="New information of the meter stays out of reach until the device gets another firmware.",
    why_french="Les nouvelles informations du compteur restent hors de portée tant que l'appareil n'a pas reçu un "
    "autre logiciel.",
    where=(CLAIMS_EVERY_LABEL,),
)


@purpose(LBL_3, "unknown-label", stimuli.UNKNOWN_LABEL)
def test_an_unknown_label_is_passed_on(case: Case) -> None:
    case.unknown_label_is_passed_on()


_NINE = ("SMAXSN1-1", "SMAXSN2-1", "SMAXSN3-1")
LBL_4 = Requirement(
    "TIC-LBL-4",
    clause="54E §6.2.2",
    text="Labels of nine characters are reported.",
    level=Level.SHOULD,
    modes=stimuli.STANDARD,
    french="Les étiquettes de neuf caractères sont restituées.",
    why="In a three-phase home yesterday's maximum of each phase is missing, so an overloaded phase goes unseen.",
    why_french="Dans un logement en triphasé, le maximum de la veille de chaque phase manque : une phase surchargée "
    "passe inaperçue.",
    where=(claims_one_of(*_NINE),),
)


@purpose(LBL_4, "nine-characters", stimuli.THREE_PHASES)
def test_labels_of_nine_characters_are_reported(case: Case) -> None:
    case.labels_are_reported_once(*_NINE)


LBL_5 = Requirement(
    "TIC-LBL-5",
    clause="54E §6.2.3.3",
    text="DATE, whose data is empty, is reported.",
    level=Level.SHOULD,
    modes=stimuli.STANDARD,
    french="DATE, dont le champ de données est vide, est restituée.",
    why="Readings lose the meter's own time and carry that of the device or the server, which may be hours off.",
    why_french="Les relevés perdent l'heure du compteur et portent celle de l'appareil ou du serveur, parfois fausse "
    "de plusieurs heures.",
    where=(claims_one_of("DATE"),),
)


@purpose(LBL_5, "empty-date", stimuli.UNKNOWN_LABEL)
def test_date_is_reported(case: Case) -> None:
    case.labels_are_reported_once("DATE")


SIZ_1 = Requirement(
    "TIC-SIZ-1",
    clause="54E §6.2.1.2",
    text="A known label whose data has a wrong size is refused, though its checksum is right.",
    level=Level.SHOULD,
    french="Une étiquette connue dont les données n'ont pas la bonne taille est rejetée, même si son checksum "
    "est juste.",
    why="An index that lost or won digits is stored as if consumption had jumped.",
    why_french="Un index qui a perdu ou gagné des chiffres est enregistré comme si la consommation avait fait un bond.",
)


@purpose(SIZ_1, "wrong-size", stimuli.ODD_GROUPS)
def test_data_of_a_wrong_size_are_refused(case: Case) -> None:
    case.doubtful_values_are_refused("wrong_size", "empty_value", "overlong_value")


SIZ_2 = Requirement(
    "TIC-SIZ-2",
    clause="54E §5.3.6, §6.2.1.2",
    text="Groups that are empty, too long, repeated, out of order or without a field do not keep the others away.",
    french="Des groupes vides, trop longs, répétés, dans le désordre ou privés d'un champ n'empêchent pas les autres "
    "d'arriver.",
    why="One odd group of an unusual meter stops the device, and only pulling its plug brings it back.",
    why_french="Un seul groupe singulier d'un compteur peu courant bloque l'appareil, et il faut le débrancher pour "
    "le relancer.",
)


@purpose(SIZ_2, "neighbours", stimuli.ODD_GROUPS)
def test_groups_beside_odd_ones_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(SIZ_2, "recovers", stimuli.ODD_GROUPS)
def test_the_device_recovers_from_odd_groups(case: Case) -> None:
    case.the_device_recovers()


SIZ_3 = Requirement(
    "TIC-SIZ-3",
    clause="54E §6.2.1.2",
    text="Letters in a number and control characters in a text are refused, though the checksum is right.",
    level=Level.SHOULD,
    may_fail_with=frozenset({"ignores-checksum"}),
    french="Des lettres dans un nombre et des caractères de commande dans un texte sont rejetés, même si le checksum "
    "est juste.",
    why="A value that is no number reaches programs that calculate with it, and they stop or count it as zero.",
    why_french="Une valeur qui n'est pas un nombre parvient à des programmes qui calculent avec : ils s'arrêtent ou "
    "la comptent pour zéro.",
)


@purpose(SIZ_3, "letters", stimuli.ODD_GROUPS)
def test_letters_in_a_number_are_refused(case: Case) -> None:
    case.doubtful_values_are_refused("letter_in_number")


@purpose(SIZ_3, "control-character", stimuli.ODD_GROUPS)
def test_a_control_character_in_a_text_is_refused(case: Case) -> None:
    case.doubtful_values_are_refused("control_character")


DAT_1 = Requirement(
    "TIC-DAT-1",
    clause="54E §6.2.1.1",
    text="While the meter's clock is degraded (lower-case season), every group is reported as before.",
    modes=stimuli.STANDARD,
    french="Pendant que l'horloge du compteur est dégradée (saison en minuscule), tous les groupes sont restitués "
    "comme avant.",
    why="After a long power cut in the street, readings stay away until the meter's clock has been set again.",
    why_french="Après une longue coupure dans la rue, plus aucun relevé n'arrive tant que l'horloge du compteur "
    "n'est pas remise à l'heure.",
)


@purpose(DAT_1, "degraded-clock", stimuli.DEGRADED_CLOCK)
def test_groups_of_a_degraded_clock_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


DAT_2 = Requirement(
    "TIC-DAT-2",
    clause="54E §6.2.1.1",
    text="Horodates with a blank season (DPMn, FPMn) do not keep the other groups from arriving.",
    modes=stimuli.STANDARD,
    french="Les horodates sans saison (DPMn, FPMn) n'empêchent pas les autres groupes d'arriver.",
    why="With a mobile-peak tariff readings fail on the very days that are expensive.",
    why_french="Avec un tarif à pointe mobile, les relevés manquent justement les jours chers.",
)


@purpose(DAT_2, "blank-season", stimuli.PEAK, formerly="blank season")
def test_groups_beside_a_blank_season_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


CND_1 = Requirement(
    "TIC-CND-1",
    clause="54E §3.1",
    text="A conditional label that has left the frames is not reported as current.",
    french="Une étiquette conditionnelle qui a quitté les trames n'est plus restituée comme actuelle.",
    why="An alarm or a peak stays on the display after it is over, and appliances that obey it stay off.",
    why_french="Une alerte ou une pointe reste affichée une fois terminée, et les appareils qui lui obéissent "
    "restent coupés.",
)


@purpose(CND_1, "overload", stimuli.OVERLOAD)
def test_adps_is_gone_after_an_overload(case: Case) -> None:
    case.labels_that_left_are_gone()


@purpose(CND_1, "mobile-peak", stimuli.PEAK, formerly="blank season")
def test_dpm_and_ppointe_are_gone_after_a_mobile_peak(case: Case) -> None:
    case.labels_that_left_are_gone()


@purpose(CND_1, "meter-exchange", stimuli.LONGEST_FRAME, stimuli.CHANGE)
def test_labels_of_an_exchanged_meter_are_gone(case: Case) -> None:
    case.labels_that_left_are_gone()


CND_2 = Requirement(
    "TIC-CND-2",
    clause="54E §6.1.2, 02E §2.5",
    text="ADIRn, which short frames hold during an overload, is not reported as current after it has left them.",
    modes=stimuli.HISTORIC,
    french="ADIRn, que portent les trames courtes pendant un dépassement, n'est plus restituée comme actuelle une "
    "fois disparue.",
    why="The device reports an overload that is long over, and load shedding keeps the heating off.",
    why_french="L'appareil signale un dépassement terminé depuis longtemps, et le délestage laisse le chauffage coupé.",
)


@purpose(CND_2, "short-frames", stimuli.SHORT_FRAMES)
def test_adir_is_gone_after_an_overload(case: Case) -> None:
    case.labels_that_left_are_gone("ADIR1", "ADIR2", "ADIR3")


CND_3 = Requirement(
    "TIC-CND-3",
    clause="54E §6.1.1",
    text="While ADPS is sent, in the middle of the frame, the other groups are reported as before.",
    modes=stimuli.HISTORIC,
    french="Pendant que ADPS est émise, au milieu de la trame, les autres groupes sont restitués comme avant.",
    why="Just when too much current is drawn, power and indexes stop arriving.",
    why_french="Au moment même où l'on consomme trop, la puissance et les index n'arrivent plus.",
)


@purpose(CND_3, "overload", stimuli.OVERLOAD)
def test_groups_beside_adps_are_reported(case: Case) -> None:
    case.good_groups_are_reported()
