# SPDX-License-Identifier: Apache-2.0
"""What a person writes of a panel: the ready ones, homes drawn by it, and each complaint with file, line and key."""

from collections import Counter
from pathlib import Path

import pytest

from xky.hil.panel.homes.home import drawn_home
from xky.hil.panel.panel_file import PanelFile, panel_file, panel_names
from xky.hil.panel.possible import board_of_panel, has_way, may_have
from xky.protocol import InputError

BOARDS = "[boards]\nwinky-c6-tasmota = 1\n"


def of(text: str, tmp_path: Path) -> PanelFile:
    path = tmp_path / "panel.toml"
    path.write_text(text, encoding="utf-8")
    return panel_file(str(path))[0]


def test_village_and_stormy_are_ready() -> None:
    assert panel_names() == ["stormy", "village"]
    village, stormy = (panel_file(name)[0] for name in ("village", "stormy"))
    assert [*village.defects] == ["none"]
    assert village.outage == ()
    assert {one.of for one in stormy.outage} == {"broker", "database"}


@pytest.mark.parametrize("name", ["village", "stormy"])
def test_a_home_is_drawn_on_its_own_and_can_be(name: str) -> None:
    panel = panel_file(name)[0]
    homes = [drawn_home(panel, panel.seed, number) for number in range(1, 61)]
    assert homes[41] == drawn_home(panel, panel.seed, 42)
    assert drawn_home(panel, panel.seed + 1, 42) != homes[41]
    for home in homes:
        board = board_of_panel(home.board)
        assert has_way(board, "+".join(home.uplinks))
        assert may_have(board, home.mode, home.defect or "none")
        assert not (home.producer and home.mode == "historic")
        assert (home.supply is None) == (home.board == "eky")
    first = homes[: panel.homes]
    assert {home.board for home in first} == set(panel.boards)
    assert {home.mode for home in first} == {"standard", "historic"}


def test_no_two_homes_have_an_address_a_topic_or_a_device_in_common() -> None:
    panel = panel_file("village")[0]
    seen: Counter[str] = Counter()
    for number in range(1, 121):
        home = drawn_home(panel, 1, number)
        board = home.board_of_its_own(board_of_panel(home.board))
        seen[str(home.meter(0).identity)[6:]] += 1
        if board.lorawan is not None:
            seen[board.lorawan.dev_eui] += 1
        if board.uplink is not None and board.uplink.mqtt is not None:
            seen[board.uplink.mqtt.topic] += 1
            seen[board.uplink.device + "/"] += 1
    assert max(seen.values()) == 1


def test_kinds_are_drawn_as_often_as_their_weights_say(tmp_path: Path) -> None:
    panel = of(f"{BOARDS}[contracts]\nbase = 3\nhc = 1\nejp = 0\n[phases]\n1 = 1\n3 = 1\n", tmp_path)
    homes = [drawn_home(panel, 0, number) for number in range(400)]
    contracts = Counter(home.contract for home in homes)
    assert set(contracts) == {"base", "hc"}
    assert 250 < contracts["base"] < 350
    assert 150 < sum(home.phases == 3 for home in homes) < 250


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("homes = 3\n", "panel.toml:1: boards: this key is missing; write it"),
        (f"{BOARDS}loky = -1\n", "panel.toml:3: boards.loky: a weight is 0 or more, and -1 is none"),
        ("[boards]\neky = 0\n", "panel.toml:1: boards: all weights are 0"),
        ("[boards]\n", "panel.toml:1: boards: no kind is in it"),
        ("[boards]\nwinki = 1\n", "panel.toml:2: boards.winki: board 'winki': not known"),
        (
            "[boards]\ndenky-d4 = 1\n",
            "panel.toml:2: boards.denky-d4: board denky-d4: has no simulated firmware, so that nothing would arrive",
        ),
        (
            "from = 2026-01-15T10:00:00\n[boards]\neky = 1\n",
            "panel.toml:1: from: 2026-01-15T10:00:00: expected a day, which begins at its midnight; write 2026-01-15",
        ),
        ("[boards]\nwinky-c6 = 1\n", "panel.toml:2: boards.winky-c6: board winky-c6: has no uplink"),
        (f"{BOARDS}[contracts]\nhcc = 1\n", "panel.toml:4: contracts.hcc: no such contract; known: base"),
        (f"{BOARDS}[modes]\nhistoric = 1\n[producers]\nproducer = 1\n", "producer.* speaks standard mode"),
        (f"{BOARDS}[defects]\nnever-reconnects = 1\n", "panel.toml:4: defects.never-reconnects: is one of the board"),
        (
            f"{BOARDS}[defects]\nnever-sleep = 1\n",
            "defects.never-sleep: no such defect; .*Did you mean never-sleeps-deeply",
        ),
        (
            "[boards]\nloky = 1\n[uplinks]\nmqtt = 1\n",
            "panel.toml:2: boards.loky: publishes by lorawan, and uplinks has mqtt",
        ),
        (
            f"{BOARDS}[uplinks]\nmqtt = 1\nlorawan = 1\n",
            "panel.toml:5: uplinks.lorawan: no board of this panel publishes so",
        ),
        (f"{BOARDS}[phases]\n2 = 1\n", "panel.toml:4: phases.2: no such number of phases; known: 1, 3"),
        (f"{BOARDS}[supplies]\nstrongest = 1\n", "supplies.strongest: no such supply; .*Did you mean strong"),
        (f'{BOARDS}[[household]]\nname = "a"\nappliances = ["frige"]\n', "appliances: appliance 'frige': not known"),
        (f'{BOARDS}[[household]]\nname = "a"\n[[household]]\nname = "a"\n', "household: name 'a' is written twice"),
        (f'{BOARDS}[[wifi]]\nname = "a"\nweight = 0\n', "wifi: all weights are 0"),
        (
            f'{BOARDS}[[wifi]]\nname = "a"\nout_of_range_each_s = 20\n',
            "out_of_range_each_s: 20 s, and out of range lasts 30",
        ),
        (
            f'{BOARDS}[[outage]]\nof = "broker"\nat = "2026-13-01"\nfor_s = 5\n',
            "panel.toml:5: outage.0.at '2026-13-01': expected a date",
        ),
        (f"from = 1999-01-01\n{BOARDS}", "from: a meter's clock shows the years 2000 to 2099"),
        (f'from = "15/01/2026"\n{BOARDS}', "from: '15/01/2026': expected a day, write 2026-01-15"),
        (f"days = 0\n{BOARDS}", "days = 0"),
        (f"from = 2098-12-01\ndays = 60\n{BOARDS}", "panel.toml:2: days: a meter's clock"),
        (f"home = 3\n{BOARDS}", "panel.toml:1: home: no such key; .*Did you mean homes"),
    ],
)
def test_what_cannot_be_is_told_with_file_line_and_key(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told) as complaint:
        of(text, tmp_path)
    assert "\n" not in str(complaint.value)


def test_a_board_that_sleeps_on_another_supply_is_told(tmp_path: Path) -> None:
    eky = Path(__file__).parents[3].joinpath("boards/eky.toml").read_text(encoding="utf-8")
    wake = "\n[wake]\nboot_s = 1\nassociate_s = 0\naddress_s = 0\nconnect_s = 0\npublish_s = 0\nsleep_s = 9\n"
    text = (
        eky.partition("[power]")[0].replace('"eky"', '"odd"').replace('firmware = "odd"', 'firmware = "one_for_all"')
        + wake
    )
    (tmp_path / "odd.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="board odd: sleeps, and lives on another supply than terminals I1-A"):
        of(f'[boards]\n"{tmp_path / "odd.toml"}" = 1\n', tmp_path)


def test_a_board_that_does_not_read_the_mode_is_told(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text(
        Path(__file__).parents[3].joinpath("boards/eky.toml").read_text(encoding="utf-8")
        .replace('id = "eky"', 'id = "old"').replace('["historic", "standard"]', '["historic"]'),
        encoding="utf-8",
    )  # fmt: skip
    board = tmp_path / "old.toml"
    with pytest.raises(InputError, match="does not read standard mode; write historic into modes too"):
        of(f'[boards]\n"{board}" = 1\n', tmp_path)
