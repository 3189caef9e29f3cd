# SPDX-License-Identifier: Apache-2.0
"""The command that plays one purpose alone again: the shortest way to see a fail once more.

What rests on the whole run needs the whole run.
"""

import shlex
from collections.abc import Iterator

from ...bench.command_secrets import shown_address, shown_command, shown_device
from ..campaign import Campaign
from ..judgement import Conclusion

__all__ = ["command_again", "replay_again"]

_PLAIN = (  # options of a word each that change what is played or heard, as the command line names them
    "board", "statement", "bench", "line", "parity", "reset", "flash", "meter", "defect",
)  # fmt: skip
_COMMANDS = ("reset", "flash")
_UNLESS_TOLD = {"line": "pty", "parity": "strip"}


def command_again(campaign: Campaign, conclusion: Conclusion) -> str:
    """A line for a shell, quoted: the same device, seed and options, this purpose and its mode alone.

    Credentials of a command or of a probe's address are masked, as everywhere: who plays it again gives them.
    """
    return shlex.join(["xky", "certify", *_words(campaign, conclusion)])


def replay_again(campaign: Campaign, file: str) -> str:
    """The same that plays a stimulus file of the report, named from the report's folder."""
    return shlex.join(["xky", "certify", *_device_words(campaign), "--replay", file])


def _words(campaign: Campaign, conclusion: Conclusion) -> Iterator[str]:
    options = campaign.options
    yield from _device_words(campaign)
    replayed = getattr(campaign, "path", None)
    if replayed is not None:
        yield from ("--replay", str(replayed))
        return
    yield from ("--mode", conclusion.mode.value)
    if not conclusion.trail.of_whole_run:
        yield from ("--only", conclusion.purpose.id)
    elif options.quick:
        yield "--quick"
    yield from ("--seed", str(options.seed))


def _device_words(campaign: Campaign) -> Iterator[str]:
    """The device, and how it is reached."""
    options = campaign.options
    yield shown_device(options.device)
    for name in _PLAIN:
        value = getattr(options, name)
        if value is not None and value != _UNLESS_TOLD.get(name):
            yield from (f"--{name}", shown_command(value) if name in _COMMANDS else shown_address(str(value)))
    if options.labels is not None:
        yield from ("--labels", ",".join(options.labels))
    if options.probes:
        for probe in campaign.probes:  # as they may be shown
            yield from ("--probe", probe)
    if options.speed != 1.0:
        yield from ("--speed", f"{options.speed:g}")
