# SPDX-License-Identifier: Apache-2.0
"""Commands as they are shown: without credentials, and otherwise as they were written."""

import shlex

import pytest

from xky.hil.bench.command_secrets import secrets_of_device, shown_command, shown_device

SECRET = "S3cr3tWord"

WITH_ONE = [
    "./fw {port} --password S3cr3tWord",
    "./fw {port} -password S3cr3tWord",
    "./fw {port} --mqtt-pass=S3cr3tWord",
    "./fw {port} --MQTT_PASSWORD S3cr3tWord",
    "./fw {port} --mqttPassword S3cr3tWord --apiKey=S3cr3tWord",
    "./fw {port} --app-key S3cr3tWord",
    "./fw {port} APPKEY=S3cr3tWord",
    "./fw {port} --password -S3cr3tWord",
    "./fw {port} 'PASSWORD=a b S3cr3tWord'",
    '''./fw {port} "--password=a'b S3cr3tWord"''',
    "./fw {port} -DPASSWORD=S3cr3tWord -DWIFI_PASSWORD=S3cr3tWord",
    "./fw {port} token:S3cr3tWord",
    """./fw {port} '{"password": "S3cr3tWord"}'""",
    "env PASSWORD=S3cr3tWord ./fw {port}",
    "sh -c 'PASSWORD=S3cr3tWord ./fw {port} --x'",
    "sh -c './fw --token S3cr3tWord {port}'",
    "./fw {port} mqtt://me:S3cr3tWord@host:1883/x",
    "./fw {port} mqtts://me:p@S3cr3tWord@host",
    "./fw {port} --url=https://S3cr3tWord@host/",
    "./fw {port} 'http://host/write?db=x&u=me&p=S3cr3tWord'",
    "./fw {port} 'http://host/?token=S3cr3tWord&x=1'",
    "curl -u me:S3cr3tWord {port}",
    "curl -H 'Authorization: Bearer S3cr3tWord' {port}",
]


@pytest.mark.parametrize("command", WITH_ONE)
def test_a_word_that_carries_a_credential_is_masked(command: str) -> None:
    device = f"exec:{command}"
    shown = shown_device(device)
    assert SECRET not in shown
    assert "***" in shown
    assert "{port}" in shown
    assert any(SECRET in one for one in secrets_of_device(device))
    assert shown_device(shown) == shown
    assert len(shlex.split(shown)) == len(shlex.split(device))


@pytest.mark.parametrize("device", [
    "exec:python docs/examples/reader.py {port} {mode}",
    "exec:'my reader' {port}  --key client.pem -k 3",
    "exec:./fw --no-password {port} --tokens 3 --bypass 7 --author me --compass 2 passthrough=1",
    "exec:./fw --passive {port} --keyfile x --password-file /run/pw",
    "exec:./fw --token {mqtt_port} {port} --note 'the password is good'",
    "exec:./fw {port} mqtt://{mqtt}/tele",
    "sim:winky-c6", "serial:/dev/ttyUSB0", "labgrid:place", "iss:build/token=x.elf", "exec:'not closed {port}",
])  # fmt: skip
def test_what_has_no_credential_is_shown_as_it_was_written(device: str) -> None:
    assert shown_device(device) == device
    assert secrets_of_device(device) == []


def test_the_address_of_a_remote_port_is_shown_without_its_user() -> None:
    assert shown_device(f"serial:rfc2217://me:{SECRET}@host:1") == "serial:rfc2217://***@host:1"


def test_a_masked_command_is_split_as_the_one_that_was_given() -> None:
    assert shown_command("tool 'two words' --pin {port} --pass x") == "tool 'two words' --pin {port} --pass ***"
