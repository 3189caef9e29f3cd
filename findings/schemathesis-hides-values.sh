#!/usr/bin/env bash
# Schemathesis 4.32.5 beside Hypothesis 6.170.17: failing examples of other tests are printed without their values.
#
# Behaviour: where Schemathesis is installed, its pytest plugin is active in every session, and the example that Hypothesis
#   prints for an ordinary property that fails names the arguments and leaves out what they were. With
#   `-p no:schemathesis` the same test prints the value.
# Why one would guess otherwise: the plugin is for tests of an OpenAPI schema; the test here imports nothing of it.
# Seen (2026-11, Python 3.11, pytest 9.1.1):
#   with the plugin: number=,
#   without it: number=1000,
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "schemathesis==4.32.5" "hypothesis==6.170.17" "pytest==9.1.1" 2>"$work/pip.log" ||
    { cat "$work/pip.log" >&2; exit 2; }
cat >"$work/test_property.py" <<'PYTHON'
from hypothesis import given, settings, strategies as st


@settings(max_examples=50, derandomize=True, database=None)
@given(number=st.integers(min_value=0, max_value=5000))
def test_small(number):
    assert number < 1000
PYTHON
shown() {
    (cd "$work" && "$work/venv/bin/pytest" -q -p no:cacheprovider "$@" test_property.py || true) | grep -oE "number=[0-9]*,?" | tail -n 1
}
with=$(shown)
without=$(shown -p no:schemathesis)
echo "with the plugin: $with"
echo "without it: $without"
[ "$with" = "number=," ] && [ "$without" = "number=1000," ]
