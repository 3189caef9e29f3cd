# SPDX-License-Identifier: Apache-2.0
"""Topic names and topic filters of MQTT: which are valid, and which name a filter takes (3.1.1 §4.7; 5 §4.7)."""

from functools import lru_cache

from xky.protocol.errors import InputError

__all__ = ["TOPIC_BYTES_MAX", "check_filter", "check_topic", "matches", "wrong_with_filter", "wrong_with_topic"]

TOPIC_BYTES_MAX = 65_535  # of UTF-8 (MQTT-4.7.3-3)


def _wrong_with_text(text: str) -> str | None:
    if not text:
        return "is empty; expected at least one character"
    if "\0" in text:
        return "holds the character U+0000; leave it out"
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "holds half a surrogate pair; expected text that UTF-8 can carry"
    return None if size <= TOPIC_BYTES_MAX else f"has {size} bytes in UTF-8; expected {TOPIC_BYTES_MAX} at most"


def wrong_with_topic(text: str) -> str | None:
    """What keeps ``text`` from being the name of a topic, and the mend; None for nothing."""
    wrong = _wrong_with_text(text)
    if wrong is None and ("+" in text or "#" in text):
        wrong = "holds a wildcard, + or #; expected the name of one topic"
    return wrong


@lru_cache(64)  # who wakes asks for the same one again
def wrong_with_filter(text: str) -> str | None:
    """What keeps ``text`` from being a topic filter, and the mend; None for nothing."""
    wrong = _wrong_with_text(text)
    if wrong is not None or ("+" not in text and "#" not in text):
        return wrong
    levels = text.split("/")
    for place, level in enumerate(levels, 1):
        if "#" in level and level != "#":
            return f"has # beside other characters in level {place}, {level!r}; # stands alone, as in a/#"
        if "#" in level and place < len(levels):
            return f"has # in level {place} of {len(levels)}; # must be the last level"
        if "+" in level and level != "+":
            return f"has + beside other characters in level {place}, {level!r}; + stands alone, as in a/+/b"
    return None


def check_topic(text: str) -> str:
    """``text``, if it is the name of a topic.

    Raises:
        InputError: it is not; the text says what is wrong.
    """
    wrong = wrong_with_topic(text)
    if wrong is not None:
        raise InputError(f"topic {_shown(text)}: {wrong}")
    return text


def check_filter(text: str) -> str:
    """``text``, if it is a topic filter.

    Raises:
        InputError: it is not; the text says what is wrong.
    """
    wrong = wrong_with_filter(text)
    if wrong is not None:
        raise InputError(f"topic filter {_shown(text)}: {wrong}")
    return text


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 100 else f"{text[:100]!r}…"


@lru_cache(maxsize=1024)
def _levels(topic_filter: str) -> tuple[str, ...]:
    return tuple(topic_filter.split("/"))


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a valid filter takes a valid topic name.

    Names that begin with ``$`` are not taken by a filter that begins with a wildcard (MQTT-4.7.2-1); ``a/#`` takes
    ``a`` itself, too (§4.7.1.2).
    """
    if topic_filter == topic:
        return True
    if "+" not in topic_filter and "#" not in topic_filter:
        return False
    if topic.startswith("$") and topic_filter[0] in "+#":
        return False
    wanted, levels = _levels(topic_filter), topic.split("/")
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place == len(levels) or level not in ("+", levels[place]):
            return False
    return len(wanted) == len(levels)
