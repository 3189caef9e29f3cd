# SPDX-License-Identifier: Apache-2.0
"""``xky listen``: the bench's own MQTT, InfluxDB and LoRaWAN ends by themselves, to write a mapping by."""

import json
import sys
from typing import Annotated, Any

import typer

from xky.boards import board_names
from xky.boards.description.laid_over import statement_named
from xky.protocol import InputError

from ..bench.listening import Listening
from ..bench.probes import probe_kinds
from ..bench.reading import Reading, Remark
from ..ends.end import EndEvent, Payload
from ..terminal import short_line

__all__ = ["command"]


def command(
    probe: Annotated[
        str, typer.Argument(metavar="SPEC", help="mqtt, influx or lorawan; mqtt:0.0.0.0:1883 where a board reaches it.")
    ],
    board: Annotated[
        str,
        typer.Option(
            autocompletion=board_names, help="Its [[reading]] say what payloads mean: a board, or a statement's file."
        ),
    ] = "generic",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print each payload that arrives, and the readings that it becomes, until Ctrl-C."""
    kinds = probe_kinds()
    listened = [one for one in kinds if one not in ("lines", "http")]
    if (scheme := probe.partition(":")[0]) not in listened:
        why = "nothing arrives there by itself" if scheme in kinds else "no such probe"
        raise InputError(f"{scheme}: {why}; expected one of {', '.join(listened)}")
    tell = _tell_json if as_json else _tell
    listening = Listening(probe, statement_named(board), lambda payload, said: tell(_payload(payload, said)),
                          lambda event: tell(_event(event)))  # fmt: skip
    try:
        tell({"event": "listening", "fields": dict(listening.fields)})
        listening.run()
    except KeyboardInterrupt:
        sys.stdout.flush()
    finally:
        listening.close()


def _payload(payload: Payload, said: Reading | Remark | None) -> dict[str, Any]:
    reading = {label: one.plain for label, one in said.said.items()} if isinstance(said, Reading) else None
    remark = {"remark": said.text} if isinstance(said, Remark) else {}
    return {
        "event": "payload", "at_s": round(payload.at_s, 3), "from": payload.source, "content": payload.content,
        "facts": dict(payload.facts), "reading": reading, **remark,
    }  # fmt: skip


def _event(event: EndEvent) -> dict[str, Any]:
    return {
        "event": event.kind, "at_s": round(event.at_s, 3), "text": event.text, "facts": dict(event.facts)
    }  # fmt: skip


def _tell_json(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def _tell(told: dict[str, Any]) -> None:
    sys.stdout.write("\n".join(_lines(told)) + "\n")
    sys.stdout.flush()


def _lines(told: dict[str, Any]) -> list[str]:
    """The same for people."""
    kind = told["event"]
    if kind == "listening":
        address = next((value for name, value in told["fields"].items() if not name.endswith(("_host}", "_port}"))), "")
        return [f"listening at {address}; Ctrl-C ends"]
    if kind != "payload":
        return [f"{told['at_s']:9.2f} s  {kind}: {short_line(told['text'])}"]
    content = told["content"]
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)
    facts = "".join(f"  {name} {value}" for name, value in told["facts"].items() if name in ("qos", "retain", "fcnt"))
    lines = [f"{told['at_s']:9.2f} s  {short_line(told['from'])}{facts}  {short_line(text)}"]
    if told["reading"]:
        lines.append(
            " " * 13
            + "  ".join(f"{short_line(label)} = {short_line(value)}" for label, value in told["reading"].items())
        )
    elif "remark" in told:
        lines.append(" " * 13 + short_line(f"no reading: {told['remark']}"))
    else:
        lines.append(" " * 13 + "no label is mapped in it")
    return lines
