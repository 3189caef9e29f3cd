# SPDX-License-Identifier: Apache-2.0
"""Terminals I1-A: whether the device lives on what every meter gives."""

from xky.hil.campaign.condition import FED, HAS_RATINGS, LIVES_BY_ITS_CAPACITOR, PROMISES_A_PERIOD, REACHES_A_NETWORK
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level
from xky.hil.conformance import stimuli

PWR_1 = Requirement(
    "XKY-PWR-1",
    clause="54E §4; xKy: cold start",
    text="The device starts from an empty capacitor, unaided, on a meter that gives no more than the specification.",
    about_power=True,
    french="L'appareil démarre sans aide, condensateur vide, sur un compteur qui ne donne que ce qu'exige la "
    "spécification.",
    why="Fresh from its box the device never comes to life on some meters, and is sent back as broken.",
    why_french="Sorti de sa boîte, l'appareil ne s'éveille jamais sur certains compteurs, et il est renvoyé comme "
    "défectueux.",
    where=(FED,),
)


@purpose(PWR_1, "empty", stimuli.CHANGE)
def test_the_device_starts_from_an_empty_capacitor(case: Case) -> None:
    case.it_starts_from_empty()


PWR_2 = Requirement(
    "XKY-PWR-2",
    clause="xKy: cut-outs of the supply, as meters make them for 30 s to an hour",
    text="After a cut-out of its supply, of any length, the device starts again unaided.",
    about_power=True,
    french="Après une coupure de son alimentation, quelle que soit sa durée, l'appareil redémarre sans aide.",
    why="After a power cut somebody has to go to the meter and unplug the device.",
    why_french="Après une coupure, il faut aller jusqu'au compteur débrancher l'appareil.",
    where=(FED,),
)


@purpose(PWR_2, "cut-outs", stimuli.CHANGE)
def test_the_device_starts_again_after_a_cut_out(case: Case) -> None:
    case.it_starts_again_after_cut_outs()


PWR_3 = Requirement(
    "XKY-PWR-3",
    clause="54E §4; xKy: brown-out",
    text="Once it has read, no reading of the device is lost to a brown-out, on a meter of the minimum specification.",
    about_power=True,
    french="Dès sa première lecture, l'appareil ne perd aucun relevé par manque de tension, sur un compteur au "
    "minimum de la spécification.",
    why="Readings are missing at random, and more of them the weaker the meter: nobody finds out why.",
    why_french="Des relevés manquent au hasard, d'autant plus que le compteur est faible : personne ne comprend "
    "pourquoi.",
    where=(FED,),
)


@purpose(PWR_3, "steady", stimuli.CHANGE)
def test_the_device_never_browns_out(case: Case) -> None:
    case.it_never_browns_out()


PWR_4 = Requirement(
    "XKY-PWR-4",
    clause="xKy: a converter that finds its scale by the first full charge reads too much before",
    text="Before its capacitor was full for the first time, the device begins no wake that its charge cannot carry.",
    level=Level.SHOULD,  # it costs resets, and it starts all the same
    about_power=True,
    french="Avant la première charge complète de son condensateur, l'appareil ne s'éveille pas si sa charge ne peut "
    "le porter.",
    why="In its first minutes the device restarts again and again, so its installer believes that it is broken.",
    why_french="Dans ses premières minutes, l'appareil redémarre sans cesse, et l'installateur le croit en panne.",
    where=(
        FED,
        LIVES_BY_ITS_CAPACITOR,
    ),
)


@purpose(PWR_4, "first-charge", stimuli.CHANGE)
def test_the_converter_does_not_mislead_the_device(case: Case) -> None:
    case.its_adc_does_not_mislead_it()


PWR_5 = Requirement(
    "XKY-PWR-5",
    clause="54E §4: 13 V rms open circuit; data sheets",
    text="No part bears more than its rating at the highest supply that the specification allows.",
    about_power=True,
    french="Aucun composant ne subit plus que sa valeur limite à la plus haute alimentation que permet la "
    "spécification.",
    why="Parts age and fail in the field, behind a sealed meter, on those meters that give the highest voltage.",
    why_french="Des composants vieillissent et lâchent chez le client, sur les compteurs qui donnent la plus haute "
    "tension.",
    where=(
        FED,
        HAS_RATINGS,
    ),
)


@purpose(PWR_5, "ratings", stimuli.CHANGE)
def test_no_rating_is_exceeded(case: Case) -> None:
    case.no_rating_is_exceeded()


PWR_6 = Requirement(
    "XKY-PWR-6",
    clause="54E §4; the supplier's statement",
    text="The reporting period that the supplier promises holds on a meter of the minimum specification.",
    about_power=True,
    french="La période de restitution promise par le fournisseur de l'appareil tient sur un compteur au minimum de "
    "la spécification.",
    why="At weak meters readings come more seldom than was sold, and what is controlled by them reacts too late.",
    why_french="Sur les compteurs faibles, les relevés viennent plus rarement que promis à la vente, et ce qu'ils "
    "commandent réagit trop tard.",
    where=(
        FED,
        PROMISES_A_PERIOD,
    ),
)


@purpose(PWR_6, "period", stimuli.CHANGE)
def test_the_promised_period_holds(case: Case) -> None:
    case.the_promised_period_holds()


PWR_7 = Requirement(
    "XKY-PWR-7",
    clause="54E table 1: 130 mW",
    text="What the device's readings cost on the average is within the power that every meter gives.",
    about_power=True,
    french="Ce que coûtent en moyenne les relevés de l'appareil reste dans la puissance que donne tout compteur.",
    why="The device lives on its charge for a while and then falls silent at every meter that gives no more than it "
    "must.",
    why_french="L'appareil vit un temps sur sa réserve, puis se tait sur tout compteur qui ne donne que ce qu'il doit.",
    where=(FED,),
)


@purpose(PWR_7, "average", stimuli.CHANGE)
def test_the_device_takes_no_more_than_the_meter_guarantees(case: Case) -> None:
    case.it_takes_no_more_than_the_meter_guarantees()


PWR_8 = Requirement(
    "XKY-PWR-8",
    clause="54E §4; xKy: uplinks, brown-out",
    text="No dead access point, broker or database drains the device into a brown-out; it comes back by itself.",
    about_power=True,
    french="Aucun point d'accès, courtier ou base de données en panne n'épuise l'appareil jusqu'à l'arrêt ; il "
    "revient de lui-même.",
    why="A router that is switched off overnight leaves the device dead, and it does not return in the morning.",
    why_french="Une box éteinte pour la nuit laisse l'appareil épuisé, et il ne revient pas au matin.",
    where=(
        FED,
        REACHES_A_NETWORK,
    ),
)


@purpose(PWR_8, "access-point", stimuli.CHANGE)
def test_a_dead_access_point_does_not_drain_the_device(case: Case) -> None:
    case.a_dead_server_does_not_drain_it("access point")


@purpose(PWR_8, "broker", stimuli.CHANGE)
def test_a_dead_broker_does_not_drain_the_device(case: Case) -> None:
    case.a_dead_server_does_not_drain_it("broker")


@purpose(PWR_8, "database", stimuli.CHANGE)
def test_a_dead_database_does_not_drain_the_device(case: Case) -> None:
    case.a_dead_server_does_not_drain_it("database")
