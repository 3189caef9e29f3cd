#!/usr/bin/env bash
# ngspice 39.3 (Debian): a .param drawn by agauss() is drawn anew wherever it stands: two resistors {r} are not equal.
#
# Behaviour: `.param r=agauss(1k,100,1)` and two resistors of the value {r} make a divider that does not halve. With a second
#   parameter, `.param same={r}`, and two resistors {same} it does.
# Why one would guess otherwise: ngspice's manual (statistical circuit analysis, random parameters) says that such a parameter gets
#   its value once, with two sources of one parameter that are to be equal as its example. Who lets one tolerance hold for all parts
#   of a batch (a Monte Carlo of a charging circuit, say) gets independent parts, and a spread that is too small.
# Seen (2026-11, ngspice 39.3+ds-1, .option seed of 1 to 5):
#   two of {r} are equal: no no no no no
#   two of {same} are equal: yes yes yes yes yes
# Ends with 0 while this holds, with 1 when it has changed; needs Debian 12's apt-get to download the packages.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get -q download "ngspice=39.3+ds-1" libxaw7 libxmu6 libxt6 libx11-6 libxext6 libxft2 libxrender1 libxpm4 libsm6 \
    libice6 libxcb1 libxau6 libxdmcp6 libfontconfig1 libfreetype6 libpng16-16 libbrotli1 libbsd0 libmd0 libgomp1 libedit2 \
    >apt.log 2>&1) || { cat "$work/apt.log" >&2; exit 2; }
for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
libraries=$(find "$work/root" -maxdepth 3 -type d -name "*-linux-gnu" | paste -sd :)
export SPICE_LIB_DIR="$work/root/usr/share/ngspice" SPICE_SCRIPTS="$work/root/usr/share/ngspice/scripts"
cd "$work"
equal() { # the value of both resistors; the seed
    printf '%s\n' "a divider" ".option seed=$2" ".param r=agauss(1k,100,1)" ".param same={r}" "V1 in 0 1" "R1 in out {$1}" \
        "R2 out 0 {$1}" ".control" "op" "print v(out)" "quit 0" ".endc" ".end" >circuit.cir
    LD_LIBRARY_PATH="$libraries" timeout 60 root/usr/bin/ngspice -b circuit.cir 2>/dev/null |
        awk '$1 == "v(out)" { half = ($3 > 0.4999 && $3 < 0.5001) ? " yes" : " no"; told = 1 } END { printf "%s", told ? half : " ?" }'
}
drawn="" same=""
for seed in 1 2 3 4 5; do
    drawn+=$(equal r "$seed")
    same+=$(equal same "$seed")
done
echo "two of {r} are equal:$drawn"
echo "two of {same} are equal:$same"
[ "$drawn" = " no no no no no" ] && [ "$same" = " yes yes yes yes yes" ]
