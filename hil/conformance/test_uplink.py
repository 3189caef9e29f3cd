# SPDX-License-Identifier: Apache-2.0
"""The uplink of a gateway: what its other end sees of it, and what the failures of that end cost."""

from xky.hil.campaign.condition import (
    AT_AN_UPLINK,
    LEAVES_A_WILL,
    SAYS_WHAT_A_REFUSAL_COSTS,
    TELLS_FRAMES_APART,
    at_an_end,
)
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.conformance import stimuli

UPL_1 = Requirement(
    "XKY-UPL-1",
    clause="xKy: uplinks",
    text="When a server that was away, refused, failed or never answered is back, the device is heard there again.",
    french="Quand un serveur absent, qui refusait, échouait ou ne répondait pas est rétabli, l'appareil y est de "
    "nouveau entendu.",
    why="After an update of the home server the readings stay away until somebody restarts the device.",
    why_french="Après une mise à jour du serveur domestique, les relevés manquent jusqu'à ce que quelqu'un redémarre "
    "l'appareil.",
    where=(at_an_end("mqtt", "influx", "lorawan"),),
)


@purpose(UPL_1, "broker-away", stimuli.BROKER_AWAY)
def test_the_device_comes_back_to_a_broker_that_was_away(case: Case) -> None:
    case.the_device_returns()


@purpose(UPL_1, "broker-refuses", stimuli.BROKER_REFUSES)
def test_the_device_comes_back_to_a_broker_that_refused_it(case: Case) -> None:
    case.the_device_returns()


@purpose(UPL_1, "broker-silent", stimuli.BROKER_SILENT)
def test_the_device_comes_back_to_a_broker_that_never_answered(case: Case) -> None:
    case.the_device_returns()


@purpose(UPL_1, "database-away", stimuli.DATABASE_AWAY)
def test_the_device_comes_back_to_a_database_that_was_away(case: Case) -> None:
    case.the_device_returns()


@purpose(UPL_1, "database-refuses", stimuli.DATABASE_REFUSES)
def test_the_device_comes_back_to_a_database_that_refused_it(case: Case) -> None:
    case.the_device_returns()


@purpose(UPL_1, "database-fails", stimuli.DATABASE_FAILS)
def test_the_device_comes_back_to_a_database_that_failed(case: Case) -> None:
    case.the_device_returns()


@purpose(UPL_1, "database-silent", stimuli.DATABASE_SILENT)
def test_the_device_comes_back_to_a_database_that_never_answered(case: Case) -> None:
    case.the_device_returns()


@purpose(UPL_1, "access-point-away", stimuli.ACCESS_POINT_AWAY)
def test_the_device_comes_back_to_an_access_point_that_was_away(case: Case) -> None:
    case.the_device_returns()


@purpose(UPL_1, "network-away", stimuli.NETWORK_AWAY)
def test_the_device_comes_back_to_a_lorawan_network_that_was_away(case: Case) -> None:
    case.the_device_returns()


UPL_2 = Requirement(
    "XKY-UPL-2",
    clause="MQTT 3.1.1 §4.3; xKy: uplinks",
    text="Behind a restart of a server nothing is doubled, and nothing lost that the board's file promises to keep.",
    french="Après un redémarrage d'un serveur, rien n'est doublé, et rien n'est perdu de ce que le fichier de la "
    "carte promet de garder.",
    why="Sums that add readings up count some twice, or miss an outage that the device promised to bridge.",
    why_french="Les totaux comptent des relevés deux fois, ou il y manque une panne que l'appareil promettait de "
    "couvrir.",
    where=(
        at_an_end("mqtt", "influx"),
        TELLS_FRAMES_APART,
    ),
)


@purpose(UPL_2, "doubled", stimuli.BROKER_AWAY, stimuli.AS_IT_IS)
def test_nothing_is_doubled_behind_a_restart_of_the_broker(case: Case) -> None:
    case.nothing_is_doubled()


@purpose(UPL_2, "database-doubled", stimuli.DATABASE_AWAY, stimuli.DATABASE_AS_IT_IS)
def test_nothing_is_doubled_behind_a_restart_of_the_database(case: Case) -> None:
    case.nothing_is_doubled()


@purpose(UPL_2, "lost", stimuli.BROKER_AWAY)
def test_nothing_that_is_to_be_kept_is_lost_over_a_restart_of_the_broker(case: Case) -> None:
    case.nothing_is_lost()


UPL_3 = Requirement(
    "XKY-UPL-3",
    clause="MQTT 3.1.1 §3.1.2.5; xKy: uplinks",
    text="What stands retained under the topic of its will is true while the device publishes.",
    french="Ce qui reste retenu sous le sujet de son testament est vrai pendant que l'appareil publie.",
    why="The home server shows the device as offline and ignores its readings though they arrive.",
    why_french="Le serveur domestique montre l'appareil hors ligne et ignore ses relevés alors qu'ils arrivent.",
    where=(
        AT_AN_UPLINK,
        LEAVES_A_WILL,
    ),
)


@purpose(UPL_3, "will", stimuli.ACCESS_POINT_AWAY, stimuli.BROKER_AWAY)
def test_the_retained_state_is_true(case: Case) -> None:
    case.the_retained_state_is_true()


UPL_4 = Requirement(
    "XKY-UPL-4",
    clause="xKy: uplinks",
    text="Neither topics nor payloads hold a password or a token.",
    french="Ni les sujets ni les messages ne contiennent de mot de passe ou de jeton.",
    why="Everybody who may read the broker learns the passwords of the home.",
    why_french="Quiconque peut lire le courtier apprend les mots de passe du logement.",
    where=(AT_AN_UPLINK,),
)


@purpose(UPL_4, "credentials", stimuli.CHANGE)
def test_no_credentials_are_said(case: Case) -> None:
    case.no_credentials_are_said()


UPL_5 = Requirement(
    "XKY-UPL-5",
    clause="MQTT 3.1.1; InfluxDB line protocol; xKy: uplinks",
    text="Each message is one that every server of its kind takes as it is meant, whatever status it answers.",
    french="Chaque message est de ceux que tout serveur de son genre prend comme il est voulu, quel que soit l'état "
    "qu'il répond.",
    why="Readings are refused or stored wrong without a word, and the loss is found when the data are needed.",
    why_french="Des relevés sont refusés ou mal enregistrés sans un mot, et l'on découvre la perte quand on a besoin "
    "des données.",
    where=(AT_AN_UPLINK,),
)


@purpose(UPL_5, "messages", stimuli.CHANGE)
def test_everything_can_be_read(case: Case) -> None:
    case.everything_can_be_read("unreadable", "misread", "type_conflict", "precision", "no_http")


UPL_6 = Requirement(
    "XKY-UPL-6",
    clause="xKy: uplinks",
    text="A broker that refuses is tried no more often than the board's file says.",
    french="Un courtier qui refuse n'est pas sollicité plus souvent que ne le dit le fichier de la carte.",
    why="A changed password turns the device into a nuisance that drains itself and floods the server.",
    why_french="Un mot de passe changé fait de l'appareil une nuisance qui s'épuise et noie le serveur.",
    where=(
        at_an_end("mqtt"),
        SAYS_WHAT_A_REFUSAL_COSTS,
    ),
)


@purpose(UPL_6, "refusals", stimuli.BROKER_REFUSES)
def test_a_refusal_costs_what_is_promised(case: Case) -> None:
    case.a_refusal_costs_what_is_promised()
