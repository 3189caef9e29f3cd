# SPDX-License-Identifier: Apache-2.0
"""The indicator "Etat Liaison Comptage" of the label (54E chapter 9, 02E annex A): what its light says of the line."""

from xky.hil.campaign.condition import HAS_AN_INDICATOR, HAS_TERMINALS, SLEEPS
from xky.hil.campaign.indicator import stretches
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.procedure import Procedure
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level

_EYE = (
    "an eye on the indicator: a photodiode, recorded at 100 samples a second or more",
    "un œil sur le témoin : une photodiode, enregistrée à 100 échantillons par seconde ou plus",
)


LED_1 = Requirement(
    "TIC-LED-1",
    clause="54E §9.3, §9.4.1; 02E annex A.5.2, A.5.3, A.5.4",
    text="While frames are good, the indicator says so: on 0.1 s and off 2.9 s, or on for good.",
    level=Level.SHOULD,
    french="Tant que les trames sont bonnes, le témoin le dit : allumé 0,1 s et éteint 2,9 s, ou allumé en permanence.",
    why="The user calls the distributor though meter and cable are sound, and pays for the visit.",
    why_french="L'utilisateur appelle le distributeur alors que compteur et câble vont bien, et paie le déplacement.",
    where=(HAS_AN_INDICATOR,),
    about_light=True,
    procedure=Procedure(
        needs=(_EYE[0],),
        needs_french=(_EYE[1],),
        steps=(
            "Send good frames for a minute, with any groups of the mode, at the limits of rate and gaps, too.",
            "Read how long the light is on and off; the scheme must be one of the two, the same throughout.",
        ),
        steps_french=(
            "Émettre de bonnes trames pendant une minute, avec des groupes quelconques du mode, y compris aux "
            "limites de débit et d'intervalles.",
            "Lire la durée d'allumage et d'extinction ; le schéma doit être l'un des deux, le même tout du long.",
        ),
        limits=(
            "on 0.1 s, 0 to 0.1 s more; off 2.9 s ± 0.1 s",
            "or on for good",
        ),
    ),
)


@purpose(LED_1, "blinks")
def test_the_indicator_tells_good_frames(case: Case) -> None:
    case.the_light_says(stretches.GOOD, good=True)


@purpose(LED_1, "any-groups")
def test_the_indicator_takes_any_set_of_groups(case: Case) -> None:
    case.the_light_says(stretches.ANY_GROUPS, good=True)


@purpose(LED_1, "limits")
def test_the_indicator_bears_the_limits_of_rate_and_gaps(case: Case) -> None:
    case.the_light_says(stretches.RATES, good=True)


LED_2 = Requirement(
    "TIC-LED-2",
    clause="54E §9.3, §9.4.1; 02E annex A.5.2, A.5.3, A.5.4",
    text="From the end of a bad frame on, until the end of a good one, the indicator says that something is "
    "wrong: on 0.1 s and off 0.9 s, or on and off 0.5 s each.",
    level=Level.SHOULD,
    french="De la fin d'une mauvaise trame à la fin d'une bonne, le témoin signale le défaut : allumé 0,1 s et "
    "éteint 0,9 s, ou 0,5 s chacun.",
    why="A damaged cable goes unnoticed, and data are missing for weeks.",
    why_french="Un câble abîmé passe inaperçu, et des données manquent pendant des semaines.",
    where=(HAS_AN_INDICATOR,),
    about_light=True,
    procedure=Procedure(
        needs=(_EYE[0],),
        needs_french=(_EYE[1],),
        steps=(
            "Send frames with one wrong checksum, then a carrier that is no frame, then frames with the address alone.",
            "Open the input, then short it, for more than 11 s each.",
        ),
        steps_french=(
            "Émettre des trames à un checksum faux, puis une porteuse qui n'est pas une trame, "
            "puis des trames ne portant que l'adresse.",
            "Ouvrir l'entrée, puis la court-circuiter, plus de 11 s chaque fois.",
        ),
        limits=(
            "on 0.1 s, 0 to 0.1 s more; off 0.9 s ± 0.1 s",
            "or 0.5 s ± 0.1 s each, with one whole dark phase before the next start of frame",
        ),
    ),
)


@purpose(LED_2, "start-up")
def test_the_indicator_waits_for_a_frame(case: Case) -> None:
    case.the_light_waits_for_a_frame()


@purpose(LED_2, "checksum")
def test_the_indicator_tells_a_wrong_checksum(case: Case) -> None:
    case.the_light_says(stretches.WRONG_CHECKSUM, good=False)


@purpose(LED_2, "carrier")
def test_the_indicator_takes_no_carrier_for_a_frame(case: Case) -> None:
    case.the_light_says(stretches.CARRIER, good=False)


@purpose(LED_2, "pulses")
def test_the_indicator_takes_no_pulses_for_a_frame(case: Case) -> None:
    case.the_light_says(stretches.PULSES, good=False)


@purpose(LED_2, "standby")
def test_the_indicator_tells_a_meter_that_stands_by(case: Case) -> None:
    case.the_light_says(stretches.STANDBY, good=False)


@purpose(LED_2, "held")
def test_the_indicator_holds_what_a_bad_frame_made_it_say(case: Case) -> None:
    case.the_light_says(stretches.HELD, good=False)


LED_3 = Requirement(
    "TIC-LED-3",
    clause="54E §9.4.1; 02E annex A.5.3",
    text="10 s (± 1 s) without a good frame make the indicator say that something is wrong, less than 9 s do not.",
    level=Level.SHOULD,
    french="10 s (± 1 s) sans bonne trame font signaler un défaut au témoin ; moins de 9 s, non.",
    why="The light says that all is well though the cable was pulled out long ago.",
    why_french="Le témoin dit que tout va bien alors que le câble est débranché depuis longtemps.",
    where=(HAS_AN_INDICATOR,),
    about_light=True,
    procedure=Procedure(
        needs=(_EYE[0],),
        needs_french=(_EYE[1],),
        steps=(
            "Behind good frames stop the carrier for 8.9 s, send good frames, and stop it for good.",
            "Read when the light changes.",
        ),
        steps_french=(
            "Après de bonnes trames, arrêter la porteuse 8,9 s, émettre de bonnes trames, puis l'arrêter pour de bon.",
            "Lire l'instant où le témoin change.",
        ),
        limits=(
            "no change within 9 s",
            "a change 9 s to 11 s behind the last good frame",
        ),
    ),
)


@purpose(LED_3, "pause")
def test_the_indicator_bears_a_pause(case: Case) -> None:
    case.the_light_bears_a_pause()


@purpose(LED_3, "silence")
def test_the_indicator_tells_silence(case: Case) -> None:
    case.the_light_notices_silence()


LED_4 = Requirement(
    "TIC-LED-4",
    clause="54E §9.4.2; 02E annex A.5.5",
    text="Without power the indicator is dark.",
    level=Level.SHOULD,
    french="Sans alimentation, le témoin est éteint.",
    why="A dead device looks as if it worked.",
    why_french="Un appareil mort a l'air de fonctionner.",
    where=(HAS_AN_INDICATOR,),
    about_light=True,
    procedure=Procedure(
        needs=(_EYE[0],),
        needs_french=(_EYE[1],),
        steps=("Take its power away, and let its capacitor run down.",),
        steps_french=("Couper l'alimentation et laisser son condensateur se vider.",),
        limits=("dark",),
    ),
)


@purpose(LED_4, "unpowered")
def test_the_indicator_is_dark_without_power(case: Case) -> None:
    case.the_light_is_dark_without_power()


LED_6 = Requirement(
    "TIC-LED-6",
    clause="54E §9.4.2; 02E annex A.5.5",
    text="With a part of the indicator broken, the indicator is dark.",
    level=Level.SHOULD,
    french="Un composant du témoin hors service, le témoin est éteint.",
    why="A broken light says that all is well, or calls for help that nobody needs.",
    why_french="Un témoin en panne dit que tout va bien, ou appelle une aide dont personne n'a besoin.",
    where=(HAS_AN_INDICATOR, HAS_TERMINALS),
    procedure=Procedure(
        needs=(_EYE[0],),
        needs_french=(_EYE[1],),
        steps=("Break each part of the indicator in turn, as the maker's fault analysis lists them.",),
        steps_french=(
            "Mettre hors service tour à tour chaque composant du témoin, d'après l'analyse des défauts du fabricant.",
        ),
        limits=("dark",),
    ),
)


@purpose(LED_6, "measured")
def test_a_broken_indicator_is_dark(case: Case) -> None:
    case.an_instrument_shows_it()


LED_5 = Requirement(
    "TIC-LED-5",
    clause="02E annex A.6.2",
    text="Asleep the indicator is dark; a wake shows the state of the line for 30 s, or a fault alone for 30 s.",
    level=Level.SHOULD,
    french="En sommeil, le témoin est éteint ; un éveil montre l'état de la ligne pendant 30 s, ou un défaut seul "
    "pendant 30 s.",
    why="Nobody can tell a sleeping device from a dead one, or a fault flashes by before anybody sees it.",
    why_french="Personne ne distingue un appareil en sommeil d'un appareil mort, ou un défaut passe trop vite pour "
    "être vu.",
    where=(HAS_AN_INDICATOR, SLEEPS, HAS_TERMINALS),
    procedure=Procedure(
        needs=(_EYE[0],),
        needs_french=(_EYE[1],),
        steps=(
            "Send good frames over several wakes, then bad ones, then none.",
            "Read when the light is on, and for how long it shows a fault.",
        ),
        steps_french=(
            "Émettre de bonnes trames sur plusieurs éveils, puis de mauvaises, puis aucune.",
            "Lire quand le témoin est allumé, et combien de temps il montre un défaut.",
        ),
        limits=("dark asleep", "awake 30 s at least, or dark unless a fault is shown for 30 s"),
    ),
)


@purpose(LED_5, "measured")
def test_the_indicator_of_a_sleeping_device_tells_what_it_found(case: Case) -> None:
    case.an_instrument_shows_it()
