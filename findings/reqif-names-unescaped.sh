#!/usr/bin/env bash
# reqif 0.1.0 (PyPI): a LONG-NAME with < or & is written unescaped: its reader refuses what its writer wrote. Line ends are lost.
#
# Behaviour: a file that the package reads, and that its own `validate` finds without fault, has a requirement named
#   `U < 5 V & steady`. `reqif passthrough` writes LONG-NAME="U < 5 V & steady", which is no XML, and ends with 0. THE-VALUE is
#   escaped, but its &#10; becomes a line end as such, which whoever reads it next must take for a space.
# Why one would guess otherwise: passthrough is there to show that nothing is lost, and < and & of THE-VALUE do come through.
# Seen (2026-11, reqif 0.1.0, Python 3.11):
#   read: 'U < 5 V & steady'; 'one\ntwo < 3'; validate: 0 errors, 0 schema issues found, 0 semantic issues found
#   passthrough of a file with that name: ends with 0, reading it again: ReqIFXMLParsingError
#   of one with a plain name: ends with 0, read again: 'steady'; 'one two < 3'
# Ends with 0 while this holds, with 1 when it has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "reqif==0.1.0" 2>"$work/pip.log" || { cat "$work/pip.log" >&2; exit 2; }
cd "$work"
venv/bin/python - <<'PYTHON'
import subprocess
import sys
from pathlib import Path

from reqif.parser import ReqIFParser

WHEN = 'LAST-CHANGE="2026-01-15T12:00:00Z"'
FILE = f"""<?xml version="1.0" encoding="UTF-8"?>
<REQ-IF xmlns="http://www.omg.org/spec/ReqIF/20110401/reqif.xsd">
  <THE-HEADER>
    <REQ-IF-HEADER IDENTIFIER="head">
      <CREATION-TIME>2026-01-15T12:00:00Z</CREATION-TIME>
      <REQ-IF-TOOL-ID>by hand</REQ-IF-TOOL-ID>
      <REQ-IF-VERSION>1.0</REQ-IF-VERSION>
      <SOURCE-TOOL-ID>by hand</SOURCE-TOOL-ID>
      <TITLE>one requirement</TITLE>
    </REQ-IF-HEADER>
  </THE-HEADER>
  <CORE-CONTENT>
    <REQ-IF-CONTENT>
      <DATATYPES>
        <DATATYPE-DEFINITION-STRING IDENTIFIER="text" {WHEN} LONG-NAME="Text" MAX-LENGTH="100"/>
      </DATATYPES>
      <SPEC-TYPES>
        <SPEC-OBJECT-TYPE IDENTIFIER="kind" {WHEN} LONG-NAME="Requirement">
          <SPEC-ATTRIBUTES>
            <ATTRIBUTE-DEFINITION-STRING IDENTIFIER="says" {WHEN} LONG-NAME="Says">
              <TYPE><DATATYPE-DEFINITION-STRING-REF>text</DATATYPE-DEFINITION-STRING-REF></TYPE>
            </ATTRIBUTE-DEFINITION-STRING>
          </SPEC-ATTRIBUTES>
        </SPEC-OBJECT-TYPE>
      </SPEC-TYPES>
      <SPEC-OBJECTS>
        <SPEC-OBJECT IDENTIFIER="r1" {WHEN} LONG-NAME="NAME">
          <TYPE><SPEC-OBJECT-TYPE-REF>kind</SPEC-OBJECT-TYPE-REF></TYPE>
          <VALUES>
            <ATTRIBUTE-VALUE-STRING THE-VALUE="one&#10;two &lt; 3">
              <DEFINITION><ATTRIBUTE-DEFINITION-STRING-REF>says</ATTRIBUTE-DEFINITION-STRING-REF></DEFINITION>
            </ATTRIBUTE-VALUE-STRING>
          </VALUES>
        </SPEC-OBJECT>
      </SPEC-OBJECTS>
    </REQ-IF-CONTENT>
  </CORE-CONTENT>
</REQ-IF>
"""


def read(path):
    """Name and text of the requirement in a file, or the exception of reading it."""
    try:
        (one,) = ReqIFParser.parse(path).core_content.req_if_content.spec_objects
    except Exception as error:
        return type(error).__name__
    return f"{one.long_name!r}; {one.attributes[0].value!r}"


def passed_through(name):
    """What a file with that name is read as, the status of passing it through, and what is read then."""
    Path("in.reqif").write_text(FILE.replace('"NAME"', f'"{name}"'))
    run = subprocess.run(["venv/bin/reqif", "passthrough", "in.reqif", "out.reqif"], capture_output=True, check=False)
    return read("in.reqif"), run.returncode, read("out.reqif")


plain, named = passed_through("steady"), passed_through("U &lt; 5 V &amp; steady")
run = subprocess.run(
    ["venv/bin/reqif", "validate", "--use-reqif-schema", "in.reqif"], capture_output=True, text=True, check=False
)
found = run.stdout.strip().removeprefix("Validation complete with ").removesuffix(".")
print(f"read: {named[0]}; validate: {found}")
print(f"passthrough of a file with that name: ends with {named[1]}, reading it again: {named[2]}")
print(f"of one with a plain name: ends with {plain[1]}, read again: {plain[2]}")
right = r"'U < 5 V & steady'; 'one\ntwo < 3'", 0, "ReqIFXMLParsingError"
is_sound = found == "0 errors, 0 schema issues found, 0 semantic issues found"
sys.exit(0 if is_sound and (named, plain[1:]) == (right, (0, "'steady'; 'one two < 3'")) else 1)
PYTHON
