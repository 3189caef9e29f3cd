# SPDX-License-Identifier: Apache-2.0
"""The tests use every core; what runs in real time does so one test at a time."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("realtime") is not None:
            item.add_marker(pytest.mark.xdist_group("realtime"))
