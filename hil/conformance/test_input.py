# SPDX-License-Identifier: Apache-2.0
"""What the terminals I1-I2 are for the bus: impedance, capacity, isolation, 230 V. A laboratory shows it."""

from xky.hil.campaign.condition import HAS_TERMINALS
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.procedure import Procedure
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level

_IMPEDANCE = (
    "an impedance meter that measures at 50 kHz",
    "un impédancemètre qui mesure à 50 kHz",
)
_DRIVEN = (
    "a generator that drives I1-I2 through a known resistor (role generator, [input] series)",
    "un générateur qui attaque I1-I2 à travers une résistance connue (rôle generator, [input] series)",
)
_SEEN = (
    "a scope at both ends of that resistor (role scope, channels 1 and 4)",
    "un oscilloscope aux deux bouts de cette résistance (rôle scope, voies 1 et 4)",
)


INP_8 = Requirement(
    "TIC-INP-8",
    clause="54E §5.3.4; 02E §1.3.3",
    text="At 50 kHz and up to 5 V peak, powered or not, the input is 500 to 2000 Ω (750 to 5000 Ω in historic mode), "
    "in parallel with a reactance of more than 2 kΩ if inductive, 10 kΩ if capacitive.",
    level=Level.SHOULD,
    french="À 50 kHz et jusqu'à 5 V crête, sous tension ou non, l'entrée vaut 500 à 2000 Ω (750 à 5000 Ω en mode "
    "historique), en parallèle avec une réactance de plus de 2 kΩ si elle est inductive, 10 kΩ si elle est capacitive.",
    why="The device loads the bus so that it or its neighbours no longer hear the meter.",
    why_french="L'appareil charge le bus au point que lui ou ses voisins n'entendent plus le compteur.",
    where=(HAS_TERMINALS,),
    about_input=True,
    procedure=Procedure(
        needs=(_DRIVEN[0], _SEEN[0]),
        needs_french=(_DRIVEN[1], _SEEN[1]),
        steps=(
            "Measure the parallel resistance and reactance of I1-I2 at 50 kHz, from 0.1 V to 5 V peak.",
            "Measure it powered and without power.",
        ),
        steps_french=(
            "Mesurer la résistance et la réactance parallèles de I1-I2 à 50 kHz, de 0,1 V à 5 V crête.",
            "Mesurer sous tension et hors tension.",
        ),
        limits=(
            "standard mode: 500 Ω to 2000 Ω",
            "historic mode: 750 Ω to 5000 Ω",
            "an inductance above 2 kΩ or a capacity above 10 kΩ in parallel",
        ),
    ),
)


@purpose(INP_8, "measured")
def test_the_input_has_the_impedance(case: Case) -> None:
    case.the_input_has_the_impedance()


@purpose(INP_8, "unpowered")
def test_the_input_has_the_impedance_without_power(case: Case) -> None:
    case.the_input_has_it_without_power()


INP_9 = Requirement(
    "TIC-INP-9",
    clause="54E §5.3.4; 02E §1.3.3",
    text="With faulty receiving electronics the input stays above 200 Ω.",
    level=Level.SHOULD,
    french="Électronique de réception en défaut, l'entrée reste au-dessus de 200 Ω.",
    why="One broken receiver takes the signal from all others on the bus.",
    why_french="Un seul récepteur en panne prive du signal tous les autres du bus.",
    where=(HAS_TERMINALS,),
    procedure=Procedure(
        needs=(_IMPEDANCE[0],),
        needs_french=(_IMPEDANCE[1],),
        steps=(
            "Open and short each part of the input stage in turn, as the maker's fault analysis lists them.",
            "Measure the input at 50 kHz each time.",
        ),
        steps_french=(
            "Ouvrir puis court-circuiter tour à tour chaque composant de l'étage d'entrée, d'après l'analyse "
            "des défauts du fabricant.",
            "Mesurer chaque fois l'entrée à 50 kHz.",
        ),
        limits=("above 200 Ω",),
    ),
)


@purpose(INP_9, "measured")
def test_a_faulty_receiver_leaves_the_bus_to_the_others(case: Case) -> None:
    case.an_instrument_shows_it()


INP_11 = Requirement(
    "TIC-INP-11",
    clause="54E §5.3.4; 02E §1.3.3",
    text="Between the terminals of the bus and the other terminals the device has less than 15 pF.",
    level=Level.SHOULD,
    french="Entre les bornes du bus et ses autres bornes, l'appareil présente moins de 15 pF.",
    why="Noise of the mains passes through the device onto the bus, and disturbs whoever else listens.",
    why_french="Le bruit du secteur passe par l'appareil sur le bus et gêne tous ceux qui l'écoutent.",
    where=(HAS_TERMINALS,),
    procedure=Procedure(
        needs=(_IMPEDANCE[0],),
        needs_french=(_IMPEDANCE[1],),
        steps=("Join I1 and I2, join all other terminals, and measure the capacity between the two.",),
        steps_french=("Relier I1 et I2, relier toutes les autres bornes, et mesurer la capacité entre les deux.",),
        limits=("below 15 pF",),
    ),
)


@purpose(INP_11, "measured")
def test_the_capacity_in_common_mode_is_small(case: Case) -> None:
    case.an_instrument_shows_it()


INP_12 = Requirement(
    "TIC-INP-12",
    clause="54E §5.1.2; 02E §1.2.1",
    text="The device's electronics are galvanically isolated from the bus.",
    level=Level.SHOULD,
    french="L'électronique de l'appareil est isolée galvaniquement du bus.",
    why="Currents between two devices on the bus damage readings, and a fault of one reaches the others.",
    why_french="Des courants entre deux appareils du bus altèrent les relevés, et la panne de l'un atteint les autres.",
    where=(HAS_TERMINALS,),
    procedure=Procedure(
        needs=("an insulation tester",),
        needs_french=("un contrôleur d'isolement",),
        steps=(
            "Join I1 and I2, join all other terminals but A, and measure the insulation at the voltage that "
            "the maker states.",
        ),
        steps_french=(
            "Relier I1 et I2, relier toutes les autres bornes sauf A, et mesurer l'isolement sous la tension "
            "que déclare le fabricant.",
        ),
        limits=("no conducting path",),
    ),
)


@purpose(INP_12, "measured")
def test_the_device_is_isolated_from_the_bus(case: Case) -> None:
    case.an_instrument_shows_it()


INP_13 = Requirement(
    "TIC-INP-13",
    clause="54E §5.3.4; 02E §1.3.3, annex A.5.3",
    text="230 V at 50 Hz on the terminals for good do no damage, and the device works again behind it.",
    level=Level.SHOULD,
    french="230 V, 50 Hz appliqués durablement aux bornes ne causent pas de dommage, et l'appareil remarche ensuite.",
    why="A wire in the terminal next to it, one slip away, destroys the device or harms the meter.",
    why_french="Un fil dans la borne voisine, à un geste près, détruit l'appareil ou abîme le compteur.",
    where=(HAS_TERMINALS,),
    procedure=Procedure(
        needs=("a laboratory with a protected 230 V source",),
        needs_french=("un laboratoire doté d'une source 230 V protégée",),
        steps=(
            "Apply 230 V at 50 Hz to I1-I2, then to I1-A, until the temperatures stand still.",
            "Take it away; the device must read as before, and what stands in the meter's place must be whole.",
        ),
        steps_french=(
            "Appliquer 230 V, 50 Hz à I1-I2, puis à I1-A, jusqu'à stabilisation des températures.",
            "Les retirer ; l'appareil doit lire comme avant, et ce qui tient lieu de compteur être intact.",
        ),
        limits=("230 V, 50 Hz, for good; no damage",),
    ),
)


@purpose(INP_13, "measured")
def test_the_device_survives_the_mains(case: Case) -> None:
    case.an_instrument_shows_it()
