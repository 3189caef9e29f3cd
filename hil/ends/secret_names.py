# SPDX-License-Identifier: Apache-2.0
"""By which names and in which places of an address a credential is told; what has no such name nobody can know."""

import re

__all__ = ["IN_A_QUERY", "SECRET_NAME", "SECRET_WORDS", "USERINFO"]

SECRET_WORDS = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|psk|bearer|credentials?|userpass|authori[sz]ation|auth"
    r"|(?:api|app|access|auth|nwk|net|root|secret|private|session|wifi)[-_.]?key)"
)
_CAMEL = r"[A-Za-z0-9_.-]*[a-z0-9](?:Pass(?:word|phrase)?|Secret|Token|(?:Api|App|Access|Nwk)Key)"  # wifiPassword
# Or WIFI_PASSWORD, and -DPASSWORD of a compiler.
SECRET_NAME = rf"(?:(?:(?<![A-Za-z0-9])|(?<=-D))(?:[A-Za-z0-9_.-]*[-_.])?(?i:{SECRET_WORDS})|{_CAMEL})"
IN_A_QUERY = re.compile(rf"(?<=[?&])((?:{SECRET_NAME}|p)=)(?P<value>[^&#\s]+)")  # p: as InfluxDB 1 is asked
USERINFO = re.compile(r"(?<=://)(?P<value>\S*)(?=@)")  # to the last at sign: a password may hold any character
