# SPDX-License-Identifier: Apache-2.0
"""Link layer: frames, their ends, their cuts, and what lies between them."""

from xky.hil.campaign.condition import CAN_BE_RESTARTED, SAYS_WHAT_IS_ASKED
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.conformance import stimuli

LNK_1 = Requirement(
    "TIC-LNK-1",
    clause="02E §1.5.2",
    text="A frame that EOT cuts does no harm: the whole frame behind it is reported, and the device recovers.",
    modes=stimuli.HISTORIC,
    may_fail_with=frozenset({"ignores-checksum", "loses-last-group"}),
    french="Une trame coupée par EOT ne nuit pas : la trame complète suivante est restituée et l'appareil reprend.",
    why="Each time the distributor reads the meter out, values of two frames are mixed or the device falls silent.",
    why_french="À chaque téléreport du distributeur, les valeurs de deux trames se mélangent ou l'appareil se tait.",
)


@purpose(LNK_1, "recovers", stimuli.CUT_BY_EOT)
def test_the_device_recovers_from_frames_cut_by_eot(case: Case) -> None:
    case.the_device_recovers()


@purpose(LNK_1, "between-cuts", stimuli.CUT_BY_EOT)
def test_whole_frames_between_cuts_are_reported(case: Case) -> None:
    case.whole_frames_are_reported()


@purpose(LNK_1, "short-frames-between-cuts", stimuli.CUT_SHORT_FRAMES)
def test_whole_short_frames_between_cuts_are_reported(case: Case) -> None:
    case.whole_frames_are_reported()


@purpose(LNK_1, "damaged-behind-eot", stimuli.CUT_BY_EOT, formerly="damaged group behind EOT")
def test_a_damaged_group_behind_eot_is_not_reported(case: Case) -> None:
    case.nothing_damaged_is_reported("altered_digit")


LNK_2 = Requirement(
    "TIC-LNK-2",
    clause="54E §5.3.6, 02E §1.5.2",
    text="Of a frame that breaks off inside a group, the broken group is not reported, and the device recovers.",
    french="D'une trame qui s'interrompt au milieu d'un groupe, le groupe rompu n'est pas restitué, et l'appareil "
    "reprend.",
    why="After a power cut a value of two halves is stored: an index jumps and the sum of that day is wrong for ever.",
    why_french="Après une coupure, une valeur faite de deux moitiés est enregistrée : un index saute et le total du "
    "jour reste faux pour toujours.",
)


@purpose(LNK_2, "rejects", stimuli.CUT_IN_GROUP)
def test_nothing_of_a_broken_group_is_reported(case: Case) -> None:
    case.nothing_damaged_is_reported()


@purpose(LNK_2, "recovers", stimuli.CUT_IN_GROUP)
def test_the_device_recovers_from_broken_frames(case: Case) -> None:
    case.the_device_recovers()


@purpose(LNK_2, "power-cut", stimuli.POWER_CUT)
def test_nothing_of_a_group_that_a_power_cut_broke_is_reported(case: Case) -> None:
    case.nothing_damaged_is_reported()


@purpose(LNK_2, "recovers-from-power-cut", stimuli.POWER_CUT)
def test_the_device_recovers_from_a_power_cut_in_a_frame(case: Case) -> None:
    case.the_device_recovers()


@purpose(LNK_2, "recovers-from-late-start", stimuli.LATE_START)
def test_the_device_finds_its_way_from_the_middle_of_a_frame(case: Case) -> None:
    case.the_device_recovers()


LNK_3 = Requirement(
    "TIC-LNK-3",
    clause="54E §5.3.6",
    text="The last group before ETX is reported like any other.",
    french="Le dernier groupe avant ETX est restitué comme les autres.",
    why="What stands last, the meter's status word or tomorrow's off-peak hours, never arrives.",
    why_french="Ce qui vient en dernier, le mot d'état du compteur ou les heures creuses du lendemain, n'arrive "
    "jamais.",
)


@purpose(LNK_3, "last-group", stimuli.CHANGE, stimuli.LONGEST_FRAME)
def test_the_last_group_before_etx_is_reported(case: Case) -> None:
    case.the_last_group_is_reported()


LNK_4 = Requirement(
    "TIC-LNK-4",
    clause="54E §6.1.2, §6.2.2",
    text="The longest frames are read: three-phase TEMPO, in standard mode a producer with three mobile peaks.",
    french="Les trames les plus longues sont lues : TEMPO triphasé ; en mode standard, producteur avec trois pointes "
    "mobiles.",
    why="It works on the developer's meter and stays silent in a three-phase home with solar panels.",
    why_french="L'appareil marche sur le compteur du développeur et reste muet dans un logement triphasé équipé de "
    "panneaux solaires.",
)


@purpose(LNK_4, "longest-frame", stimuli.LONGEST_FRAME)
def test_the_longest_frame_is_read(case: Case) -> None:
    case.good_groups_are_reported()


LNK_5 = Requirement(
    "TIC-LNK-5",
    clause="54E §6.1.2, 02E §2.5.3",
    text="Short frames of a three-phase meter in overload are read.",
    modes=stimuli.HISTORIC,
    french="Les trames courtes d'un compteur triphasé en dépassement sont lues.",
    why="During an overload nothing arrives for a minute or more, so nobody is warned before the breaker opens.",
    why_french="Pendant un dépassement, rien n'arrive une minute ou plus : personne n'est averti avant que le "
    "disjoncteur s'ouvre.",
)


@purpose(LNK_5, "short-frames", stimuli.SHORT_FRAMES)
def test_short_frames_are_read(case: Case) -> None:
    case.good_groups_are_reported()


LNK_6 = Requirement(
    "TIC-LNK-6",
    clause="54E §5.3.6",
    text="Noise between frames does no harm: the device recovers.",
    french="Du bruit entre les trames ne nuit pas : l'appareil reprend.",
    why="One burst of noise in the cable and the device stays silent until somebody restarts it.",
    why_french="Une seule rafale de bruit dans le câble et l'appareil se tait jusqu'à ce que quelqu'un le redémarre.",
)


@purpose(LNK_6, "recovers", stimuli.NOISE)
def test_the_device_recovers_from_noise_between_frames(case: Case) -> None:
    case.the_device_recovers()


@purpose(LNK_6, "noisy-line", stimuli.NOISY_LINE)
def test_the_device_recovers_from_a_noisy_line(case: Case) -> None:
    case.the_device_recovers()


LNK_7 = Requirement(
    "TIC-LNK-7",
    clause="54E §5.3.6; hekmon/linkytic#67",
    text="A group whose LF or CR is damaged or missing takes no other with it: each stands from its LF to its CR.",
    french="Un groupe dont le LF ou le CR est altéré ou absent n'en emporte pas d'autre : chacun va de son LF à son "
    "CR.",
    why="On a long cable twice or three times as many values are lost as were really damaged.",
    why_french="Sur un long câble, il se perd deux ou trois fois plus de valeurs qu'il n'y en a vraiment d'altérées.",
)


@purpose(LNK_7, "neighbours", stimuli.DAMAGED_DELIMITERS)
def test_damaged_starts_and_ends_of_groups_leave_the_others(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(LNK_7, "recovers", stimuli.DAMAGED_DELIMITERS)
def test_the_device_recovers_from_damaged_starts_and_ends(case: Case) -> None:
    case.the_device_recovers()


LNK_8 = Requirement(
    "TIC-LNK-8",
    clause="54E §5.3.6, 02E §1.5.2",
    text="A frame whose STX or ETX never arrived does no harm: the device recovers.",
    french="Une trame dont le STX ou l'ETX n'est jamais arrivé ne nuit pas : l'appareil reprend.",
    why="A single lost character silences the device, and the gap in the data grows until somebody notices.",
    why_french="Un seul caractère perdu rend l'appareil muet, et le trou dans les données grandit jusqu'à ce que "
    "quelqu'un s'en aperçoive.",
)


@purpose(LNK_8, "missing-stx", stimuli.MISSING_START)
def test_the_device_recovers_from_a_frame_without_stx(case: Case) -> None:
    case.the_device_recovers()


@purpose(LNK_8, "missing-etx", stimuli.MISSING_END)
def test_the_device_recovers_from_a_frame_without_etx(case: Case) -> None:
    case.the_device_recovers()


LNK_9 = Requirement(
    "TIC-LNK-9",
    clause="54E §6.2.2",
    text="A frame or a group that is longer than any does no harm: the device recovers.",
    french="Une trame ou un groupe plus long que tous ne nuit pas : l'appareil reprend.",
    why="A lost end of frame overruns the device's memory: it restarts without end or stores nonsense.",
    why_french="Une fin de trame perdue déborde la mémoire de l'appareil : il redémarre sans fin ou enregistre "
    "n'importe quoi.",
)


@purpose(LNK_9, "recovers", stimuli.ENDLESS_FRAME)
def test_the_device_recovers_from_a_frame_longer_than_any(case: Case) -> None:
    case.the_device_recovers()


LNK_10 = Requirement(
    "TIC-LNK-10",
    clause="54E §5.3.2; xKy: recovery",
    text="A line that stands still, or whose rate changes, does no harm: the device recovers.",
    french="Une ligne figée ou dont le débit change ne nuit pas : l'appareil reprend.",
    why="After a loose contact or a short circuit was mended the device still says nothing.",
    why_french="Une fois le faux contact ou le court-circuit réparé, l'appareil ne dit toujours rien.",
)


@purpose(LNK_10, "stuck-line", stimuli.STUCK_LINE)
def test_the_device_recovers_from_a_stuck_line(case: Case) -> None:
    case.the_device_recovers()


LNK_11 = Requirement(
    "TIC-LNK-11",
    clause="54E §5.3.6; xKy: recovery",
    text="A device that is started in the middle of a frame finds its way.",
    may_fail_with=frozenset({"adps-breaks-the-frame"}),
    french="Un appareil démarré au milieu d'une trame trouve son chemin.",
    why="After a power cut it depends on chance whether the device works again.",
    why_french="Après une coupure de courant, c'est le hasard qui décide si l'appareil remarche.",
    where=(
        CAN_BE_RESTARTED,
        SAYS_WHAT_IS_ASKED,
    ),
)


@purpose(LNK_11, "inside-stx", stimuli.START_IN_STX)
def test_a_device_started_inside_stx_finds_its_way(case: Case) -> None:
    case.the_device_finds_its_way()


@purpose(LNK_11, "inside-label", stimuli.START_IN_LABEL)
def test_a_device_started_inside_a_label_finds_its_way(case: Case) -> None:
    case.the_device_finds_its_way()


@purpose(LNK_11, "inside-data", stimuli.START_IN_DATA)
def test_a_device_started_inside_data_finds_its_way(case: Case) -> None:
    case.the_device_finds_its_way()


@purpose(LNK_11, "inside-checksum", stimuli.START_IN_CHECKSUM)
def test_a_device_started_inside_a_checksum_finds_its_way(case: Case) -> None:
    case.the_device_finds_its_way()


LNK_12 = Requirement(
    "TIC-LNK-12",
    clause="54E §5.3.6; xKy: recovery",
    text="Whole frames in a row without a good group do no harm: the device recovers.",
    french="Des trames entières sans un seul groupe bon, même à la suite, ne nuisent pas : l'appareil reprend.",
    why="A disturbance of a few seconds ends the readings until somebody restarts the device.",
    why_french="Une perturbation de quelques secondes met fin aux relevés jusqu'à ce que quelqu'un redémarre "
    "l'appareil.",
)


@purpose(LNK_12, "recovers", stimuli.BAD_FRAMES)
def test_the_device_recovers_from_frames_without_a_good_group(case: Case) -> None:
    case.the_device_recovers()


TIM_1 = Requirement(
    "TIC-TIM-1",
    clause="54E §5.3.5, §5.3.6; 02E §1.5.1, §1.5.2; xKy: a second stop bit",
    text="Characters 1 % slow or fast, 33.4 ms between groups and a bit more between characters are read.",
    french="Des caractères plus lents ou plus rapides de 1 %, 33,4 ms entre les groupes et un peu plus entre les "
    "caractères sont lus.",
    why="The device works at some homes and not at others, whose meters are just as conforming.",
    why_french="L'appareil marche chez les uns et pas chez les autres, dont les compteurs sont tout aussi conformes.",
)


@purpose(TIM_1, "slowest", stimuli.SLOWEST_LINE)
def test_the_slowest_line_is_read(case: Case) -> None:
    case.good_groups_are_reported()


@purpose(TIM_1, "fastest", stimuli.FASTEST_LINE)
def test_the_fastest_line_is_read(case: Case) -> None:
    case.good_groups_are_reported()
