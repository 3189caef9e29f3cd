// SPDX-License-Identifier: Apache-2.0
// From the reset vector to main: stack, .data from flash, .bss cleared.
extern unsigned int _data_load[], _data_start[], _data_end[], _bss_start[], _bss_end[];
int main(void);

__attribute__((used)) void begin(void) {
    for (unsigned int *from = _data_load, *to = _data_start; to < _data_end;) *to++ = *from++;
    for (unsigned int *to = _bss_start; to < _bss_end;) *to++ = 0;
    main();
    for (;;) __asm__ volatile("wfi");
}

__attribute__((naked, section(".init"))) void _start(void) {
    __asm__ volatile("la sp, _stack_top\n"
                     "j begin");
}
