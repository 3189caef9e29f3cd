# SPDX-License-Identifier: Apache-2.0
"""What decides whether a requirement concerns a device, as far as its statement tells: the words, and the rule.

The questions of the oracle raise *not applicable* with the same words, so that what is said before a run is what the
run says. A rule never says no where a run could decide.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xky.boards import Board
from xky.boards.power.clocked_train import train_of
from xky.boards.power.ratings import ratings_of
from xky.emulator.supply import HIGHEST

from ..bench.mapping import claims_of

__all__ = [
    "AT_AN_UPLINK", "AT_A_LORAWAN_NETWORK", "CAN_BE_RESTARTED", "CLAIMS_EVERY_LABEL", "FED", "FINDS_THE_MODE",
    "HAS_AN_INDICATOR", "HAS_RATINGS", "HAS_TERMINALS", "JOINS", "LEAVES_A_WILL", "LIVES_BY_ITS_CAPACITOR",
    "LIVES_ON_THE_TIC", "NOT_AT_SUCH_AN_END", "NOT_CLAIMED", "PROMISES_A_PERIOD", "REACHES_A_NETWORK",
    "SAYS_WHAT_A_REFUSAL_COSTS", "SAYS_WHAT_IS_ASKED", "SENDS_CONFIRMED", "SLEEPS", "TELLS_FRAMES_APART", "Condition",
    "Facts", "at_an_end", "claims_one_of", "facts_at", "first_no", "why_not_concerned",
]  # fmt: skip

_LINES = "lines"
NOT_CLAIMED = "the device claims none of the labels that this step can show"
NOT_AT_SUCH_AN_END = "the device is not listened to at such an end"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a device before it is run.

    Attributes:
        board: its description, with the statement laid over it.
        probes: kinds of the probes at which it will be listened to; None: nobody said.
        is_fed: the bench itself feeds its terminals I1-A; None: nobody said which device it is.
        is_on_hardware: it is a real board on a wire; None likewise.
        can_restart: the bench can start it anew; None likewise.
    """

    board: Board
    probes: frozenset[str] | None = None
    is_fed: bool | None = None
    is_on_hardware: bool | None = None
    can_restart: bool | None = None

    @property
    def lives_on_the_tic(self) -> bool:
        """Whether its power is described, and comes from the meter."""
        return self.board.power is not None and self.board.power.source == "tic"

    def claims(self) -> list[frozenset[str] | None]:
        """Labels that it claims, of each probe at which it may be listened to; None for all."""
        kinds = self.probes or {_LINES, *self.board.uplinks, *(one.probe for one in self.board.reading)}
        return [claims_of(self.board, kind) for kind in kinds]


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the things that decide whether a requirement concerns a device.

    Attributes:
        text: what has to be so.
        french: the same in French.
        otherwise: what is said where it is not; the run's own words.
        holds: whether it is so; None where the statement alone does not tell.
    """

    text: str
    french: str
    otherwise: str
    holds: Callable[[Facts], bool | None]


def claims_one_of(*labels: str) -> Condition:
    """It claims one of these labels, at one of its probes at least."""

    def holds(facts: Facts) -> bool | None:
        claims = facts.claims()
        if any(one is None for one in claims):
            return True
        return False if all(one is not None and one.isdisjoint(labels) for one in claims) else None

    named, one_of = ", ".join(labels), "" if len(labels) == 1 else "one of "
    un_de = "" if len(labels) == 1 else "une de "
    return Condition(f"the device claims {one_of}{named}", f"l'appareil déclare {un_de}{named}", NOT_CLAIMED, holds)


def at_an_end(*kinds: str) -> Condition:
    """It is listened to at an end of one of these kinds."""

    def holds(facts: Facts) -> bool | None:
        return None if facts.probes is None else not facts.probes.isdisjoint(kinds)

    return Condition(
        f"the device is listened to at {' or '.join(kinds)} (--probe)",
        f"l'appareil est écouté sur {' ou '.join(kinds)} (--probe)",
        NOT_AT_SUCH_AN_END, holds,
    )  # fmt: skip


def _is_at_an_uplink(facts: Facts) -> bool | None:
    return None if facts.probes is None else bool(facts.probes - {_LINES})


def _claims_every_label(facts: Facts) -> bool:
    return any(claims is None for claims in facts.claims())


def _is_fed(facts: Facts) -> bool | None:
    if not facts.lives_on_the_tic:
        return False
    if facts.is_fed or facts.is_fed is None:
        return facts.is_fed
    return None if facts.is_on_hardware else False  # a supply of the bench may feed a real board


def _has_ratings(facts: Facts) -> bool | None:
    power = facts.board.power
    return None if power is None or not facts.lives_on_the_tic else any(ratings_of(train_of(power), HIGHEST))


def _lives_by_its_capacitor(facts: Facts) -> bool | None:
    board, power = facts.board, facts.board.power
    if power is None:
        return None
    return power.adc is not None and power.policy.start_v is not None and board.wake is not None


def _says_what_is_asked(facts: Facts) -> bool | None:
    return True if _claims_every_label(facts) else None


def _unknown(facts: Facts) -> bool | None:
    """Only a run shows it."""
    return None


SAYS_WHAT_IS_ASKED = Condition(
    "the device reports labels that its steps can show",
    "l'appareil restitue des étiquettes que ses étapes peuvent montrer",
    "the device reports none of the labels that this step can show",
    _says_what_is_asked,
)
FINDS_THE_MODE = Condition(
    "the device finds the TIC mode by itself (detects_mode)",
    "l'appareil détecte lui-même le mode TIC (detects_mode)",
    "the board does not claim to find the TIC mode by itself",
    lambda facts: facts.board.detects_mode,
)
CLAIMS_EVERY_LABEL = Condition(
    "the device claims every label of the mode",
    "l'appareil déclare toutes les étiquettes du mode",
    "the device claims a choice of labels, and passes no others on",
    _claims_every_label,
)
CAN_BE_RESTARTED = Condition(
    "the bench can start the device anew while the line speaks (--reset)",
    "le banc peut redémarrer l'appareil pendant que la ligne parle (--reset)",
    "the bench cannot start this device anew while the line speaks",
    lambda facts: facts.can_restart,
)
FED = Condition(
    'the device lives on terminals I1-A ([power] with source "tic"), and the bench feeds them',
    "l'appareil vit sur les bornes I1-A ([power], source tic), et le banc les alimente",
    "the bench does not feed this device's terminal A",
    _is_fed,
)
LIVES_ON_THE_TIC = Condition(
    'the device lives on terminals I1-A ([power] with source "tic")',
    "l'appareil vit sur les bornes I1-A ([power], source tic)",
    "the board's file does not say that it lives on terminals I1-A",
    lambda facts: facts.lives_on_the_tic,
)
SLEEPS = Condition(
    "the device sleeps ([wake])",
    "l'appareil dort ([wake])",
    "the device does not sleep",
    lambda facts: facts.board.wake is not None,
)
LIVES_BY_ITS_CAPACITOR = Condition(
    "the firmware decides by its capacitor's voltage ([power.adc], power.policy.start_v, [wake])",
    "le logiciel décide d'après la tension de son condensateur ([power.adc], power.policy.start_v, [wake])",
    "the firmware does not decide by its capacitor's voltage",
    _lives_by_its_capacitor,
)
HAS_RATINGS = Condition(
    "the board's file gives the ratings of its parts",
    "le fichier de la carte donne les valeurs limites de ses composants",
    "the board's file gives no rating",
    _has_ratings,
)
PROMISES_A_PERIOD = Condition(
    "the device promises a period (limits.period_s, [wake])",
    "l'appareil promet une période (limits.period_s, [wake])",
    "the device reports each frame; it promises no period",
    lambda facts: bool(facts.board.limits.period_s or facts.board.report_period_s),
)
REACHES_A_NETWORK = Condition(
    "the board reaches a network ([uplink])",
    "la carte atteint un réseau ([uplink])",
    "the board reaches no network",
    lambda facts: facts.board.uplink is not None,
)
AT_AN_UPLINK = Condition(
    "the device is listened to at an uplink (--probe)",
    "l'appareil est écouté sur une liaison montante (--probe)",
    "the device is not listened to at an uplink",
    _is_at_an_uplink,
)
LEAVES_A_WILL = Condition(
    "the device leaves a will", "l'appareil laisse un testament MQTT", "the device leaves no will", _unknown
)
TELLS_FRAMES_APART = Condition(
    "the device tells each frame once, by a label that tells one from another",
    "l'appareil dit chaque trame une fois, par une étiquette qui les distingue",
    "the device tells one frame several times where nothing befell it, too",
    _unknown,
)
SAYS_WHAT_A_REFUSAL_COSTS = Condition(
    "the board's file says what a refusal costs ([uplink.mqtt])",
    "le fichier de la carte dit ce que coûte un refus ([uplink.mqtt])",
    "the board's file does not say what a refusal costs ([uplink.mqtt])",
    lambda facts: facts.board.uplink is not None and facts.board.uplink.mqtt is not None,
)
AT_A_LORAWAN_NETWORK = Condition(
    "the device is listened to at a LoRaWAN network (--probe lorawan)",
    "l'appareil est écouté sur un réseau LoRaWAN (--probe lorawan)",
    "the device is not listened to at a LoRaWAN network",
    lambda facts: None if facts.probes is None else "lorawan" in facts.probes,
)
JOINS = Condition(
    "the device asks to be let in while it is listened to",
    "l'appareil demande l'accès au réseau pendant qu'on l'écoute",
    "the device asked for no join while it was listened to",
    _unknown,
)
SENDS_CONFIRMED = Condition(
    "the device sends confirmed uplinks",
    "l'appareil émet des messages confirmés",
    "the device sent no confirmed uplink while nothing was acknowledged",
    _unknown,
)
HAS_AN_INDICATOR = Condition(
    "the device has the label's indicator ([indicator])",
    "l'appareil a le témoin du label ([indicator])",
    "the device's file tells of no indicator ([indicator])",
    lambda facts: facts.board.indicator is not None,
)
HAS_TERMINALS = Condition(
    "the device is a real board (serial:, labgrid:), whose terminals can be touched",
    "l'appareil est une vraie carte (serial:, labgrid:), dont on peut toucher les bornes",
    "the device has no terminals: it is no board on a wire",
    lambda facts: facts.is_on_hardware,
)


def first_no(conditions: Iterable[Condition], facts: Facts) -> Condition | None:
    """The first that does not hold; None where none is known not to."""
    return next((one for one in conditions if one.holds(facts) is False), None)


def why_not_concerned(conditions: Iterable[Condition], facts: Facts) -> str:
    """Why they keep a requirement from concerning a device, in the run's own words; empty where none is known to."""
    missing = first_no(conditions, facts)
    return "" if missing is None else missing.otherwise


def facts_at(
    board: Board, probe: str, claims: frozenset[str] | None, *, is_on_hardware: bool, is_fed: bool | None = None
) -> Facts:
    """What a run knows of its device, whatever was played: nobody asks who starts it anew.

    Args:
        board: its description, with the statement laid over it.
        probe: at which it is listened to, as it may be printed.
        claims: labels that it claims there; None for all.
        is_on_hardware: it is a real board on a wire.
        is_fed: the bench feeds its terminals I1-A; None: that is not known.
    """
    kind = probe.partition(":")[0]
    if claims != claims_of(board, kind):  # a person named others
        board = board.model_copy(update={"labels": None if claims is None else tuple(sorted(claims))})
    return Facts(board, frozenset([kind]), is_fed=is_fed, is_on_hardware=is_on_hardware)
