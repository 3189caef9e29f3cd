# SPDX-License-Identifier: Apache-2.0
"""Addresses of HTTP servers as they are shown."""

import pytest

from xky.hil.bench.command_secrets import secrets_of_address, shown_address
from xky.hil.ends.http_address import masked_spec
from xky.hil.ends.http_page import page_address
from xky.protocol import InputError


@pytest.mark.parametrize("query", [
    "user=admin&password=S3cr3tWord&cmnd=status", "token=S3cr3tWord", "x=1&apiKey=S3cr3tWord", "u=me&p=S3cr3tWord",
])  # fmt: skip
def test_a_password_in_the_query_of_a_page_is_masked_wherever_the_page_is_shown(query: str) -> None:
    spec = f"http://127.0.0.1:80/cm?{query}"
    address = page_address(spec)
    assert "S3cr3tWord" in address.target
    assert address.shown == shown_address(spec) == spec.replace("S3cr3tWord", "***")
    assert secrets_of_address(spec) == ["S3cr3tWord"]


def test_a_refused_address_does_not_tell_it_either() -> None:
    with pytest.raises(InputError, match=r"token=\*\*\*: expected"):
        page_address("http://:80/cm?token=S3cr3tWord")


def test_a_query_without_a_credential_is_shown_as_it_is() -> None:
    spec = "http://127.0.0.1/page?tokens=3&passthrough=1&author=me"
    assert masked_spec(spec) == shown_address(spec) == spec
