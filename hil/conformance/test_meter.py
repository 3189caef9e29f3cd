# SPDX-License-Identifier: Apache-2.0
"""What the meter itself does: tariffs, colours, days, clock changes, peaks, limits, another mode, another meter."""

from xky.hil.campaign.condition import FINDS_THE_MODE, SAYS_WHAT_IS_ASKED, claims_one_of
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.conformance import stimuli

_PERIOD = ("PTEC", "LTARF", "NTARF")
TAR_1 = Requirement(
    "TIC-TAR-1",
    clause="54E §6.1.1, §6.2.3.20",
    text="When the tariff changes, the new period, its name and its number are reported.",
    french="Au changement de tarif, la nouvelle période, son nom et son numéro sont restitués.",
    why="The water heater starts at the wrong price, and costs are counted under the wrong tariff.",
    why_french="Le chauffe-eau démarre au mauvais prix, et les coûts sont comptés sous le mauvais tarif.",
    where=(claims_one_of(*_PERIOD),),
)


@purpose(
    TAR_1, "off-peak", stimuli.SUMMER_NIGHT, stimuli.SUMMER_MORNING, stimuli.TARIFF, stimuli.BEFORE_TARIFF,
    formerly="tariff change",
)  # fmt: skip
def test_a_change_of_tariff_is_reported(case: Case) -> None:
    """In historic mode it has a step of its own: the checksum of PTEC HP.., in the morning, is a space."""
    case.label_is_reported_in_each_step(*_PERIOD)


_COLOUR = ("DEMAIN", "STGE")
TAR_2 = Requirement(
    "TIC-TAR-2",
    clause="54E §6.1.1, §6.2.3.14",
    text="When tomorrow's colour is told (DEMAIN, STGE), it is reported; until then, that it is not known yet.",
    french="Quand la couleur du lendemain est annoncée (DEMAIN, STGE), elle est restituée ; jusque-là, le fait qu'elle "
    "n'est pas encore connue.",
    why="Nobody learns that tomorrow is a red day, the most expensive of the year.",
    why_french="Personne n'apprend que demain est un jour rouge, le plus cher de l'année.",
    where=(claims_one_of(*_COLOUR),),
)


@purpose(TAR_2, "tomorrow", stimuli.COLOUR, stimuli.BEFORE_COLOUR)
def test_the_colour_of_tomorrow_is_reported(case: Case) -> None:
    case.label_is_reported(*_COLOUR)


@purpose(TAR_2, "not-told-yet", stimuli.BEFORE_COLOUR)
def test_a_colour_that_is_not_told_yet_is_reported_as_such(case: Case) -> None:
    case.label_is_reported(*_COLOUR)


_NOTICE = ("PEJP", "STGE")
TAR_3 = Requirement(
    "TIC-TAR-3",
    clause="54E §6.1.1, §6.2.3.14",
    text="The notice of a mobile peak is reported (PEJP, STGE).",
    french="Le préavis de pointe mobile est restitué (PEJP, STGE).",
    why="Heating and charging go on into the expensive hours, since the notice was not passed on.",
    why_french="Le chauffage et la recharge continuent pendant les heures chères, faute d'avoir transmis le préavis.",
    where=(claims_one_of(*_NOTICE),),
)


@purpose(TAR_3, "notice", stimuli.PEAK_NOTICE, stimuli.BEFORE_NOTICE, stimuli.PEAK)
def test_the_notice_of_a_mobile_peak_is_reported(case: Case) -> None:
    case.label_is_reported(*_NOTICE)


_TARIFF = ("PTEC", "LTARF", "STGE", "RELAIS", "NTARF")  # HHPHC of a Linky never changes
_TARIFF_AND_DAY = (*_TARIFF, "NJOURF", "NJOURF+1", "PJOURF+1")
TAR_4 = Requirement(
    "TIC-TAR-4",
    clause="54E §6.1.1, §6.2.3.14, §6.2.3.19 to §6.2.3.22",
    text="New off-peak hours are reported as each frame says, in the night that brings them, whatever its eve told, "
    "and through the day behind it.",
    may_fail_with=frozenset(
        {
            "drops-space-checksum",  # that of PTEC HP.. is one
            "loses-last-group",  # mostly PJOURF+1
            "reads-stge-as-decimal",
        }
    ),
    french="De nouvelles heures creuses sont restituées comme le dit chaque trame, dès la nuit qui les apporte, quoi "
    "qu'ait annoncé la veille, et tout au long du jour suivant.",
    why="For a day after the distributor moved the off-peak hours, appliances run by the old ones and costs are wrong.",
    why_french="Le jour où le distributeur déplace les heures creuses, les appareils suivent les anciennes et les "
    "coûts sont faux.",
    where=(claims_one_of(*_TARIFF_AND_DAY),),
)


@purpose(TAR_4, "told-on-the-eve", stimuli.SUMMER_HOURS, stimuli.BEFORE_SUMMER_HOURS)
def test_new_hours_are_reported_that_the_eve_told(case: Case) -> None:
    case.label_is_reported(*_TARIFF_AND_DAY)


@purpose(TAR_4, "untold", stimuli.WINTER_HOURS, stimuli.BEFORE_WINTER_HOURS)
def test_new_hours_are_reported_that_the_eve_did_not_tell(case: Case) -> None:
    case.label_is_reported(*_TARIFF_AND_DAY)


@purpose(
    TAR_4, "whole-day", stimuli.SUMMER_NIGHT, stimuli.SUMMER_MORNING, stimuli.SUMMER_AFTERNOON, stimuli.SUMMER_EVENING
)
def test_each_period_of_a_day_of_new_hours_is_reported(case: Case) -> None:
    case.label_is_reported_in_each_step(*_TARIFF)


DAY_1 = Requirement(
    "TIC-DAY-1",
    clause="54E §7",
    text="After midnight the maximum of the day that ended is reported as yesterday's.",
    modes=stimuli.STANDARD,
    french="Après minuit, le maximum du jour écoulé est restitué comme celui de la veille.",
    why="The day's highest power is missing or that of another day, so the subscription is chosen wrongly.",
    why_french="La puissance maximale du jour manque ou est celle d'un autre jour, et l'abonnement est mal choisi.",
    where=(claims_one_of("SMAXSN-1"),),
)


@purpose(DAY_1, "yesterday", stimuli.WINTER_HOURS, stimuli.BEFORE_WINTER_HOURS, formerly="midnight")
def test_yesterdays_maximum_is_reported_after_midnight(case: Case) -> None:
    case.label_is_reported("SMAXSN-1")


CLK_1 = Requirement(
    "TIC-CLK-1",
    clause="54E §6.2.1.1",
    text="In the hour that comes twice in October, what changes is reported as at any other time.",
    modes=stimuli.STANDARD,
    french="Pendant l'heure qui revient deux fois en octobre, ce qui change est restitué comme à tout autre moment.",
    why="Once a year an hour of readings is missing or overwritten, so the sum of that day does not fit the bill.",
    why_french="Une fois l'an, une heure de relevés manque ou est écrasée : le total de ce jour ne correspond pas à "
    "la facture.",
)


@purpose(CLK_1, "autumn", stimuli.AUTUMN, stimuli.BEFORE_AUTUMN)
def test_readings_go_on_when_the_clock_goes_back(case: Case) -> None:
    case.good_groups_are_reported()


CLK_2 = Requirement(
    "TIC-CLK-2",
    clause="54E §6.2.1.1",
    text="After the hour that is missing in March, what changes is reported as at any other time.",
    modes=stimuli.STANDARD,
    french="Après l'heure qui manque en mars, ce qui change est restitué comme à tout autre moment.",
    why="On a Sunday in March the device falls silent, and the gap is noticed days later.",
    why_french="Un dimanche de mars, l'appareil se tait, et le trou n'est remarqué que des jours plus tard.",
)


@purpose(CLK_2, "spring", stimuli.SPRING)
def test_readings_go_on_when_the_clock_goes_forward(case: Case) -> None:
    case.good_groups_are_reported()


CLK_3 = Requirement(
    "TIC-CLK-3",
    clause="54E §6.2.1.1",
    text="On 31 December, on 29 February, and in the years to come, 2038 and later, what changes is reported as at any "
    "other time.",
    modes=stimuli.STANDARD,
    french="Le 31 décembre, le 29 février, et dans les années à venir, 2038 et après, ce qui change est restitué "
    "comme à tout autre moment.",
    why="On one day all devices of a kind fall silent at once, when nobody has worked on them for years.",
    why_french="Un jour, tous les appareils d'un même type se taisent à la fois, alors que plus personne n'y a "
    "travaillé depuis des années.",
)


@purpose(CLK_3, "december", stimuli.LAST_OF_DECEMBER)
def test_readings_go_on_on_the_last_day_of_the_last_month(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(CLK_3, "leap-day", stimuli.LEAP_DAY)
def test_readings_go_on_on_the_29th_of_february(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(CLK_3, "year-2038", stimuli.YEAR_2038)
def test_readings_go_on_behind_the_seconds_that_32_bits_count(case: Case) -> None:
    case.good_groups_are_reported()


VAL_1 = Requirement(
    "TIC-VAL-1",
    clause="54E §6.2.2",
    text="An index at its highest, 999 999 999 Wh, is reported.",
    french="Un index au maximum, 999 999 999 Wh, est restitué.",
    why="On a meter that counted for long the index stops arriving one day.",
    why_french="Sur un compteur qui a longtemps compté, l'index cesse un jour d'arriver.",
)


@purpose(VAL_1, "highest-index", stimuli.HIGHEST_INDEX)
def test_an_index_of_nine_nines_is_reported(case: Case) -> None:
    case.index_is_reported("999999999")


VAL_2 = Requirement(
    "TIC-VAL-2",
    clause="54E §6.2.2",
    text="An index that has rolled over to 0 Wh is reported.",
    french="Un index revenu à 0 Wh est restitué.",
    why="New meters and registers that begin anew stay invisible, at times for months.",
    why_french="Les compteurs neufs et les index repartis de zéro restent invisibles, parfois pendant des mois.",
)


@purpose(VAL_2, "index-of-zero", stimuli.LOWEST_INDEX, stimuli.HIGHEST_INDEX)
def test_an_index_of_zero_is_reported(case: Case) -> None:
    case.index_is_reported("000000000")


VAL_3 = Requirement(
    "TIC-VAL-3",
    clause="54E §6.1, §6.2.2; 02E §2.3",
    text="Whatever the data of a label may be is reported: its least and greatest values, each character of a text, "
    "options, periods and subscriptions that are rare.",
    may_fail_with=frozenset(
        {
            "blank-season-kills-the-frame",
            "drops-zero-indexes",
            "fast-clock",
            "frame-ends-at-a-pause",
            "loses-last-group",
            "reads-stge-as-decimal",
            "reads-texts-as-numbers",
            "refuses-a-roll-over",
            "refuses-falling-indexes",
            "slow-clock",
            "takes-nines-for-nothing",
            "tells-the-contract-once",
            "tells-yesterday-once",
            "unknown-label-kills-the-frame",
        }
    ),
    french="Toute valeur permise d'une étiquette est restituée : les plus petites et les plus grandes, chaque "
    "caractère d'un texte, les options, périodes et puissances souscrites rares.",
    why="Homes with a rare contract, power or supplier get no readings though their meter says nothing wrong.",
    why_french="Les logements au contrat, à la puissance ou au fournisseur peu courants n'ont pas de relevés alors "
    "que leur compteur ne dit rien de faux.",
)


@purpose(
    VAL_3, "single-phase", stimuli.CHANGE, stimuli.SPACE_CHECKSUM, stimuli.UNKNOWN_LABEL, stimuli.SLOWEST_LINE,
    stimuli.FASTEST_LINE, stimuli.DEGRADED_CLOCK, stimuli.HIGHEST_INDEX, stimuli.LOWEST_INDEX,
)  # fmt: skip
def test_odd_values_of_a_single_phase_meter_are_reported(case: Case) -> None:
    case.legal_values_are_reported()


@purpose(VAL_3, "three-phases", stimuli.LONGEST_FRAME, stimuli.THREE_PHASES)
def test_odd_values_of_a_three_phase_meter_are_reported(case: Case) -> None:
    case.legal_values_are_reported()


@purpose(VAL_3, "every-option", stimuli.EVERY_OPTION)
def test_no_option_and_no_subscription_does_harm(case: Case) -> None:
    case.odd_frames_do_no_harm()


_NEW_METER = ("ADCO", "HCHP", "ADSC", "EASF02")
EXC_1 = Requirement(
    "TIC-EXC-1",
    clause="fairecasoimeme/Zlinky_TIC#380",
    text="After a meter exchange the new address and the new, lower indexes are reported.",
    french="Après un remplacement du compteur, la nouvelle adresse et les nouveaux index, plus bas, sont restitués.",
    why="After the meter was exchanged the device goes on with the old address, or refuses every index for years.",
    why_french="Après le remplacement du compteur, l'appareil garde l'ancienne adresse ou refuse tous les index "
    "pendant des années.",
    where=(claims_one_of(*_NEW_METER),),
)


@purpose(EXC_1, "indexes", stimuli.EXCHANGE)
def test_address_and_indexes_of_a_new_meter_are_reported(case: Case) -> None:
    case.label_is_reported(*_NEW_METER)


LBL_6 = Requirement(
    "TIC-LBL-6",
    clause="54E §6.1, §6.2.2; xKy: completeness",
    text="What comes to a running device and its first frame did not have is reported: the labels of another contract, "
    "of an overload, of another meter.",
    may_fail_with=frozenset(
        {
            "adps-breaks-the-frame",
            "blank-season-kills-the-frame",
            "reads-texts-as-numbers",
        }
    ),
    french="Ce qui survient en marche et que la première trame n'avait pas est restitué : les étiquettes d'un autre "
    "contrat, d'un dépassement, d'un autre compteur.",
    why="After a change of contract the new indexes stay away until somebody restarts the device.",
    why_french="Après un changement de contrat, les nouveaux index manquent jusqu'à ce que quelqu'un redémarre "
    "l'appareil.",
)


@purpose(LBL_6, "contract", stimuli.CONTRACT, stimuli.START_IN_DATA)
def test_what_another_contract_brings_is_reported(case: Case) -> None:
    case.what_the_start_lacked_is_reported("OPTARIF", "NGTF")


@purpose(LBL_6, "overload", stimuli.OVERLOAD, stimuli.START_IN_LABEL)
def test_what_an_overload_brings_is_reported(case: Case) -> None:
    case.what_the_start_lacked_is_reported()


@purpose(LBL_6, "another-meter", stimuli.LONGEST_FRAME, stimuli.START_IN_CHECKSUM)
def test_what_another_meter_brings_is_reported(case: Case) -> None:
    case.what_the_start_lacked_is_reported()


MOD_1 = Requirement(
    "TIC-MOD-1",
    clause="54E §3.3; xdegenne/ben-firmware",
    text="Frames of the other TIC mode do no harm: when its own mode is back, the device recovers.",
    french="Des trames de l'autre mode TIC ne nuisent pas : quand son propre mode revient, l'appareil reprend.",
    why="After a change of mode that was undone the device stays silent.",
    why_french="Après un changement de mode annulé, l'appareil reste muet.",
)


@purpose(MOD_1, "recovers", stimuli.OTHER_MODE)
def test_the_device_recovers_from_the_other_mode(case: Case) -> None:
    case.the_device_recovers()


MOD_2 = Requirement(
    "TIC-MOD-2",
    clause="54E §3.3; fairecasoimeme/Zlinky_TIC#188",
    text="A device that finds the TIC mode by itself reads the other mode when the meter changes without notice.",
    french="Un appareil qui détecte lui-même le mode TIC lit l'autre mode quand le compteur en change sans préavis.",
    why="The supplier switches the meter to standard mode one night, and the readings end without a word.",
    why_french="Une nuit, le fournisseur fait passer le compteur en mode standard, et les relevés s'arrêtent sans un "
    "mot.",
    where=(
        FINDS_THE_MODE,
        SAYS_WHAT_IS_ASKED,
    ),
)


@purpose(MOD_2, "detects", stimuli.OTHER_MODE)
def test_the_device_finds_the_other_mode(case: Case) -> None:
    case.the_other_mode_is_read()
