# SPDX-License-Identifier: Apache-2.0
"""Checksums: what is wrong is refused, what is right is not, and neither touches its neighbours."""

from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.conformance import stimuli

CHK_1 = Requirement(
    "TIC-CHK-1",
    clause="54E §5.3.6, §6.2.1.2; 02E §1.5.2",
    text="A damaged group is not reported, whether its checksum tells or a character that has no place in it.",
    french="Un groupe altéré n'est pas restitué, que son checksum le révèle ou qu'un caractère n'y ait pas sa place.",
    why="An index that was never on the line enters the daily sums, and nobody can tell it from a real one afterwards.",
    why_french="Un index qui n'a jamais circulé entre dans les totaux journaliers, et plus rien ne le distingue "
    "ensuite d'un vrai.",
)


@purpose(CHK_1, "wrong-checksum", stimuli.WRONG_CHECKSUM)
def test_a_group_with_a_wrong_checksum_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported()


@purpose(CHK_1, "altered-digit", stimuli.DAMAGED_GROUPS)
def test_a_group_with_an_altered_digit_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported("altered_digit")


@purpose(CHK_1, "altered-label", stimuli.DAMAGED_GROUPS)
def test_a_group_with_an_altered_label_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported("altered_label")


@purpose(CHK_1, "lost-character", stimuli.DAMAGED_GROUPS)
def test_a_group_that_lost_a_character_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported("lost_character")


@purpose(CHK_1, "doubled-character", stimuli.DAMAGED_GROUPS)
def test_a_group_with_a_doubled_character_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported("doubled_character")


@purpose(CHK_1, "inserted-character", stimuli.DAMAGED_GROUPS)
def test_a_group_with_a_character_too_many_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported("inserted_character")


@purpose(CHK_1, "bit-burst", stimuli.DAMAGED_GROUPS)
def test_a_group_that_a_burst_hit_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported("bit_burst")


@purpose(CHK_1, "wrong-separator", stimuli.DAMAGED_GROUPS)
def test_a_group_with_the_separator_of_the_other_mode_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported("wrong_separator")


@purpose(CHK_1, "wrong-separator-alone", stimuli.SUMMER_MORNING, formerly="one damaged group")
def test_the_separator_of_the_other_mode_is_refused_in_a_frame_that_is_right_besides(case: Case) -> None:
    case.nothing_damaged_is_reported("wrong_separator")


@purpose(CHK_1, "checksum-high-bit", stimuli.SUMMER_AFTERNOON, formerly="one damaged group")
def test_all_bits_of_the_checksum_are_looked_at(case: Case) -> None:
    case.nothing_damaged_is_reported("checksum_high_bit")


@purpose(CHK_1, "degraded-clock", stimuli.DEGRADED_CLOCK, formerly="damaged groups while the clock is degraded")
def test_damaged_groups_are_not_reported_while_the_clock_is_degraded(case: Case) -> None:
    case.nothing_damaged_is_reported()


@purpose(CHK_1, "noisy-line", stimuli.NOISY_LINE)
def test_what_a_noisy_line_made_of_groups_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported()


CHK_2 = Requirement(
    "TIC-CHK-2",
    clause="54E §5.3.6",
    text="The good groups of a frame are reported though one of them is refused.",
    french="Les groupes intacts d'une trame sont restitués même si l'un de ses groupes est rejeté.",
    why="On a line with an error now and then, readings go missing for minutes though nearly everything arrived well.",
    why_french="Sur une ligne qui a de temps à autre une erreur, des relevés manquent pendant des minutes alors que "
    "presque tout était bien arrivé.",
)


@purpose(CHK_2, "wrong-checksum", stimuli.WRONG_CHECKSUM)
def test_groups_beside_a_wrong_checksum_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(CHK_2, "damaged-groups", stimuli.DAMAGED_GROUPS)
def test_groups_between_many_damaged_ones_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(CHK_2, "recovers", stimuli.WRONG_CHECKSUM)
def test_the_device_recovers_from_wrong_checksums(case: Case) -> None:
    case.the_device_recovers()


CHK_3 = Requirement(
    "TIC-CHK-3",
    clause="54E §5.3.6",
    text="A group whose checksum character is a space is reported like any other.",
    french="Un groupe dont le caractère de contrôle est une espace est restitué comme les autres.",
    why="A label vanishes for as long as its value keeps that checksum: peak hours or an index are missing for "
    "hours, at times for good.",
    why_french="Une étiquette disparaît tant que sa valeur garde ce checksum : les heures pleines ou un "
    "index manquent des heures durant, parfois pour toujours.",
)


@purpose(CHK_3, "space-checksum", stimuli.SPACE_CHECKSUM)
def test_a_space_as_checksum_is_accepted(case: Case) -> None:
    case.groups_with_a_space_as_checksum_are_reported()


CHK_4 = Requirement(
    "TIC-CHK-4",
    clause="54E table 2, 02E §1.5.2",
    text="A group whose checksum follows the rule of the other mode is not reported.",
    french="Un groupe dont le checksum suit la règle de l'autre mode n'est pas restitué.",
    why="Twice as many damaged groups pass for good ones, so false values turn up in the curves on a noisy line.",
    why_french="Deux fois plus de groupes altérés passent pour bons : sur une ligne bruitée, de fausses valeurs "
    "apparaissent dans les courbes.",
)


@purpose(CHK_4, "other-rule", stimuli.DAMAGED_GROUPS)
def test_a_checksum_by_the_rule_of_the_other_mode_is_refused(case: Case) -> None:
    case.nothing_damaged_is_reported("other_checksum_rule")


@purpose(CHK_4, "other-rule-alone", stimuli.SUMMER_NIGHT, formerly="one damaged group")
def test_the_rule_of_the_other_mode_is_refused_in_a_frame_that_is_right_besides(case: Case) -> None:
    case.nothing_damaged_is_reported("other_checksum_rule")


CHK_5 = Requirement(
    "TIC-CHK-5",
    clause="54E §5.3.6",
    text="A wrong value that no checksum can tell does not keep the true ones behind it from being reported.",
    french="Une valeur fausse qu'aucun checksum ne peut révéler n'empêche pas de restituer les vraies qui suivent.",
    why="After one index that was misread too high, the meter seems to stand still for weeks or years.",
    why_french="Après un seul index lu trop haut, le compteur semble arrêté pendant des semaines ou des années.",
)


@purpose(CHK_5, "same-checksum", stimuli.SAME_CHECKSUM)
def test_a_wrong_index_with_a_right_checksum_is_forgotten(case: Case) -> None:
    case.what_was_misread_is_read_again()


CHR_1 = Requirement(
    "TIC-CHR-1",
    clause="54E §6.2.1.2",
    text="A group with a control character in its data is not reported.",
    french="Un groupe dont les données contiennent un caractère de commande n'est pas restitué.",
    why="Control characters reach databases and displays, which then refuse the message or show nonsense.",
    why_french="Des caractères de commande parviennent aux bases de données et aux afficheurs, qui refusent alors le "
    "message ou affichent n'importe quoi.",
)


@purpose(CHR_1, "control-character", stimuli.SUMMER_EVENING, formerly="damaged groups")
def test_a_group_with_a_control_character_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported("control_character")


CHR_2 = Requirement(
    "TIC-CHR-2",
    clause="54E §5.3.5, 02E §1.5.1; hekmon/linkytic#11",
    text="A character with a wrong parity or stop bit takes at most its group and the one behind with it.",
    french="Un caractère dont la parité ou le bit d'arrêt est faux n'emporte au plus que son groupe et le suivant.",
    why="One disturbed character, such as a motor that starts, costs a whole reading, or silences the device for good.",
    why_french="Un seul caractère perturbé, par exemple au démarrage d'un moteur, coûte un relevé entier, voire rend "
    "l'appareil muet pour de bon.",
)


@purpose(CHR_2, "neighbours", stimuli.SPOILT_CHARACTERS)
def test_groups_beside_spoilt_characters_are_reported(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(CHR_2, "recovers", stimuli.SPOILT_CHARACTERS)
def test_the_device_recovers_from_spoilt_characters(case: Case) -> None:
    case.the_device_recovers()
