# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys

import pytest

import xky.protocol


def test_every_public_name_is_there_and_comes_from_its_home() -> None:
    for name in xky.protocol.__all__:
        assert getattr(xky.protocol, name) is not None, name
    assert set(xky.protocol.__all__) <= set(dir(xky.protocol))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'xky\.protocol' has no attribute 'decodr'"):
        getattr(xky.protocol, "decodr")  # noqa: B009


def test_a_name_that_is_a_modules_too_stays_the_function() -> None:
    program = "import xky.protocol.checksum; from xky.protocol import checksum; assert callable(checksum)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_error_is_imported_without_the_decoder() -> None:
    program = "import sys; from xky.protocol import InputError; assert 'xky.protocol.decoder' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
