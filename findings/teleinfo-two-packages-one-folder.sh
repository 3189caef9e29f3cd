#!/usr/bin/env bash
# teleinfo 1.3.1 and pyteleinfo 0.4.0 (PyPI) are one folder, `teleinfo`: the second one installed takes the first one's place.
#
# Behaviour: pyteleinfo, then teleinfo, and `from teleinfo import decode` fails, while pip installs both without a word, lists both
#   and finds no fault ("No broken requirements"). With teleinfo uninstalled again, `import teleinfo` gives an empty package,
#   although pyteleinfo is still listed.
# Why one would guess otherwise: they have two names and two authors. Who compares readers of a meter in one environment gets one of
#   them, and an error that names the wrong one.
# Seen (2026-11, Python 3.11 and pip as it comes with it):
#   pyteleinfo alone: decode: yes, Parser: no
#   both: decode: no, Parser: yes; pip check: No broken requirements found.
#   teleinfo uninstalled: decode: no, Parser: no; listed: pyteleinfo
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip() { "$work/venv/bin/pip" "$@" 2>>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }; }
has() { if (cd "$work" && venv/bin/python -c "from teleinfo import $1") 2>/dev/null; then echo yes; else echo no; fi; }
found() { echo "decode: $(has decode), Parser: $(has Parser)"; }
pip install -q --ignore-requires-python "pyteleinfo==0.4.0" # asks for Python 3.12, and imports on 3.11
one="pyteleinfo alone: $(found)"
pip install -q "teleinfo==1.3.1"
both="both: $(found); pip check: $(pip check | grep -v "^pyteleinfo .* requires Python" | tail -1)"
pip uninstall -qy teleinfo
gone="teleinfo uninstalled: $(found); listed: $(pip list --format=freeze | sed -n 's/^\(.*teleinfo\)==.*/\1/p')"
printf '%s\n' "$one" "$both" "$gone"
[ "$one" = "pyteleinfo alone: decode: yes, Parser: no" ] &&
    [ "$both" = "both: decode: no, Parser: yes; pip check: No broken requirements found." ] &&
    [ "$gone" = "teleinfo uninstalled: decode: no, Parser: no; listed: pyteleinfo" ]
