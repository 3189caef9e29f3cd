# SPDX-License-Identifier: Apache-2.0
"""LoRaWAN: what a device must never use twice, how much of the air is its own, and what an unwilling network costs."""

from xky.hil.campaign.condition import AT_A_LORAWAN_NETWORK, CAN_BE_RESTARTED, JOINS, SENDS_CONFIRMED
from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.conformance import stimuli

LRW_1 = Requirement(
    "XKY-LRW-1",
    clause="LoRaWAN 1.0.2 §6.2.4; LoRaWAN 1.0.4 §6.2.3",
    text="No DevNonce is used twice, whatever became of the join.",
    french="Aucun DevNonce n'est utilisé deux fois, quelle que soit l'issue de l'accès au réseau.",
    why="The network refuses the device after a restart, and only somebody at the operator's console lets it in again.",
    why_french="Le réseau refuse l'appareil après un redémarrage, et il faut que quelqu'un intervienne chez "
    "l'opérateur pour le rétablir.",
    where=(
        AT_A_LORAWAN_NETWORK,
        JOINS,
    ),
)


@purpose(LRW_1, "nonces", stimuli.NETWORK_REFUSES)
def test_no_nonce_is_used_twice(case: Case) -> None:
    case.no_nonce_is_used_twice()


LRW_2 = Requirement(
    "XKY-LRW-2",
    clause="LoRaWAN 1.0.2 §4.3.1.5",
    text="Within a session no uplink counter is used twice, and none falls, over a restart of the device neither.",
    french="Dans une session, aucun compteur de trames montantes ne sert deux fois ni ne recule, même après un "
    "redémarrage.",
    why="The network drops the readings as replays: the device sends, its battery empties, and nothing arrives.",
    why_french="Le réseau écarte les relevés comme des répétitions : l'appareil émet, s'épuise, et rien n'arrive.",
    where=(AT_A_LORAWAN_NETWORK,),
)


@purpose(LRW_2, "counters", stimuli.START_IN_DATA)
def test_no_counter_is_used_twice(case: Case) -> None:
    case.no_counter_is_used_twice()


LRW_3 = Requirement(
    "XKY-LRW-3",
    clause="EN 300 220-2 annex B",
    text="The duty cycle of each sub-band is kept over any hour.",
    french="Le rapport cyclique de chaque sous-bande est respecté sur toute heure.",
    why="The device uses air that belongs to its neighbours, whose readings get lost, and its operation is unlawful.",
    why_french="L'appareil occupe des ondes qui reviennent à ses voisins, dont les relevés se perdent, et son usage "
    "est illicite.",
    where=(AT_A_LORAWAN_NETWORK,),
)


@purpose(LRW_3, "any-hour", stimuli.NETWORK_SILENT)
def test_the_duty_cycle_is_kept(case: Case) -> None:
    case.the_duty_cycle_is_kept()


LRW_4 = Requirement(
    "XKY-LRW-4",
    clause="LoRaWAN 1.0.2 §6.2, §7; xKy: uplinks",
    text="A join that is refused is tried again, no sooner than the board's file says, and accepted.",
    french="Un accès au réseau refusé est retenté, pas plus tôt que ne le dit le fichier de la carte, et accepté.",
    why="After an outage of the network the device never comes back, or drains itself in vain attempts.",
    why_french="Après une panne du réseau, l'appareil ne revient jamais, ou s'épuise en tentatives vaines.",
    where=(
        AT_A_LORAWAN_NETWORK,
        CAN_BE_RESTARTED,
        JOINS,
    ),
)


@purpose(LRW_4, "again", stimuli.NETWORK_REFUSES)
def test_a_refused_join_is_tried_again(case: Case) -> None:
    case.a_refused_join_is_tried_again()


@purpose(LRW_4, "pauses", stimuli.NETWORK_REFUSES)
def test_a_refused_join_is_left_alone_for_as_long_as_promised(case: Case) -> None:
    case.a_refused_join_is_left_alone_for_as_long_as_promised()


LRW_5 = Requirement(
    "XKY-LRW-5",
    clause="LoRaWAN 1.0.2 §18.4",
    text="A confirmed uplink that nobody acknowledges is sent no more often than the board's file says, else 8 times.",
    french="Un message confirmé que personne n'acquitte n'est pas émis plus souvent que ne le dit le fichier de la "
    "carte, sinon 8 fois.",
    why="Where the network hears badly the device spends its energy and air time on one reading and sends no other.",
    why_french="Là où le réseau entend mal, l'appareil dépense son énergie et son temps d'antenne pour un seul "
    "relevé et n'en émet plus d'autre.",
    where=(
        AT_A_LORAWAN_NETWORK,
        SENDS_CONFIRMED,
    ),
)


@purpose(LRW_5, "repetitions", stimuli.NETWORK_SILENT)
def test_a_confirmed_uplink_is_not_sent_for_ever(case: Case) -> None:
    case.a_confirmed_uplink_is_not_sent_for_ever()
