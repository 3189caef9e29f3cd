# SPDX-License-Identifier: Apache-2.0
"""Topic filters of MQTT: which are allowed, and which topics they match (MQTT 5.0 §4.7, the same as 3.1.1 §4.7)."""

from ..errors import InputError

__all__ = ["check_filter", "matches"]

_BYTES_MAX = 65_535  # 5.0 §1.5.4: a text's length has two bytes


def check_filter(text: str) -> None:
    """Refuse what is no topic filter.

    Raises:
        InputError: it is none; the text says why, and how to mend it.

    >>> check_filter("tele/+/SENSOR")
    """
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    if not text:
        raise InputError("it is empty; write a topic filter, such as tele/+/SENSOR (MQTT §4.7.3)")
    if "\x00" in text:
        raise InputError(f"topic filter {shown!r}: holds the character U+0000; leave it out (MQTT §4.7.3)")
    if any("\ud800" <= one <= "\udfff" for one in text):
        raise InputError(f"topic filter {shown!r}: holds half a surrogate pair; leave it out (MQTT §1.5.4)")
    if len(text.encode()) > _BYTES_MAX:
        raise InputError(
            f"topic filter {shown!r}: is longer than {_BYTES_MAX} bytes (MQTT §4.7.3); write a shorter one"
        )
    levels = text.split("/")
    for number, level in enumerate(levels, 1):
        if "#" in level and (level != "#" or number < len(levels)):
            raise InputError(
                f"topic filter {shown!r}: level {number} is {level!r}; # stands alone in the last level, such as "
                "tele/# (MQTT §4.7.1.2)"
            )
        if "+" in level and level != "+":
            raise InputError(
                f"topic filter {shown!r}: level {number} is {level!r}; + stands alone in its level, such as "
                "tele/+/SENSOR (MQTT §4.7.1.3)"
            )


def matches(filter_: str, topic: str) -> bool:
    """Whether a topic filter that is allowed matches a topic.

    ``#`` matches the level above it, too (§4.7.1.2); a wildcard in the first level matches no topic that begins with
    ``$`` (§4.7.2).

    >>> matches("tele/#", "tele"), matches("+/SENSOR", "$SYS/SENSOR")
    (True, False)
    """
    if filter_ == topic:
        return True
    if filter_[:1] in ("+", "#") and topic[:1] == "$":
        return False
    wanted, levels = filter_.split("/"), topic.split("/")
    if wanted[-1] == "#":
        del wanted[-1]
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(one in ("+", level) for one, level in zip(wanted, levels, strict=True))
