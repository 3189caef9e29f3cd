#!/usr/bin/env bash
# construct 2.10.70: the compiled form of a parser reads a cut packet as a whole one, and builds bytes of a wrong length.
#
# Behaviour: Prefixed(Byte, GreedyBytes) that is given a length of 5 and two bytes raises StreamError; its compile() returns the two
#   bytes. Aligned and Bytes of a fixed length lose their checks likewise: Bytes(3) builds two. Of what the compiled form does refuse
#   much is no ConstructError: a short Int16ub raises struct.error, an unknown key of a Mapping KeyError.
# Why one would guess otherwise: compile() says in its documentation that the result parses and builds alike and is only faster, and
#   `except ConstructError` is what stands round a parser of bytes from outside. Tests of the plain form pass, and a gateway's payload
#   that was cut on the way becomes a reading.
# Seen (2026-11, construct 2.10.70, Python 3.11):
#   Prefixed, cut: plain StreamError, compiled b'ab'
#   Aligned, cut: plain StreamError, compiled 1
#   Bytes(3), built of two: plain StreamError, compiled b'ab'
#   Int16ub, cut: plain StreamError, compiled error, a ConstructError: False
#   Mapping, unknown: plain MappingError, compiled KeyError, a ConstructError: False
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "construct==2.10.70" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import sys

from construct import Aligned, Byte, Bytes, ConstructError, GreedyBytes, Int16ub, Mapping, Prefixed


def outcome(ask, what):
    try:
        return repr(ask(what))
    except Exception as error:
        name = type(error).__name__
        return name if isinstance(error, ConstructError) else f"{name}, a ConstructError: False"


told = []
for name, layout, how, what in (
    ("Prefixed, cut", Prefixed(Byte, GreedyBytes), "parse", b"\x05ab"),
    ("Aligned, cut", Aligned(4, Byte), "parse", b"\x01\x00\x00"),
    ("Bytes(3), built of two", Bytes(3), "build", b"ab"),
    ("Int16ub, cut", Int16ub, "parse", b"\x01"),
    ("Mapping, unknown", Mapping(Byte, {"E": 0, "H": 1}), "parse", b"\x07"),
):
    plain, compiled = (outcome(getattr(one, how), what) for one in (layout, layout.compile()))
    told.append((plain, compiled))
    print(f"{name}: plain {plain}, compiled {compiled}")
right = [
    ("StreamError", "b'ab'"),
    ("StreamError", "1"),
    ("StreamError", "b'ab'"),
    ("StreamError", "error, a ConstructError: False"),
    ("MappingError", "KeyError, a ConstructError: False"),
]
sys.exit(0 if told == right else 1)
PYTHON
