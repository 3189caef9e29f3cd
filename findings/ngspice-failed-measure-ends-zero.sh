#!/usr/bin/env bash
# ngspice 39.3 (Debian): a batch run whose .meas failed, or named a node that is none, ends with 0.
#
# Behaviour: `ngspice -b` of a netlist with `.meas ... WHEN v(out)=9` of a circuit that only has 5 V, or with `.meas ... MAX v(otu)`
#   of a node that does not exist beside a measure of one that does, writes "failed!" among its other output and ends with 0, as if all were well. Of a netlist in
#   which the analysis itself fails it ends with 1.
# Why one would guess otherwise: measures are how a netlist states what must come, and a pipeline looks at the exit status, which
#   does tell of failures of another kind.
# Seen (2026-11, ngspice 39.3+ds-1):
#   a level that is reached: ends with 0, failed: no
#   a level that is never reached: ends with 0, failed: yes
#   a node that is none: ends with 0, failed: yes
#   sources that contradict each other: ends with 1, failed: no
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
same=0
ask() { # what is asked; a line of the netlist; the status that is expected; whether a measure fails
    printf '%s\n' "a capacitor is charged" "V1 in 0 5" "R1 in out 1k" "C1 out 0 1u ic=0" "$2" ".tran 10u 20m uic" ".end" >circuit.cir
    status=0
    LD_LIBRARY_PATH="$libraries" timeout 60 root/usr/bin/ngspice -b circuit.cir >told.txt 2>&1 || status=$?
    failed=no
    if grep -q "^ .meas .* failed!" told.txt; then failed=yes; fi
    echo "$1: ends with $status, failed: $failed"
    [ "$status $failed" = "$3 $4" ] || same=1
}
ask "a level that is reached" ".meas tran reached WHEN v(out)=4" 0 no
ask "a level that is never reached" ".meas tran reached WHEN v(out)=9" 0 yes
ask "a node that is none" $'.meas tran last FIND v(out) AT=20m\n.meas tran highest MAX v(otu)' 0 yes
ask "sources that contradict each other" "V2 in 0 3" 1 no
exit "$same"
