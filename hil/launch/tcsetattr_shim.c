/* SPDX-License-Identifier: Apache-2.0
 *
 * Preloaded into a program that reads a pseudo-terminal of the bench in the place of its serial port.
 *
 * The kernel keeps a pty at eight bits without parity whatever was asked, and glibc then answers EINVAL:
 * programs that insist on 7E1 give up. Here the bench's own port, known by its device number, takes what
 * it is asked and says it back, as a serial port does; what was asked goes to the bench as a datagram,
 * "RATE BITS PARITY STOPS" (rate 0 where it cannot be known). Every other terminal is left to the library.
 *
 * It needs no library of its own, so that it loads into programs of any libc; where the program has no
 * dlsym, the kernel is asked in the library's place, for the calls are the same.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define FORMAT (CSIZE | PARENB | PARODD) /* what a pty does not keep, or not as it was asked */

extern void *dlsym(void *, const char *) __attribute__((weak));

struct kernel_termios2 { /* asm/termbits.h, which cannot stand beside termios.h */
    unsigned int flags[4];
    unsigned char line, control[19];
    unsigned int input_rate, output_rate;
};
#define KERNEL_TCGETS2 _IOR('T', 0x2A, struct kernel_termios2)

static tcflag_t asked_format;
static int was_asked;

static int is_the_port(int fd)
{
    const char *number = getenv("XKY_PORT_NUMBER");
    struct stat status;
    char text[24];
    int kept = errno, found = 0;

    if (number != NULL && fstat(fd, &status) == 0 && S_ISCHR(status.st_mode)) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)status.st_rdev);
        found = strcmp(text, number) == 0;
    }
    errno = kept;
    return found;
}

static void tell(int fd, const struct termios *asked)
{
    static const int bits[] = {5, 6, 7, 8}; /* CS5 to CS8 count up */
    const char *name = getenv("XKY_PORT_TOLD");
    struct sockaddr_un address = {.sun_family = AF_UNIX}; /* abstract: the name stands behind a NUL */
    struct kernel_termios2 kernel;
    char text[64];
    int size, length, sender, kept = errno;
    unsigned int rate = ioctl(fd, KERNEL_TCGETS2, &kernel) == 0 ? kernel.output_rate : 0;
    int parity = !(asked->c_cflag & PARENB) ? 'N' : asked->c_cflag & PARODD ? 'O' : 'E';

    length = name == NULL ? 0 : (int)strlen(name);
    if (length > 0 && length < (int)sizeof address.sun_path) {
        memcpy(address.sun_path + 1, name, (size_t)length);
        length += (int)offsetof(struct sockaddr_un, sun_path) + 1;
        size = snprintf(text, sizeof text, "%u %d %c %d", rate, bits[(asked->c_cflag & CSIZE) / (CS6 - CS5)], parity,
                        asked->c_cflag & CSTOPB ? 2 : 1);
        sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (sender >= 0) {
            sendto(sender, text, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
                   (socklen_t)length);
            close(sender);
        }
    }
    errno = kept;
}

int tcsetattr(int fd, int when, const struct termios *asked)
{
    static int (*real)(int, int, const struct termios *);
    struct termios given = *asked;
    int done, ours = is_the_port(fd);

    if (ours)
        given.c_cflag = (given.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8; /* what the kernel makes of it */
    if (real == NULL && dlsym != NULL)
        real = (int (*)(int, int, const struct termios *))dlsym(RTLD_NEXT, "tcsetattr");
    done = real != NULL ? real(fd, when, &given) : ioctl(fd, TCSETS + (unsigned long)when, &given);
    if (ours && done == 0) {
        asked_format = asked->c_cflag & FORMAT;
        was_asked = 1;
        tell(fd, asked);
    }
    return done;
}

int tcgetattr(int fd, struct termios *told)
{
    static int (*real)(int, struct termios *);
    int done;

    if (real == NULL && dlsym != NULL)
        real = (int (*)(int, struct termios *))dlsym(RTLD_NEXT, "tcgetattr");
    done = real != NULL ? real(fd, told) : ioctl(fd, TCGETS, told);
    if (done == 0 && was_asked && is_the_port(fd))
        told->c_cflag = (told->c_cflag & ~(tcflag_t)FORMAT) | asked_format;
    return done;
}
