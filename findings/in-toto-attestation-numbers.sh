#!/usr/bin/env bash
# in-toto-attestation 0.9.3 (PyPI): integers of a predicate become floats: 5 is written back as 5.0, a time in ns is another one.
#
# Behaviour: a statement read into the package's Statement and written as JSON again has 5.0 for 5, 9007199254740992.0 for
#   9007199254740993 and 1.7684784001234568e+18 for 1768478400123456789: the predicate is a protobuf Struct, whose numbers are doubles.
#   validate() finds no fault before or after, and a digest of the text is another one even where no value changed.
# Why one would guess otherwise: a statement is JSON, is signed as bytes, and these are the framework's own bindings; seeds, counters
#   and times in nanoseconds are integers in it.
# Seen (2026-11, in-toto-attestation 0.9.3, protobuf as installed with it, Python 3.11):
#   read: {"count": 5, "seed": 9007199254740993, "at_ns": 1768478400123456789}
#   written: {"count": 5.0, "seed": 9007199254740992.0, "at_ns": 1.7684784001234568e+18}
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "in-toto-attestation==0.9.3" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
"$work/venv/bin/python" - <<'PYTHON'
import json
import sys

from google.protobuf.json_format import MessageToJson, Parse
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement

PREDICATE = {"count": 5, "seed": 2**53 + 1, "at_ns": 1768478400123456789}
document = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "firmware.bin", "digest": {"sha256": "ab" * 32}}],
    "predicateType": "https://example.org/verdicts/v1",
    "predicate": PREDICATE,
}
statement = Statement.copy_from_pb(Parse(json.dumps(document), statement_pb2.Statement()))
statement.validate()
found = json.loads(MessageToJson(statement.pb))["predicate"]
written = {name: found[name] for name in PREDICATE}  # a Struct keeps no order
print(f"read: {json.dumps(PREDICATE)}\nwritten: {json.dumps(written)}")
right = '{"count": 5.0, "seed": 9007199254740992.0, "at_ns": 1.7684784001234568e+18}'
sys.exit(0 if json.dumps(written) == right else 1)
PYTHON
