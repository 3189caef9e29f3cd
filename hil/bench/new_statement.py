# SPDX-License-Identifier: Apache-2.0
"""A statement with comments, for a supplier to go on with: what the answers say, and room for the rest."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from xky.boards.description.statement import ProbeName
from xky.protocol import LABELS, InputError, Mode

__all__ = ["Answers", "checked_labels", "statement_text"]

_SAID = {  # an example of what each uplink needs, with a comment sign in front until somebody fills it in
    "lines": 'labels = { EAST = "index_wh", SINSTS = "power_va" }',
    "mqtt": 'from = "tele/+/SENSOR"\nlabels = { EAST = "TIC.EAST", SINSTS = "TIC.SINSTS" }',
    "influx": 'from = "linky"\nlabels = { EAST = "fields.EAST", SINSTS = "fields.SINSTS" }',
    "lorawan": 'from = 1\nlabels = { EAST = "index_wh", SINSTS = "power_va" }',
    "http": 'from = "/status"\nlabels = { EAST = "tic.EAST", SINSTS = "tic.SINSTS" }',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a supplier says of a device.

    Attributes:
        title: one line for people.
        modes: TIC modes that it reads.
        phases: of the meters that it is for.
        producer: whether it is for meters of producers.
        labels: that it reports; empty: those that its readings map, or all.
        probe: where it says them.
        version: of its firmware; empty: not told.
        sha256: of its program; empty: not told.
        period_s: between two readings, seconds, as it is promised; None: each frame.
    """

    title: str
    modes: Sequence[Mode] = tuple(Mode)
    phases: Sequence[int] = (1, 3)
    producer: bool = True
    labels: Sequence[str] = ()
    probe: ProbeName = "lines"
    version: str = ""
    sha256: str = ""
    period_s: float | None = None


def checked_labels(text: str) -> list[str]:
    """The labels of an answer, apart by commas.

    Raises:
        InputError: one is none.
    """
    labels = [one.strip() for one in text.split(",") if one.strip()]
    known = {name for table in LABELS.values() for name in table}
    for label in labels:
        if label not in known:
            raise InputError(f"--labels {label}: no label of the TIC; write names as Enedis does, such as EAST,SINSTS")
    return labels


def statement_text(answers: Answers, name: str) -> str:
    """The file.

    Args:
        answers: what is known.
        name: of the file, for the commands in its comments.
    """
    labels = answers.labels
    release = [f"version = {_told(answers.version)}"] if answers.version else ['# version = "1.4.2"']
    release += [f"sha256 = {_told(answers.sha256)}"] if answers.sha256 else ['# sha256 = "…"  # sha256sum FILE']
    known = bool(answers.version or answers.sha256)
    period = f"period_s = {answers.period_s:g}" if answers.period_s is not None else "# period_s = 60"
    mapping = "\n".join(f"# {line}" for line in _SAID[answers.probe].splitlines())
    return f"""\
# What the supplier of this device declares of it.
#   xky statement check {name}                 is it right?
#   xky certify DEVICE --statement {name}      tests what it claims; what it does not claim stands in the report

title = {_told(answers.title)}

# TIC modes that it reads.
modes = {_told([mode.value for mode in answers.modes])}

# The meters that it is for, by their phases, and whether those of producers are among them.
phases = {_told(list(answers.phases))}
producer = {_told(answers.producer)}

# Labels that it reports; without this line those of [[reading]], or every label of the mode.
{"" if labels else "# "}labels = {_told(list(labels) or ["EAST", "SINSTS"])}

# Which program it is: a version, or the SHA-256 of the file that is run or flashed. What the bench cannot see
# stands in the report as not proven. said: where the device tells its version (JMESPath into a message).
{"" if known else "# "}[release]
{chr(10).join(release)}
# said = {{ probe = "{answers.probe}", path = "version" }}

# Where it says which label: topic, measurement, FPort or page, and JMESPath into the payload. Names, scales and
# units: docs/statement.md. Without it a message is an object of labels and values.
# [[reading]]
# probe = "{answers.probe}"
{mapping}

# Its light for the line, where it has one: flashes (54E) or steady (02E). xky certify --profile linky-ready tries it.
# [indicator]
# historic = "flashes"
# standard = "flashes"

# What it promises, seconds; without a line the suite's own, docs/boards.md.
[limits]
{period}          # between two readings
# freshness_s = 15       # how old a value may be that is reported; a frame may take 12 s
# completeness_s = 12    # until what has changed is reported
# recovery_s = 10        # until it reads again behind a disturbance

# What it is known not to meet; shown in the report, and no verdict changes.
# [[waiver]]
# requirement = "TIC-LBL-5"
# reason = "DATE is of no use to our users"
# until = 2027-12-31
"""


def _told(value: object) -> str:
    """A value as TOML has it: JSON's text, list and truth are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
