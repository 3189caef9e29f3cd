# SPDX-License-Identifier: Apache-2.0
"""Programs on the machine: traps, time, memory, and what ends a run."""

from pathlib import Path

import pytest

from xky.boards.description.iss import Iss, IssTimer, IssUart
from xky.hil.iss import watchdog
from xky.hil.iss.image import image_of
from xky.hil.iss.machine import Machine
from xky.protocol import BenchError, Burst
from xky.protocol.mode import Mode

from ...riscv import image, needs_riscv

pytestmark = needs_riscv

CHIP = Iss(
    uart=IssUart(base=0x1000_0000), timer=IssTimer(base=0x0200_0000, hz=1_000_000), clock_hz=16_000_000
)  # fmt: skip
SAYS = """
#include "board.h"
static void say(u32 x) {
    for (int at = 28; at >= 0; at -= 4) UART[THR] = (u8)"0123456789abcdef"[x >> at & 15];
    UART[THR] = '\\n';
}
#define CSR_READ(name) ({ u32 x; __asm__ volatile("csrr %0, " #name : "=r"(x)); x; })
#define CSR_WRITE(name, x) __asm__ volatile("csrw " #name ", %0" :: "r"(x))
"""


def made(path: Path, chip: Iss = CHIP) -> Machine:
    machine = Machine(image_of(str(path)), chip)
    machine.power_up(0.0)
    return machine


def ran(source: str, until_s: float = 0.05, chip: Iss = CHIP) -> Machine:
    """A program in C, run for a while."""
    machine = made(image(SAYS + source), chip)
    machine.run(until_s)
    return machine


def said(machine: Machine) -> list[int]:
    """The numbers that it printed."""
    return [int(text, 16) for _, text in machine.console.lines]


def ended(machine: Machine) -> str:
    """How it ended."""
    assert machine.finding is not None
    return machine.finding.text


# Traps


def test_a_program_without_a_handler_ends_at_an_illegal_instruction_with_place_and_registers() -> None:
    machine = ran('int main(void) { __asm__ volatile("li a0, 0x1234\\n .word 0xffffffff"); }')
    assert ended(machine).startswith("trap: illegal instruction (0xffffffff) at 0x")
    assert "main+0x" in ended(machine)
    assert ".c:" in ended(machine)
    assert ended(machine).endswith("no handler is set (mtvec is 0)")
    assert machine.finding is not None
    assert "a0 00001234" in machine.finding.registers


@pytest.mark.parametrize(
    ("instruction", "cause", "value", "size"),
    [("ecall", 11, 0, 4), (".option norvc\\n ebreak\\n .option rvc", 3, 0, 4), ("c.ebreak", 3, 0, 2),
     (".word 0xffffffff", 2, 0xFFFF_FFFF, 4), (".half 0", 2, 0, 2)],
    ids=["ecall", "ebreak", "c.ebreak", "illegal", "short illegal"],
)  # fmt: skip
def test_a_handler_is_entered_as_the_hardware_does_it_and_returns(
    instruction: str, cause: int, value: int, size: int
) -> None:
    machine = ran(f"""
        __attribute__((interrupt, aligned(4))) static void handler(void) {{
            say(CSR_READ(mcause)); say(CSR_READ(mtval)); say(CSR_READ(mstatus) & 0x1888);
            u32 at = CSR_READ(mepc); say(at); CSR_WRITE(mepc, at + {size});
        }}
        int main(void) {{
            CSR_WRITE(mtvec, (u32)handler); CSR_WRITE(mstatus, 8);
            __asm__ volatile("here: {instruction}"); say(0xd0e); say(CSR_READ(mstatus) & 8);
            for (;;) {{}}
        }}""")
    told = said(machine)
    assert (told[0], told[1]) == (cause, value)
    assert told[2] == 0x1880  # MPP machine, MPIE as MIE was, MIE off
    assert told[3] == image_of(str(machine._image.name)).addresses["here"]
    assert told[4:] == [0xD0E, 8]
    assert machine.finding is None


def test_a_handler_that_traps_itself_ends_the_run() -> None:
    machine = ran("""
        __attribute__((aligned(4), naked)) static void handler(void) { __asm__ volatile(".word 0xffffffff"); }
        int main(void) { CSR_WRITE(mtvec, (u32)handler); __asm__ volatile("ecall"); }""")
    assert "1000 traps in a row" in ended(machine)


def test_a_timer_wakes_a_sleeping_program_each_time() -> None:
    machine = ran(
        """
        #define COMPARE ((volatile u32 *)0x02004000)
        static volatile u32 beats;
        __attribute__((interrupt, aligned(4))) static void handler(void) {
            COMPARE[0] = MTIME[0] + 10000; beats++; say(CSR_READ(mcause));
        }
        int main(void) {
            CSR_WRITE(mtvec, (u32)handler); COMPARE[0] = 10000; COMPARE[1] = 0; CSR_WRITE(mie, 1 << 7);
            CSR_WRITE(mstatus, 8);
            for (;;) __asm__ volatile("wfi");
        }""",
        0.105,
    )
    assert said(machine) == [0x8000_0007] * 10
    assert [at_s for at_s, _ in machine.console.lines] == pytest.approx([0.01 * n for n in range(1, 11)], abs=5e-4)


@pytest.mark.parametrize("vectored", [0, 1])
def test_a_receiver_by_interrupts_hears_every_character(vectored: int) -> None:
    data = bytes(range(0x20, 0x7F)) * 3
    source = f"""
        static void take(void) {{ while (UART[LSR] & LSR_DR) {{ u8 c = UART[RBR]; UART[THR] = c; }} }}
        __attribute__((interrupt, aligned(64))) static void handler(void) {{ take(); }}
        __attribute__((naked, aligned(64), used)) static void table(void) {{
            __asm__ volatile(".option norvc\\n.rept 11\\n j table\\n.endr\\n j handler\\n.option rvc" :: "i"(handler));
        }}
        int main(void) {{
            UART[LCR] = 0x9a; UART[DLL] = 104; UART[DLM] = 0; UART[LCR] = 0x1a; UART[FCR] = 1; UART[1] = 1;
            CSR_WRITE(mtvec, {"(u32)table | 1" if vectored else "(u32)handler"}); CSR_WRITE(mie, 1 << 11);
            CSR_WRITE(mstatus, 8);
            for (;;) __asm__ volatile("wfi");
        }}"""
    machine = made(image(SAYS + source))
    machine.run(0.01)
    burst = Burst(0.01, Mode.STANDARD.character_s, data + b"\n")
    machine.hear(burst)
    machine.run(burst.end_s + 0.005)
    assert machine.uart.overruns == 0
    assert machine.console.lines[-1][1].encode() == data


# Time


def test_counters_of_cycles_and_of_time_are_the_benchs_clock() -> None:
    source = """int main(void) {
        u32 start = CSR_READ(cycle), time = CSR_READ(time);
        while (CSR_READ(mcycle) - start < 1600000) {}
        say(CSR_READ(cycle) - start); say(CSR_READ(time) - time); say(MTIME[0]);
        say(CSR_READ(cycleh)); say(CSR_READ(instret));
        for (;;) {}
    }"""
    first, second = ran(source, 0.2), ran(source, 0.2)
    assert first.console.lines == second.console.lines  # the host has no say
    cycles, time, timer, high, _ = said(first)
    assert cycles == pytest.approx(1_600_000, abs=5000)
    assert time == pytest.approx(100_000, abs=300)  # the timer's ticks
    assert timer == pytest.approx(100_000, abs=1000)
    assert high == 0


def test_instructions_take_their_time() -> None:
    machine = ran("int main(void) { for (volatile u32 n = 0; n < 100000; n++) {} say(1); for (;;) {} }", 0.2)
    [(at_s, _)] = machine.console.lines
    assert 0.02 < at_s < 0.06  # three to eight instructions a turn at 16 MHz


def test_waiting_for_the_timer_passes_time_at_once() -> None:
    machine = ran("int main(void) { u64 t = ticks(); while (ticks() - t < 3000000) {} say(1); for (;;) {} }", 3.5)
    assert machine.console.lines[0][0] == pytest.approx(3.0, abs=0.01)


def test_a_program_that_computes_too_long_loses_characters() -> None:
    source = """int main(void) {
        UART[LCR] = 0x9a; UART[DLL] = 104; UART[DLM] = 0; UART[LCR] = 0x1a; UART[FCR] = 1;
        for (;;) if (UART[LSR] & LSR_DR) { u8 c = UART[RBR]; if (c == 'A') for (volatile u32 n = 0; n < %d; n++) {} }
    }"""
    lost = []
    for turns in (10_000, 100_000):
        machine = made(image(SAYS + source % turns))
        machine.run(0.01)
        machine.hear(Burst(0.01, Mode.STANDARD.character_s, b"A" + b"B" * 50))
        machine.run(0.2)
        lost.append(machine.uart.overruns)
    assert lost[0] == 0  # 3 ms: the FIFO holds it
    assert 5 < lost[1] < 40


# Memory


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "*(volatile u32 *)0x40000000 = 1;",
            "unmapped access: write of 4 bytes at 0x40000000, where nothing is, by 0x",
        ),
        (
            "say(*(volatile u16 *)0x40000002);",
            "unmapped access: read of 2 bytes at 0x40000002, where nothing is, by 0x",
        ),
        ("((void (*)(void))0x40000000)();", "unmapped access: jump to 0x40000000, where no code is; ra is 0x"),
        ("*(volatile u32 *)0x20000004 = 1;", "unmapped access: write of 4 bytes at 0x20000004, which is flash, by 0x"),
    ],
    ids=["write", "read", "jump", "flash"],
)
def test_reaching_where_nothing_is_ends_the_run_with_its_place(code: str, text: str) -> None:
    machine = ran(f"int main(void) {{ UART[FCR] = 1; {code} for (;;) {{}} }}")
    assert ended(machine).startswith(text)
    assert "main+0x" in ended(machine)


OVERFLOW = """
static volatile char first[20], second[20];
int main(void) {
    UART[FCR] = 1; first[3] = 1;
    for (volatile int n = 0; n < %d; n++) second[n] = 2;
    say(second[3]); say(first[3]); for (;;) {}
}"""


def test_a_write_behind_a_variable_ends_the_run_and_names_it() -> None:
    machine = ran(OVERFLOW % 21)
    assert ended(machine).startswith("red zone: write of 1 bytes at 0x")
    assert "behind second (second+0x14), by 0x" in ended(machine)


def test_a_program_that_keeps_within_its_variables_goes_on() -> None:
    machine = ran(OVERFLOW % 20)
    assert machine.finding is None
    assert said(machine) == [2, 1]


def test_reading_a_word_beyond_a_text_is_no_fault() -> None:
    machine = ran("""static char text[18]; int main(void) { UART[FCR] = 1; text[0] = 7;
        say(*(volatile u32 *)(text + 16)); for (;;) {} }""")
    assert machine.finding is None


def test_a_stack_that_grows_too_far_ends_the_run() -> None:
    machine = ran("""__attribute__((noinline)) static u32 deep(u32 n) {
            volatile u32 x[8]; x[0] = n; return n ? deep(n - 1) + x[0] : 0;
        }
        int main(void) { UART[FCR] = 1; say(deep(20)); say(deep(2000)); }""")
    assert said(machine) == [210]
    assert "below the stack, by 0x" in ended(machine)
    assert "deep+0x" in ended(machine)


def test_a_heap_that_grows_into_the_stack_ends_the_run() -> None:
    heap = "-Wl,--defsym=_heap_start=0x80001000,--defsym=_heap_end=0x80003000"
    machine = made(image(SAYS + """
        extern char _heap_start[], _heap_end[];
        int main(void) { UART[FCR] = 1; for (char *at = _heap_start;; at += 64) {
            if (at == _heap_end) say(1);
            *(volatile char *)at = 1;
        } }""", heap))  # fmt: skip
    machine.run(0.05)
    assert said(machine) == [1]
    assert "below the stack, by 0x" in ended(machine)


def test_a_loop_without_end_is_a_hang_with_its_place() -> None:
    machine = ran("int main(void) { UART[FCR] = 1; for (volatile u32 n = 0;; n++) {} }", 3.0)
    assert ended(machine).startswith("hang: no look at any peripheral for 2 s, interrupts off, at 0x")
    assert machine.finding is not None
    assert machine.finding.at_s == pytest.approx(2.0, abs=0.01)


@pytest.mark.nightly
def test_a_program_that_waits_in_a_loop_for_an_interrupt_does_not_hang() -> None:
    machine = ran("int main(void) { UART[FCR] = 1; CSR_WRITE(mie, 1 << 11); CSR_WRITE(mstatus, 8); for (;;) {} }", 3.0)
    assert machine.finding is None


def test_a_register_that_the_board_does_not_know_is_noted() -> None:
    machine = ran("int main(void) { *(volatile u32 *)0x10000100 = 1; for (;;) {} }")
    assert machine.notes == ["0x10000100: the program expects a register there, the board's file knows of none"]


# Power


COUNTS_BOOTS = """
__attribute__((section(".eeprom"))) static volatile u32 boots;
static volatile u32 lost;
int main(void) { boots = boots == 0xffffffff ? 1 : boots + 1; lost++; say(boots); say(lost); for (;;) { UART[LSR]; } }
"""


def test_power_off_keeps_flash_and_loses_ram() -> None:
    machine = made(image(SAYS + COUNTS_BOOTS))
    for _ in range(3):
        machine.run(machine.clock.now_s + 0.01)
        machine.power_down()
        machine.power_up(machine.clock.now_s)
    assert said(machine) == [1, 1, 2, 1, 3, 1]
    again = made(image(SAYS + COUNTS_BOOTS))
    again.run(0.01)
    assert said(again) == [1, 1]  # another device is new


def test_power_can_be_cut_at_any_instruction() -> None:
    source = """
    .option norvc
    .globl _start
    .section .init
    _start: li t0, 0x80000000
    li t1, 0
    again: addi t1, t1, 1
    sw t1, 0(t0)
    j again
    .section .bss
    .globl _stack_room
    _stack_room: .space 64
    """
    machine = made(image(source))
    for count in (0, 1, 2, 3, 4, 5, 7, 8, 1000, 1001):
        machine.power_up(0.0)
        machine.run_instructions(count)
        stored = int.from_bytes(machine._engine.memory_at(0x8000_0000, 4), "little")
        executed = max(count - 2, 0)
        assert (stored == (executed + 1) // 3) or executed < 2
        assert machine._engine.pc == 0x2000_0000 + 4 * (count if count < 2 else 2 + executed % 3)


def test_ram_comes_up_the_same_each_time_and_is_not_clean() -> None:
    path = image(SAYS + '__attribute__((section(".noinit"))) u32 old[64]; int main(void) { for (;;) say(old[0]); }')
    at = image_of(str(path)).addresses["old"]
    first, second = (made(path)._engine.memory_at(at, 256) for _ in range(2))
    assert first == second
    assert len(set(first)) > 50


# The engine


def test_a_run_that_does_not_come_back_is_the_benchs_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "PATIENCE_S", 0.0)
    machine = made(image(SAYS + "int main(void) { for (;;) { UART[LSR]; } }"))
    with pytest.raises(BenchError, match="did not come back in time from 0x20000000 _start"):
        machine.run(1.0)


def test_the_same_image_again_gets_the_engine_that_was_given_back() -> None:
    path = image(SAYS + "int main(void) { say(1); for (;;) { UART[LSR]; } }")
    first = made(path)
    engine = first._engine
    first.close()
    first.close()
    second = made(path)
    assert second._engine is engine
    second.run(0.01)
    assert said(second) == [1]
