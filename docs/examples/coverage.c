// SPDX-License-Identifier: Apache-2.0
// Tells xky fuzz which parts of a program were run. Compile the program with -fsanitize-coverage=trace-pc and link this
// to it: gcc -fsanitize-coverage=trace-pc receiver.c coverage.c -o receiver. Where no bench asks, nothing is told.
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __clang__
#define UNCOUNTED __attribute__((no_sanitize("coverage")))
#else
#define UNCOUNTED __attribute__((no_sanitize_coverage))
#endif

enum { PLACES = 65536 };                 // bytes of the file that the bench names, one for each place of the program
extern const char __executable_start[];  // of the linker: places are the same wherever the program is loaded
static unsigned char nowhere[PLACES], *places = nowhere;

__attribute__((constructor)) UNCOUNTED static void begin(void) {
    const char *name = getenv("XKY_COVERAGE");
    int file = name ? open(name, O_RDWR) : -1;
    if (file < 0) return;
    void *shared = mmap(NULL, PLACES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) places = (unsigned char *)shared;
    close(file);
}

#ifdef __cplusplus
extern "C"
#endif
UNCOUNTED void __sanitizer_cov_trace_pc(void) {  // the compiler calls it at the head of each basic block
    uintptr_t at = (uintptr_t)__builtin_return_address(0) - (uintptr_t)__executable_start;
    places[(at ^ at >> 16) % PLACES] = 1;
}
