// SPDX-License-Identifier: Apache-2.0
// The microcontroller of the receiver: my-chip.toml says the same to the bench, memory.ld to the linker.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define CLOCK_HZ 16000000u
#define TIMER_HZ 1000000u

// 16550
#define UART ((volatile u8 *)0x10000000)
enum { RBR = 0, THR = 0, DLL = 0, DLM = 1, FCR = 2, LCR = 3, LSR = 5 };
enum { LSR_DR = 0x01, LSR_OE = 0x02, LSR_PE = 0x04, LSR_FE = 0x08, LSR_THRE = 0x20 };
enum { LCR_7E1 = 0x1A, LCR_DLAB = 0x80, FCR_ENABLE = 0x01, FCR_CLEAR = 0x06 };

// CLINT
#define MTIME ((volatile u32 *)0x0200BFF8)

static inline u64 ticks(void) {
    u32 high, low;
    do high = MTIME[1], low = MTIME[0];
    while (high != MTIME[1]);
    return (u64)high << 32 | low;
}
