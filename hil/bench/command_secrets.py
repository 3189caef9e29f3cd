# SPDX-License-Identifier: Apache-2.0
"""Commands as they may be shown: words that carry credentials are masked, as SPECs of probes are.

What is a credential is told by names (``--password X``, ``PASSWORD=X``, ``X-Api-Key: X``) and by addresses
(``mqtt://USER:PASSWORD@HOST``); what has no such name nobody can know.
"""

import re
import shlex
from collections.abc import Iterator, Sequence

from ..ends.secret_names import IN_A_QUERY, SECRET_NAME, SECRET_WORDS, USERINFO

__all__ = [
    "MASK", "secrets_of_address", "secrets_of_command", "secrets_of_device", "shown_address", "shown_command",
    "shown_device",
]  # fmt: skip

MASK = "***"
_COMMANDS = ("exec",)  # kinds of devices whose name is a command
_PLACEHOLDER = re.compile(r"\{(?:port|mode|baud|mqtt|mqtt_host|mqtt_port|influx|lorawan)\}")
_OPTION = re.compile(rf"(?!--?no-)--?(?:{SECRET_NAME}|(?i:{SECRET_WORDS}))")
_WHOLE = re.compile(rf"(-*D?{SECRET_NAME}\s*[=:]\s*)(.+)", re.DOTALL)
_WITHIN = re.compile(
    rf"({SECRET_NAME}[\"']?\s*[=:]\s*|(?<!\S)(?!--?no-)--?{SECRET_NAME}\s+(?!-))(?P<value>\"[^\"]*\"|'[^']*'|[^\s&;|]+)"
)
_SCHEMES = ("basic", "bearer", "digest", "token")
_WITH_USER = ("-u", "--user", "--proxy-user")  # of curl and others: USER:PASSWORD
_IS_OPTION = re.compile(r"--[A-Za-z][A-Za-z-]*|-[A-Za-z]")
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./{}*\[\]?&#-]+")  # what needs no quotes to be split as it was; none is run


def shown_device(device: str) -> str:
    """A device's name as it may be shown; one without credentials as it is.

    >>> shown_device("exec:./gateway {port} --password 'correct horse' --to mqtt://me:pw@broker")
    'exec:./gateway {port} --password *** --to mqtt://***@broker'
    """
    kind, colon, rest = device.partition(":")
    shown = shown_command if kind in _COMMANDS else shown_address
    return f"{kind}{colon}{shown(rest)}"


def shown_command(command: str) -> str:
    """A command as it may be shown; one without credentials as it is."""
    try:
        words = shlex.split(command)
    except ValueError:  # whoever runs it says so
        return shown_address(command)
    masked = [word for word, _ in _masked(words)]
    return command if masked == words else " ".join(map(_quoted, masked))


def secrets_of_device(device: str) -> list[str]:
    """What was masked of a device's name."""
    kind, _, rest = device.partition(":")
    return secrets_of_command(rest) if kind in _COMMANDS else secrets_of_address(rest)


def secrets_of_command(command: str) -> list[str]:
    """What was masked of a command."""
    try:
        words = shlex.split(command)
    except ValueError:
        return secrets_of_address(command)
    return [secret for _, secrets in _masked(words) for secret in secrets if secret != MASK]


def _masked(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Each word as it may be shown, with what was masked of it."""
    before = ""
    for word in words:
        if _OPTION.fullmatch(before) and not (_IS_OPTION.fullmatch(word) or _PLACEHOLDER.fullmatch(word)):
            yield MASK, [word]
        elif before in _WITH_USER and ":" in word:
            yield MASK, [word, word.partition(":")[2]]
        else:
            yield _masked_word(word)
        before = word


def _masked_word(word: str) -> tuple[str, list[str]]:
    whole = _WHOLE.fullmatch(word)
    if whole is not None and not _PLACEHOLDER.search(whole[2]):  # one with a placeholder is a script
        value = whole[2]
        scheme, blank, rest = value.partition(" ")  # of a header: Bearer X
        is_header = blank and scheme.lower() in _SCHEMES and rest
        return whole[1] + MASK, [value, rest] if is_header else [value]
    word, found = _masked_address(word)
    return _WITHIN.sub(lambda match: _keep_name(match, found), word), found


def _keep_none(match: re.Match[str], found: list[str]) -> str:
    value = match["value"]
    if value:
        found.extend([value, value.partition(":")[2]] if ":" in value else [value])
    return MASK if value else ""


def _keep_name(match: re.Match[str], found: list[str]) -> str:
    value = match["value"]
    if _PLACEHOLDER.fullmatch(value):
        return match[0]
    quote = value[0] if value[0] in "\"'" else ""
    found += [one for one in dict.fromkeys((value.strip("\"'"), value.strip("\"'}],"))) if one]
    return f"{match[1]}{quote}{MASK}{quote}"


def secrets_of_address(text: str) -> list[str]:
    """User and password, and the password alone, of the addresses in a text, and what their queries tell."""
    return _masked_address(text)[1]


def shown_address(text: str) -> str:
    """The addresses in a text without user and password, and without the secrets of their queries."""
    return _masked_address(text)[0]


def _masked_address(text: str) -> tuple[str, list[str]]:
    found: list[str] = []
    text = USERINFO.sub(lambda match: _keep_none(match, found), text)
    return IN_A_QUERY.sub(lambda match: _keep_name(match, found), text), found


def _quoted(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else shlex.quote(word)
