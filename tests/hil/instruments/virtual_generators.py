# SPDX-License-Identifier: Apache-2.0
"""Arbitrary waveform generators on a TCP socket: they take what real ones do, and tell what they would put out."""

import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import numpy as np

from xky.emulator.carrier import Samples

__all__ = ["VirtualGenerator", "VirtualKeysight", "VirtualRigol", "VirtualSiglent", "listening"]

_UNDER_WAY_S = 5.0


class VirtualGenerator:
    """Takes one message after the other: a line, or one with a block ``#<digits><length><bytes>`` in it.

    Attributes:
        said: the messages, without their blocks.
        codes: the numbers of the waveform that it would play.
    """

    NAME = ""
    FULL_SCALE = 32767.0

    def __init__(self) -> None:
        self.name = self.NAME
        self.silent_from: str | None = None  # a message from which on nothing is answered, and nothing taken
        self.hangs_up_at: str | None = None  # a message at which the connection is cut
        self.error = '0,"No error"'
        self.said: list[str] = []
        self.codes = np.zeros(0)
        self.rate_hz = 0
        self.peak_to_peak_v = 0.0
        self.open_load = False
        self._server = socket.create_server(("127.0.0.1", 0))
        Thread(target=self._serve, daemon=True).start()

    @property
    def resource(self) -> str:
        return f"TCPIP::127.0.0.1::{self._server.getsockname()[1]}::SOCKET"

    def put_out(self) -> Samples:
        """Volts of the open output, once through the waveform."""
        assert self.ends(on=True)
        return (self.codes / self.FULL_SCALE * self.peak_to_peak_v / 2).astype(np.float32)

    def ends(self, *, on: bool) -> bool:
        """Whether the last message, which may still be under way, switches the output so."""
        deadline_s = time.monotonic() + _UNDER_WAY_S
        while not self.said[-1].endswith("ON" if on else "OFF") and time.monotonic() < deadline_s:
            time.sleep(0.001)
        return self.said[-1].endswith("ON" if on else "OFF")

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)  # closing alone would leave one more connection to be accepted
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                with connection:
                    self._listen(connection)

    def _listen(self, connection: socket.socket) -> None:
        heard = b""
        while chunk := connection.recv(1 << 16):
            heard += chunk
            while (parted := self.part(heard)) is not None:
                text, block, heard = parted
                self.said.append(text)
                if self.hangs_up_at is not None and self.hangs_up_at in text:
                    return
                if self.silent_from is not None and self.silent_from in text:
                    continue
                answer = self.take(text, block)
                if answer is not None:
                    connection.sendall(answer + b"\n")

    def part(self, heard: bytes) -> tuple[str, bytes, bytes] | None:
        """The first message, its block, and what comes behind; None while it is not all there."""
        end, mark = heard.find(b"\n"), heard.find(b"#")
        if 0 <= mark < end or (mark >= 0 and end < 0):
            digits = int(heard[mark + 1 : mark + 2] or b"0")
            begin = mark + 2 + digits
            if len(heard) < begin or digits == 0:
                return None
            stop = begin + int(heard[mark + 2 : begin])
            if len(heard) <= stop:
                return None
            assert heard[stop : stop + 1] == b"\n"
            return heard[:mark].decode("ascii"), heard[begin:stop], heard[stop + 1 :]
        return (heard[:end].decode("ascii"), b"", heard[end + 1 :]) if end >= 0 else None

    def take(self, text: str, block: bytes) -> bytes | None:
        """Do what a message says; the answer to a query."""
        if text == "*IDN?":
            return self.name.encode("ascii")
        if text.endswith("SYST:ERR?"):
            return self.error.encode("ascii")
        if text != "*CLS":
            self.obey(text, block)
        return None

    def obey(self, text: str, block: bytes) -> None:
        raise NotImplementedError

    def set_level(self, peak_to_peak_v: str) -> None:
        assert self.open_load, "the level was set before the load: it is twice as much into an open one"
        self.peak_to_peak_v = float(peak_to_peak_v)


class VirtualSiglent(VirtualGenerator):
    """Data has no end here but that of the message; on a socket the query behind it is that."""

    NAME = "Siglent Technologies,SDG2042X,SDG2XCAX000000,2.01.01.35R3B2"
    QUERY = b"C1:WVDT? USER,tic\n"

    def __init__(self) -> None:
        super().__init__()
        self.stores = True
        self._stored: dict[str, bytes] = {"": b""}
        self._true_arb = False

    def part(self, heard: bytes) -> tuple[str, bytes, bytes] | None:
        if not heard.startswith(b"C1:WVDT WVNM,tic,WAVEDATA,"[: len(heard)]) or heard == self.QUERY[: len(heard)]:
            return super().part(heard)
        if not heard.endswith(self.QUERY):
            return None
        header, _, data = heard.removesuffix(self.QUERY).partition(b"WAVEDATA,")
        return header.decode("ascii"), data, self.QUERY

    def take(self, text: str, block: bytes) -> bytes | None:
        if text == "C1:WVDT? USER,tic":
            data = self._stored.get("tic", b"\0\0" * 8)
            return f"WVDT POS, WVNM, tic, LENGTH, {len(data)}B, TYPE, 5, WAVEDATA,".encode("ascii") + data
        return super().take(text, block)

    def obey(self, text: str, block: bytes) -> None:
        if text in ("C1:OUTP ON", "C1:OUTP OFF"):
            return
        if text == "C1:OUTP LOAD,HZ":
            self.open_load = True
        elif text == "C1:WVDT WVNM,tic,":
            assert len(block) % 4 == 0, "an even number of points"
            if self.stores:
                self._stored["tic"] = block
        elif text == "C1:ARWV NAME,tic":
            self.codes = np.frombuffer(self._stored["tic"], "<i2")
        elif rate := re.fullmatch(r"C1:SRATE MODE,TARB,VALUE,(\d+),INTER,LINE", text):
            self.rate_hz, self._true_arb = int(rate[1]), True
        elif level := re.fullmatch(r"C1:BSWV WVTP,ARB,AMP,([\d.]+),OFST,0", text):
            self.set_level(level[1])
        else:
            raise AssertionError(text)

    def put_out(self) -> Samples:
        volts = super().put_out()
        assert self._true_arb, "DDS would play other samples"
        return volts


class VirtualRigol(VirtualGenerator):
    """Packets of 8 to 8192 points, of 14 bits without a sign."""

    NAME = "RIGOL TECHNOLOGIES,DG822,DG8A000000000,00.02.06"
    FULL_SCALE = 8191.0

    def __init__(self) -> None:
        super().__init__()
        self._packets: list[bytes] = []

    def obey(self, text: str, block: bytes) -> None:
        if text in (":OUTP1 ON", ":OUTP1 OFF"):
            return
        if text == ":OUTP1:LOAD INF":
            self.open_load = True
        elif packet := re.fullmatch(r":SOUR1:TRAC:DATA:DAC16 VOLATILE,(CON|END),", text):
            assert 8 <= len(block) // 2 <= 8192
            self._packets.append(block)
            if packet[1] == "END":
                codes = np.frombuffer(b"".join(self._packets), "<u2")
                assert codes.max() <= 0x3FFF
                self.codes = codes.astype(float) - 8192
                self._packets.clear()
        elif rate := re.fullmatch(r":SOUR1:FUNC:ARB:SRAT (\d+)", text):
            self.rate_hz = int(rate[1])
        elif level := re.fullmatch(r":SOUR1:VOLT ([\d.]+)", text):
            self.set_level(level[1])
        else:
            assert text == ":SOUR1:VOLT:OFFS 0", text


class VirtualKeysight(VirtualGenerator):
    """A name must be new or the memory clear; bytes come big end first unless swapped."""

    NAME = "Agilent Technologies,33522B,MY00000000,4.00"

    def __init__(self) -> None:
        super().__init__()
        self._memory: dict[str, bytes] = {"tic": b"left from before"}
        self._swapped = False

    def obey(self, text: str, block: bytes) -> None:
        if text in ("OUTP1 ON", "OUTP1 OFF"):
            return
        if text == "OUTP1:LOAD INF":
            self.open_load = True
        elif text == "DATA:VOL:CLE":
            self._memory.clear()
        elif text == "FORM:BORD SWAP":
            self._swapped = True
        elif text == "DATA:ARB:DAC tic,":
            assert "tic" not in self._memory
            self._memory["tic"] = block
        elif text == "FUNC:ARB tic":
            self.codes = np.frombuffer(self._memory["tic"], "<i2" if self._swapped else ">i2")
        elif rate := re.fullmatch(r"FUNC:ARB:SRAT (\d+)", text):
            self.rate_hz = int(rate[1])
        elif level := re.fullmatch(r"VOLT ([\d.]+)", text):
            self.set_level(level[1])
        else:
            assert text in ("FUNC:ARB:FILT STEP", "FUNC ARB", "VOLT:OFFS 0"), text


@contextmanager
def listening(generator: VirtualGenerator) -> Iterator[VirtualGenerator]:
    """A generator until the block ends; as in any Python, a broken connection is an error, not the end.

    ``xky decode``, run in a test before, leaves it otherwise.
    """
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield generator
    finally:
        generator.close()
        signal.signal(signal.SIGPIPE, before)
