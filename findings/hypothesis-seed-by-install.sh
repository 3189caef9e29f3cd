#!/usr/bin/env bash
# Hypothesis 6.170.17 (PyPI): the same seed draws other examples where the very same package is installed editable.
#
# Behaviour: numbers and texts that stand in the source of "local" modules are among the constants that one draw in twenty takes. Local is
#   what was imported from outside of site-packages: a package installed with pip install -e is, the same package installed as usual
#   is not. So @seed gives one sequence of examples in a developer's environment and another one on a user's machine.
# Why one would guess otherwise: @seed is there so that a run is made again, and nothing of the package differs, its version, its files
#   and those of Hypothesis. A seed that a developer of a fuzzer quotes from an editable install finds nothing, or something else, on
#   the machine of a user; and in one installation it goes by what has been imported before the first example, too.
# Seen (2026-11, hypothesis 6.170.17, Python 3.11): in 200 numbers from 0 to 1 048 575, the package has the constant 787 878
#   as usual: 787878 comes 0 times
#   editable: 787878 comes 1 times; the first other number is the 14th
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/source/src/meterlike"
cat >"$work/source/pyproject.toml" <<'TOML'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "meterlike"
version = "1.0"
TOML
cat >"$work/source/src/meterlike/__init__.py" <<'PYTHON'
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

LIMIT = 787878


def drawn():
    numbers = []

    @settings(max_examples=200, database=None, phases=[Phase.generate], deadline=None)
    @seed(5)
    @given(st.integers(0, 2**20 - 1))
    def keep(number):
        numbers.append(number)

    keep()
    return numbers


if __name__ == "__main__":
    print(*drawn())
PYTHON
for way in usual editable; do
    python3 -m venv "$work/$way"
    [ "$way" = usual ] && how=() || how=(-e)
    "$work/$way/bin/pip" install -q "hypothesis==6.170.17" "${how[@]}" "$work/source" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
    (cd / && timeout 60 "$work/$way/bin/python" -c "import meterlike; print(*meterlike.drawn())") >"$work/$way.txt"
done
python3 - "$work/usual.txt" "$work/editable.txt" <<'PYTHON'
import sys

usual, editable = ([int(number) for number in open(name).read().split()] for name in sys.argv[1:])
first = next((place for place, (one, other) in enumerate(zip(usual, editable), 1) if one != other), None)
print(f"as usual: 787878 comes {usual.count(787878)} times")
print(f"editable: 787878 comes {editable.count(787878)} times; the first other number is the {first}th")
sys.exit(0 if usual.count(787878) == 0 < editable.count(787878) else 1)
PYTHON
