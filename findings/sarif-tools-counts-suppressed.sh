#!/usr/bin/env bash
# sarif-tools 3.0.5 (PyPI): a result that its file says is suppressed fails `--check` as any other.
#
# Behaviour: `sarif --check error summary` of a file whose only result has `"suppressions": [{"kind": "external", "status":
#   "accepted"}]` counts one error and ends with 1. A filter file can leave such results out; without one they count. A result of
#   kind pass does not.
# Why one would guess otherwise: SARIF 2.1.0 has suppressions so that a known and accepted result is kept in the file and not shown as
#   open, and code scanning services show it as closed. A pipeline whose baseline is written so stays red.
# Seen (2026-11, sarif-tools 3.0.5, Python 3.11):
#   open: error: 1, ends with 1
#   suppressed: error: 1, ends with 1
#   kind pass: error: 0, ends with 0
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "sarif-tools==3.0.5" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
cd "$work"
same=0
ask() { # a name; what else the result has; the count and the status that are expected
    cat >result.sarif <<JSON
{"version": "2.1.0", "\$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [{
  "tool": {"driver": {"name": "bench", "rules": [{"id": "R1"}]}},
  "results": [{"ruleId": "R1", "message": {"text": "read wrong"}, $2,
    "locations": [{"physicalLocation": {"artifactLocation": {"uri": "reader.c"}, "region": {"startLine": 1}}}]}]}]}
JSON
    status=0
    venv/bin/sarif --check error summary result.sarif >told.txt 2>&1 || status=$?
    count=$(sed -n 's/^error: //p' told.txt)
    echo "$1: error: $count, ends with $status"
    [ "$count $status" = "$3 $4" ] || same=1
}
ask open '"level": "error"' 1 1
ask suppressed '"level": "error", "suppressions": [{"kind": "external", "status": "accepted"}]' 1 1
ask "kind pass" '"kind": "pass", "level": "none"' 0 0
exit "$same"
