# SPDX-License-Identifier: Apache-2.0
"""What the receiver input has to make of the signal at I1-I2: levels, times, distortion, noise, several receivers.

A generator and a scope show it, and no record of the line. These are shoulds here though the texts oblige: an undecided
must is never a pass, and few benches have what decides them. What has no terminals, a simulated board, a program, a
firmware image, they do not concern.
"""

from xky.hil.campaign import carrier_record
from xky.hil.campaign.condition import HAS_TERMINALS
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.procedure import Procedure
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level

_GENERATOR = (
    "a generator of the carrier (role generator)",
    "un générateur de la porteuse (rôle generator)",
)
_SCOPE = (
    "a scope at the terminals (role scope)",
    "un oscilloscope aux bornes (rôle scope)",
)
_HEARS = (
    "a board that hears I1-I2 while its line's adapter is at rest ([input] hears)",
    "une carte qui entend I1-I2 pendant que l'adaptateur de sa ligne est au repos ([input] hears)",
)
_SECOND = (
    "a second generator",
    "un second générateur",
)
_FRAMES = (
    "Play frames of the mode as an on/off carrier into I1-I2, from a source whose impedance is negligible beside "
    "the input's (xky carrier writes the waveform).",
    "Émettre sur I1-I2 des trames du mode en tout ou rien de porteuse, depuis une source d'impédance négligeable "
    "devant celle de l'entrée (xky carrier écrit la forme d'onde).",
)
_EACH = (
    "Hold each value for ten frames; every group of every frame must be reported.",
    "Tenir chaque valeur dix trames ; chaque groupe de chaque trame doit être restitué.",
)


INP_1 = Requirement(
    "TIC-INP-1",
    clause="54E §5.3.4; 02E §1.3.3",
    text="A carrier of 0.8 V to 5 V peak is read as a 0.",
    level=Level.SHOULD,
    french="Une porteuse de 0,8 V à 5 V crête est lue comme un 0.",
    why="At the end of a long cable, or beside other receivers, the device hears nothing though the meter speaks well.",
    why_french="Au bout d'un long câble, ou à côté d'autres récepteurs, l'appareil n'entend rien alors que le "
    "compteur parle bien.",
    where=(HAS_TERMINALS,),
    about_carrier=True,
    procedure=Procedure(
        needs=(
            _GENERATOR[0],
            _SCOPE[0],
            _HEARS[0],
        ),
        needs_french=(
            _GENERATOR[1],
            _SCOPE[1],
            _HEARS[1],
        ),
        steps=(
            _FRAMES[0],
            "Go from 0.8 V to 5 V peak during each 0, read at the terminals, with no carrier during each 1.",
            _EACH[0],
        ),
        steps_french=(
            _FRAMES[1],
            "Aller de 0,8 V à 5 V crête pendant chaque 0, lus aux bornes, sans porteuse pendant chaque 1.",
            _EACH[1],
        ),
        limits=("0.8 V to 5 V peak, both modes",),
    ),
)


@purpose(INP_1, "measured")
def test_a_weak_and_a_strong_carrier_are_read(case: Case) -> None:
    case.the_carrier_is_read(carrier_record.WEAK, carrier_record.STRONG)


INP_2 = Requirement(
    "TIC-INP-2",
    clause="54E §5.3.4; 02E §1.3.3",
    text="What is left of the carrier, up to 0.4 V peak (0.3 V in historic mode), is read as a 1.",
    level=Level.SHOULD,
    french="Un reste de porteuse, jusqu'à 0,4 V crête (0,3 V en mode historique), est lu comme un 1.",
    why="On a line that rings or picks up noise each character is damaged, and readings stay away.",
    why_french="Sur une ligne qui résonne ou capte du bruit, chaque caractère est altéré et les relevés manquent.",
    where=(HAS_TERMINALS,),
    about_carrier=True,
    procedure=Procedure(
        needs=(
            _GENERATOR[0],
            _SCOPE[0],
            _HEARS[0],
        ),
        needs_french=(
            _GENERATOR[1],
            _SCOPE[1],
            _HEARS[1],
        ),
        steps=(
            _FRAMES[0],
            "Leave that much of the carrier during each 1, with 0.8 V peak during each 0.",
            _EACH[0],
        ),
        steps_french=(
            _FRAMES[1],
            "Laisser cette part de porteuse pendant chaque 1, avec 0,8 V crête pendant chaque 0.",
            _EACH[1],
        ),
        limits=(
            "standard mode: 0.4 V peak",
            "historic mode: 0.3 V peak",
        ),
    ),
)


@purpose(INP_2, "measured")
def test_what_is_left_of_the_carrier_is_a_one(case: Case) -> None:
    case.the_carrier_is_read(carrier_record.RESIDUAL)


INP_3 = Requirement(
    "TIC-INP-3",
    clause="54E §5.3.4; 02E §1.3.3",
    text="A bit whose level is clean for no more than 50 µs (700 µs in historic mode) is read.",
    level=Level.SHOULD,
    french="Un bit dont le niveau n'est franc que pendant 50 µs (700 µs en mode historique) est lu.",
    why="The device reads in the workshop and fails on the slow edges of a real bus.",
    why_french="L'appareil lit à l'atelier et échoue sur les fronts lents d'un vrai bus.",
    where=(HAS_TERMINALS,),
    about_carrier=True,
    procedure=Procedure(
        needs=(
            _GENERATOR[0],
            _SCOPE[0],
            _HEARS[0],
        ),
        needs_french=(
            _GENERATOR[1],
            _SCOPE[1],
            _HEARS[1],
        ),
        steps=(
            _FRAMES[0],
            "Slow the edges down until each level is held for the least time only.",
            _EACH[0],
        ),
        steps_french=(
            _FRAMES[1],
            "Ralentir les fronts jusqu'à ne tenir chaque niveau que le temps minimal.",
            _EACH[1],
        ),
        limits=(
            "standard mode: 50 µs of 104 µs",
            "historic mode: 700 µs of 833 µs",
        ),
    ),
)


@purpose(INP_3, "measured")
def test_slow_edges_are_read(case: Case) -> None:
    case.the_carrier_is_read(carrier_record.RAMPS)


INP_4 = Requirement(
    "TIC-INP-4",
    clause="54E §5.3.4; 02E §1.3.3, annex A.5.3",
    text="A permanent sine of 0.1 V peak from 1 kHz to 1 MHz does not keep frames from being read.",
    level=Level.SHOULD,
    french="Une sinusoïde permanente de 0,1 V crête, de 1 kHz à 1 MHz, n'empêche pas de lire les trames.",
    why="A charger or a lamp nearby silences the device at certain hours.",
    why_french="Un chargeur ou une lampe à proximité rend l'appareil muet à certaines heures.",
    where=(HAS_TERMINALS,),
    procedure=Procedure(
        needs=(
            _GENERATOR[0],
            _SECOND[0],
            _SCOPE[0],
        ),
        needs_french=(
            _GENERATOR[1],
            _SECOND[1],
            _SCOPE[1],
        ),
        steps=(
            _FRAMES[0],
            "Add the sine in series, and step it from 1 kHz to 1 MHz, ten steps a decade.",
            _EACH[0],
        ),
        steps_french=(
            _FRAMES[1],
            "Ajouter la sinusoïde en série et la faire aller de 1 kHz à 1 MHz, dix pas par décade.",
            _EACH[1],
        ),
        limits=("0.1 V peak, 1 kHz to 1 MHz",),
    ),
)


@purpose(INP_4, "measured")
def test_a_permanent_sine_does_no_harm(case: Case) -> None:
    case.an_instrument_shows_it()


INP_5 = Requirement(
    "TIC-INP-5",
    clause="54E §5.3.4; 02E §1.3.3, annex A.5.3",
    text="A carrier with 50 % of harmonic distortion is read.",
    level=Level.SHOULD,
    french="Une porteuse à 50 % de distorsion harmonique est lue.",
    why="The device works at one maker's meters only.",
    why_french="L'appareil ne marche que sur les compteurs d'un seul constructeur.",
    where=(HAS_TERMINALS,),
    about_carrier=True,
    procedure=Procedure(
        needs=(
            _GENERATOR[0],
            _SCOPE[0],
            _HEARS[0],
        ),
        needs_french=(
            _GENERATOR[1],
            _SCOPE[1],
            _HEARS[1],
        ),
        steps=(
            _FRAMES[0],
            "Add harmonics of 50 kHz up to a distortion of 50 %, read on the scope.",
            _EACH[0],
        ),
        steps_french=(
            _FRAMES[1],
            "Ajouter des harmoniques de 50 kHz jusqu'à 50 % de distorsion, lue à l'oscilloscope.",
            _EACH[1],
        ),
        limits=("50 %",),
    ),
)


@purpose(INP_5, "measured")
def test_a_distorted_carrier_is_read(case: Case) -> None:
    case.the_carrier_is_read(carrier_record.EVEN, carrier_record.ODD)


INP_6 = Requirement(
    "TIC-INP-6",
    clause="54E §5.3.4; 02E §1.3.3, annex A.5.3",
    text="Pulses of 20 V and 5 µs, and of 3.5 V and 200 µs in historic mode, do not keep frames from being read.",
    level=Level.SHOULD,
    french="Des impulsions de 20 V et 5 µs, et de 3,5 V et 200 µs en mode historique, n'empêchent pas de lire les "
    "trames.",
    why="Whenever a relay or a motor switches, a reading is lost or wrong.",
    why_french="Chaque fois qu'un relais ou un moteur commute, un relevé se perd ou devient faux.",
    where=(HAS_TERMINALS,),
    procedure=Procedure(
        needs=(
            _GENERATOR[0],
            _SECOND[0],
            _SCOPE[0],
        ),
        needs_french=(
            _GENERATOR[1],
            _SECOND[1],
            _SCOPE[1],
        ),
        steps=(
            _FRAMES[0],
            "Add one pulse a frame, at places that move through the frame.",
            "Let a thousand frames pass; none may be lost for good, and no value may be wrong.",
        ),
        steps_french=(
            _FRAMES[1],
            "Ajouter une impulsion par trame, à des endroits qui parcourent la trame.",
            "Laisser passer mille trames ; aucune ne doit rester perdue, et aucune valeur n'être fausse.",
        ),
        limits=(
            "20 V, 5 µs",
            "historic mode: 3.5 V, 200 µs, too",
        ),
    ),
)


@purpose(INP_6, "measured")
def test_pulses_do_no_harm(case: Case) -> None:
    case.an_instrument_shows_it()


INP_7 = Requirement(
    "TIC-INP-7",
    clause="54E §5.3.2; 02E §1.3.1, annex A.5.3",
    text="A carrier 3 % below or above 50 kHz is read.",
    level=Level.SHOULD,
    french="Une porteuse à 3 % en dessous ou au-dessus de 50 kHz est lue.",
    why="The device stays silent at meters whose carrier lies at the edge of what is allowed.",
    why_french="L'appareil reste muet sur les compteurs dont la porteuse est au bord de ce qui est permis.",
    where=(HAS_TERMINALS,),
    about_carrier=True,
    procedure=Procedure(
        needs=(_GENERATOR[0], _SCOPE[0], _HEARS[0]),
        needs_french=(_GENERATOR[1], _SCOPE[1], _HEARS[1]),
        steps=(
            _FRAMES[0],
            "Try 48.5 kHz, 50 kHz and 51.5 kHz.",
            _EACH[0],
        ),
        steps_french=(
            _FRAMES[1],
            "Essayer 48,5 kHz, 50 kHz et 51,5 kHz.",
            _EACH[1],
        ),
        limits=("48.5 kHz to 51.5 kHz",),
    ),
)


@purpose(INP_7, "measured")
def test_a_carrier_beside_its_frequency_is_read(case: Case) -> None:
    case.the_carrier_is_read(carrier_record.SLOW, carrier_record.FAST)


INP_10 = Requirement(
    "TIC-INP-10",
    clause="54E §5.1.1, §5.3.4; 02E §1.2.1, §1.3.3",
    text="On a bus with as many receivers as it may hold, five in standard mode and seven in historic mode, each "
    "reads.",
    level=Level.SHOULD,
    french="Sur un bus portant autant de récepteurs qu'il en admet, cinq en mode standard et sept en mode "
    "historique, chacun lit.",
    why="The second device that somebody connects silences the first.",
    why_french="Le deuxième appareil que l'on raccorde rend le premier muet.",
    where=(HAS_TERMINALS,),
    procedure=Procedure(
        needs=(
            _GENERATOR[0],
            "as many devices of the kind as the bus may hold",
        ),
        needs_french=(
            _GENERATOR[1],
            "autant d'appareils du même modèle que le bus en admet",
        ),
        steps=(
            "Connect them all to one emitter of the least level, on the longest cable that the maker allows.",
            _EACH[0],
        ),
        steps_french=(
            "Les raccorder tous à un émetteur de niveau minimal, sur le câble le plus long que permet le fabricant.",
            _EACH[1],
        ),
        limits=(
            "standard mode: 1 to 5 receivers",
            "historic mode: 1 to 7 receivers, all loads together above 100 Ω",
        ),
    ),
)


@purpose(INP_10, "measured")
def test_several_receivers_on_a_bus_read(case: Case) -> None:
    case.an_instrument_shows_it()
