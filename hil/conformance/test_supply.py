# SPDX-License-Identifier: Apache-2.0
"""Terminals I1-A of a real board: what it may take there, and must bear; a supply like a meter's shows it."""

from xky.hil.campaign.condition import HAS_TERMINALS, LIVES_ON_THE_TIC
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.procedure import Procedure
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level

_SUPPLY = (
    "a source like a meter's on I1-A: 50 kHz behind its resistance (role supply)",
    "une source semblable à celle d'un compteur sur I1-A : 50 kHz derrière sa résistance (rôle supply)",
)


SUP_1 = Requirement(
    "TIC-SUP-1",
    clause="54E §4",
    text="The device works on what every meter gives at I1-A: 130 mW at 5.4 V to 6.6 V rms and 50 kHz.",
    level=Level.SHOULD,
    french="L'appareil fonctionne avec ce que donne tout compteur sur I1-A : 130 mW sous 5,4 V à 6,6 V efficaces, "
    "à 50 kHz.",
    why="On a meter that gives no more than it must the device restarts for ever or says nothing.",
    why_french="Sur un compteur qui ne donne que le nécessaire, l'appareil redémarre sans fin ou ne dit rien.",
    where=(
        HAS_TERMINALS,
        LIVES_ON_THE_TIC,
    ),
    procedure=Procedure(
        needs=(
            _SUPPLY[0],
            "a power analyser at I1-A (role analyser)",
        ),
        needs_french=(
            _SUPPLY[1],
            "un analyseur de puissance sur I1-A (rôle analyser)",
        ),
        steps=(
            "Feed it as the weakest meter does: 130 mW at the most, at 5.4 V rms, then at 6.6 V rms.",
            "Start it from an empty capacitor, and let ten of its reporting periods pass.",
            "Each reading must come; what it takes on the average is read on the analyser.",
        ),
        steps_french=(
            "L'alimenter comme le plus faible compteur : 130 mW au plus, sous 5,4 V efficaces, puis sous 6,6 V.",
            "Le démarrer condensateur vide et laisser passer dix de ses périodes de restitution.",
            "Chaque relevé doit arriver ; ce qu'il prend en moyenne se lit à l'analyseur.",
        ),
        limits=(
            "130 mW on the average at the most",
            "5.4 V to 6.6 V rms, 50 kHz",
        ),
    ),
)


@purpose(SUP_1, "measured")
def test_the_device_lives_on_what_every_meter_gives(case: Case) -> None:
    case.an_instrument_shows_it()


SUP_2 = Requirement(
    "TIC-SUP-2",
    clause="54E §4",
    text="13 V rms without load and 12 V peak under load at I1-A do the device no harm.",
    level=Level.SHOULD,
    french="13 V efficaces à vide et 12 V crête en charge sur I1-A ne nuisent pas à l'appareil.",
    why="Parts fail after months on the meters that give the highest voltage.",
    why_french="Des composants lâchent après des mois sur les compteurs qui donnent la plus haute tension.",
    where=(
        HAS_TERMINALS,
        LIVES_ON_THE_TIC,
    ),
    procedure=Procedure(
        needs=(
            _SUPPLY[0],
            "a scope at the terminals (role scope)",
        ),
        needs_french=(
            _SUPPLY[1],
            "un oscilloscope aux bornes (rôle scope)",
        ),
        steps=(
            "Feed it from 13 V rms open circuit behind the least resistance of a meter, awake and asleep.",
            "Read the voltage of each part that the maker rates.",
        ),
        steps_french=(
            "L'alimenter depuis 13 V efficaces à vide derrière la plus petite résistance d'un compteur, "
            "éveillé et en sommeil.",
            "Lire la tension de chaque composant dont le fabricant donne la limite.",
        ),
        limits=(
            "13 V rms without load",
            "12 V peak under load",
        ),
    ),
)


@purpose(SUP_2, "measured")
def test_the_highest_supply_does_no_harm(case: Case) -> None:
    case.an_instrument_shows_it()
