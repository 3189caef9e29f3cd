# SPDX-License-Identifier: Apache-2.0
"""MAC commands of LoRaWAN 1.0.x (§5): what FOpts, or a payload on port 0, say; unknown ones end the reading.

Their lengths differ by direction, so a row of them is read for one. Only what this project's ends use is built.
"""

from dataclasses import dataclass
from enum import IntEnum

from construct import BitsInteger, BitStruct, Flag, Int8sb, Int8ub, Int16ul, Padding, Struct

__all__ = [
    "Command", "CommandId", "LinkAdr", "device_status", "link_adr_answer", "link_adr_request", "link_check_answer",
    "read_commands", "read_link_adr", "read_status",
]  # fmt: skip


class CommandId(IntEnum):
    """CID; the same number asks one way and answers the other."""

    LINK_CHECK = 0x02
    LINK_ADR = 0x03
    DUTY_CYCLE = 0x04
    RX_PARAM_SETUP = 0x05
    DEV_STATUS = 0x06
    NEW_CHANNEL = 0x07
    RX_TIMING_SETUP = 0x08
    TX_PARAM_SETUP = 0x09
    DL_CHANNEL = 0x0A
    DEVICE_TIME = 0x0D


_SIZES_UP = {2: 0, 3: 1, 4: 0, 5: 1, 6: 2, 7: 1, 8: 0, 9: 0, 10: 1, 13: 0}  # bytes behind the CID (§5)
_SIZES_DOWN = {2: 2, 3: 4, 4: 1, 5: 4, 6: 0, 7: 5, 8: 1, 9: 1, 10: 4, 13: 5}

_LINK_ADR = Struct(
    "rates" / BitStruct("data_rate" / BitsInteger(4), "power" / BitsInteger(4)),
    "channel_mask" / Int16ul,
    "redundancy" / BitStruct(Padding(1), "mask_control" / BitsInteger(3), "transmissions" / BitsInteger(4)),
)
_LINK_ADR_ANSWER = BitStruct(Padding(5), "power" / Flag, "data_rate" / Flag, "channels" / Flag)
_STATUS = Struct("battery" / Int8ub, "margin_db" / Int8sb)


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        id: which.
        content: the bytes behind it.
    """

    id: CommandId
    content: bytes = b""

    def encode(self) -> bytes:
        """As it stands in FOpts."""
        return bytes((self.id,)) + self.content


@dataclass(frozen=True, slots=True)
class LinkAdr:
    """LinkADRReq: how a device is to send from now on.

    Attributes:
        data_rate: DR0 to DR15; 15 keeps what is (§5.2).
        power: TXPower, steps below the highest.
        transmissions: of each unconfirmed uplink; 0 keeps what is.
        channel_mask: of channels that may be used.
        mask_control: what the mask is about.
    """

    data_rate: int
    power: int = 0
    transmissions: int = 1
    channel_mask: int = 0x0007
    mask_control: int = 0


def read_commands(data: bytes, *, up: bool) -> tuple[list[Command], bytes]:
    """The commands in their order, and what of the bytes nobody knows (§5: it ends the reading); never raises.

    >>> read_commands(bytes((2, 6, 255, 10)), up=True)[0][1].content.hex()
    'ff0a'
    """
    sizes = _SIZES_UP if up else _SIZES_DOWN
    commands, place = [], 0
    while place < len(data):
        size = sizes.get(data[place])
        if size is None or place + 1 + size > len(data):
            break
        commands.append(Command(CommandId(data[place]), data[place + 1 : place + 1 + size]))
        place += 1 + size
    return commands, data[place:]


def link_check_answer(margin_db: int, gateways: int) -> Command:
    """LinkCheckAns: how far above the floor an uplink was heard, 0 to 254 dB, and by how many gateways (§5.1)."""
    return Command(CommandId.LINK_CHECK, bytes((margin_db, gateways)))


def link_adr_request(asked: LinkAdr) -> Command:
    """LinkADRReq (§5.2)."""
    return Command(
        CommandId.LINK_ADR,
        _LINK_ADR.build({
            "rates": {"data_rate": asked.data_rate, "power": asked.power},
            "channel_mask": asked.channel_mask,
            "redundancy": {"mask_control": asked.mask_control, "transmissions": asked.transmissions},
        }),
    )  # fmt: skip


def read_link_adr(command: Command) -> LinkAdr:
    """What a LinkADRReq of ``read_commands`` asks for."""
    said = _LINK_ADR.parse(command.content)
    rates, redundancy = said.rates, said.redundancy
    return LinkAdr(
        rates.data_rate, rates.power, redundancy.transmissions, said.channel_mask, redundancy.mask_control
    )  # fmt: skip


def link_adr_answer(*, power: bool = True, data_rate: bool = True, channels: bool = True) -> Command:
    """LinkADRAns: what of it is taken; all or nothing (§5.2)."""
    said = {"power": power, "data_rate": data_rate, "channels": channels}
    return Command(CommandId.LINK_ADR, _LINK_ADR_ANSWER.build(said))


def device_status(battery: int, margin_db: int) -> Command:
    """DevStatusAns: 0 external supply, 1 to 254 a level, 255 not known; margin of the last request, dB (§5.5)."""
    return Command(CommandId.DEV_STATUS, _STATUS.build({"battery": battery, "margin_db": margin_db}))


def read_status(command: Command) -> tuple[int, int]:
    """Battery and margin of a DevStatusAns of ``read_commands``."""
    said = _STATUS.parse(command.content)
    return said.battery, said.margin_db
