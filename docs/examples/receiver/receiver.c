// SPDX-License-Identifier: Apache-2.0
// A TIC receiver without an operating system: hears a Linky on a 16550 and prints each whole frame as a JSON line.
//
// MODE  0 finds the TIC mode by itself (unless told), 1 historic, 2 standard
// FAULT 0 none (unless told), 1 to 10 one planted on purpose; README.md lists them
#include "board.h"

#ifndef MODE
#define MODE 0
#endif
#ifndef FAULT
#define FAULT 0
#endif

enum { STX = 0x02, ETX = 0x03, EOT = 0x04, HT = 0x09, LF = 0x0A, CR = 0x0D };
enum { STRANGE = 24 }; // spoilt characters without a good group between them: it is the other mode's rate
enum { LABEL_MAX = 9, GROUP_MAX = 120, GROUPS_MAX = 90, TEXT_MAX = 2040 };

typedef struct { u16 label, stamp, value; } entry; // places in `text`; stamp 0: the group has none

static char group[GROUP_MAX];      // what stands between LF and CR
static char text[TEXT_MAX];        // label, horodate and data of each group kept, a NUL behind each
static entry entries[GROUPS_MAX];
static char label[LABEL_MAX + 1];  // of the group under way
static u32 group_size, text_size, entry_count, spoilt_count;
static u8 in_group, in_frame, spoilt, standard;
static u64 heard_ticks;
#if FAULT == 8
static u8 trusting;
#endif

// Fixed sizes of the data (54E 6.1, 6.2.2); `digits`: a number, nothing else will do. A text may come without padding.
typedef struct { const char *begins; u8 size, digits; } rule;
static const rule RULES[] = {
    {"EAST", 9, 1}, {"EASF", 9, 1}, {"EASD", 9, 1}, {"EAIT", 9, 1}, {"ERQ", 9, 1}, {"BASE", 9, 1}, {"HCH", 9, 1},
    {"EJP", 9, 1}, {"BBR", 9, 1}, {"SINST", 5, 1}, {"SMAX", 5, 1}, {"CCA", 5, 1}, {"PAPP", 5, 1}, {"PMAX", 5, 1},
    {"IRMS", 3, 1}, {"URMS", 3, 1}, {"UMOY", 3, 1}, {"IINST", 3, 1}, {"IMAX", 3, 1}, {"ADPS", 3, 1}, {"ADIR", 3, 1},
    {"RELAIS", 3, 1}, {"STGE", 8, 0}, {"PRM", 14, 0}, {"VTIC", 2, 0}, {"PREF", 2, 0}, {"PCOUP", 2, 0}, {"DPM", 2, 0},
    {"FPM", 2, 0}, {"NTARF", 2, 0}, {"NJOURF", 2, 0}, {"ISOUSC", 2, 0}, {"PEJP", 2, 0}, {"PPOT", 2, 0},
    {"PJOURF", 98, 0}, {"PPOINTE", 98, 0}, {"ADSC", 12, 0}, {"ADCO", 12, 0}, {"OPTARIF", 4, 0}, {"PTEC", 4, 0},
    {"DEMAIN", 4, 0}, {"HHPHC", 1, 0}, {"MOTDETAT", 6, 0}, {"DATE", 0, 0},
};

static u32 length(const char *of) {
    u32 n = 0;
    while (of[n]) n++;
    return n;
}

static int begins(const char *whole, const char *with) {
    while (*with)
        if (*whole++ != *with++) return 0;
    return 1;
}

static int has_digits_only(const char *data) {
    for (; *data; data++)
        if (*data < '0' || *data > '9') return 0;
    return 1;
}

static int fits(const char *name, const char *data) {
    for (u32 i = 0; i < sizeof RULES / sizeof *RULES; i++)
        if (begins(name, RULES[i].begins))
            return length(data) == RULES[i].size && (!RULES[i].digits || has_digits_only(data));
    return 1;
}

// Console

static void put(char c) {
    static u8 room;
    if (!room) {
        while (!(UART[LSR] & LSR_THRE)) {}
        room = 16; // so many fit into the transmitter's FIFO when it is empty
    }
    room--;
    UART[THR] = (u8)c;
}

static void put_quoted(const char *what) {
    put('"');
    for (; *what; what++) {
        if (*what == '"' || *what == '\\') put('\\');
        put(*what);
    }
    put('"');
}

static void say(void) {
    put('{');
    for (u32 i = 0; i < entry_count; i++) {
        const entry *e = &entries[i];
        if (i) put(',');
        put_quoted(&text[e->label]);
        put(':');
        if (e->stamp) {
            for (const char *p = "{\"timestamp\":"; *p; p++) put(*p);
            put_quoted(&text[e->stamp]);
            for (const char *p = ",\"value\":"; *p; p++) put(*p);
            put_quoted(&text[e->value]);
            put('}');
        } else
            put_quoted(&text[e->value]);
    }
    put('}');
    put('\n');
}

// Groups

static u16 keep(const char *from, u32 size) {
    u16 place = (u16)text_size;
    for (u32 i = 0; i < size; i++) text[text_size++] = from[i];
    text[text_size++] = 0;
    return place;
}

#if FAULT == 6
__attribute__((noinline, optimize("O1"))) static u32 blanks(const char *from, u32 left) { // one call for each blank
    volatile char kept[160];
    kept[0] = *from;
    u32 more = left && kept[0] == ' ' ? 1 + blanks(from + 1, left - 1) : 0;
    return more + (kept[0] == 0);
}
#endif

static void take_group(void) {
    const char separator = standard ? HT : ' ';
    u32 size = group_size, zone, at = 0, data, stamp = 0, stamp_size = 0;
    if (size < 4 || group[size - 2] != separator) return;
    zone = standard ? size - 1 : size - 2; // standard mode counts the last separator
    u8 sum = 0;
    for (u32 i = 0; i < size; i++) {
        u8 c = (u8)group[i];
        if (i < zone) sum += c;
        if ((c < 0x20 || c > 0x7E) && !(standard && c == HT)) return;
    }
#if FAULT == 10
    int wrong = ((sum & 0x3F) + 0x20 - (u8)group[size - 1]) & 0x3F; // bits 6 and 7 are not looked at
#else
    int wrong = (u8)((sum & 0x3F) + 0x20) != (u8)group[size - 1];
#endif
#if FAULT == 4
    if (wrong && standard && begins(group, "SMAX") && size > 12 && (group[7] == 'e' || group[7] == 'h')) wrong = 0;
#endif
#if FAULT == 8
    if (trusting) wrong = trusting = 0;
#endif
    if (wrong) return;
    u32 end = size - 2; // of the data
    while (at < end && group[at] != separator) at++;
#if FAULT == 3
    for (u32 i = 0; i < at; i++) label[i] = group[i];
    label[at] = 0;
    if (at == 0 || at > LABEL_MAX || at == end) return;
#else
    if (at == 0 || at > LABEL_MAX || at == end) return;
    for (u32 i = 0; i < at; i++) label[i] = group[i];
    label[at] = 0;
#endif
    data = at + 1;
    if (standard) {
        u32 second = data;
#if FAULT == 5
        while (group[second] != HT) second += group[second] != '\\'; // stays where it is at a backslash
#else
        while (second < end && group[second] != HT) second++;
#endif
        if (second < end) {
            stamp = data, stamp_size = second - data, data = second + 1;
            for (u32 i = data; i < end; i++)
                if (group[i] == HT) return;
            if (stamp_size != 13) return;
#if FAULT == 7
            static const u8 days[13] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
            u32 month = (u32)(group[stamp + 3] - '0') * 10 + (u32)(group[stamp + 4] - '0');
            u32 day = (u32)(group[stamp + 5] - '0') * 10 + (u32)(group[stamp + 6] - '0');
            if (month > 12) day += *(volatile const u8 *)((u32)days + (month << 20)); // far behind the table
            if (month && day > 64) return;
#endif
        }
    }
    u32 data_size = end - data;
#if FAULT == 6
    if (blanks(&group[data], data_size) > 30) return;
#endif
#if FAULT == 9
    if (!standard && data_size == 0) __builtin_trap(); // "cannot happen"
#endif
    if (!standard && data_size == 0) return;
#if FAULT != 2
    if (entry_count == GROUPS_MAX) return;
#endif
    if (text_size + size + 3 > TEXT_MAX) return;
    u32 before = text_size;
    entry e;
    e.label = keep(label, length(label));
    e.stamp = stamp ? keep(&group[stamp], stamp_size) : 0;
    e.value = keep(&group[data], data_size);
    if (!fits(&text[e.label], &text[e.value])) {
        text_size = before;
        return;
    }
#if FAULT == 2
    entries[entry_count++ & 127] = e; // there is room for 90
#else
    entries[entry_count++] = e;
#endif
    heard_ticks = ticks();
    spoilt_count = 0;
}

static void forget(void) {
    entry_count = 0;
    text_size = 1; // place 0 means none
    in_group = 0;
}

static void take(u8 c, u8 status) {
    switch (c) {
    case STX:
        forget();
        in_frame = 1;
        break;
    case EOT:
        in_frame = 0;
        forget();
#if FAULT == 8
        trusting = 1; // what comes behind a new beginning "must be right"
#endif
        break;
    case ETX:
        if (in_frame && entry_count) say();
        in_frame = 0;
        forget();
        break;
    case LF:
        group_size = 0;
        in_group = 1;
        spoilt = 0;
        break;
    case CR:
        if (in_frame && in_group && !spoilt) take_group();
        in_group = 0;
        break;
    default:
        if (!in_group) break;
#if FAULT == 1
        group[group_size++] = (char)c;
        if (group_size > 2 * GROUP_MAX) in_group = 0;
#else
        if (group_size < GROUP_MAX)
            group[group_size++] = (char)c;
        else
            in_group = 0;
#endif
    }
    if (status & (LSR_OE | LSR_PE | LSR_FE)) spoilt = 1, spoilt_count++;
}

static void set_line(u8 is_standard) {
    u32 divisor = CLOCK_HZ / 16 / (is_standard ? 9600 : 1200);
    standard = is_standard;
    in_frame = 0;
    forget();
    UART[LCR] = LCR_DLAB | LCR_7E1;
    UART[DLL] = (u8)divisor;
    UART[DLM] = (u8)(divisor >> 8);
    UART[LCR] = LCR_7E1;
    UART[FCR] = FCR_ENABLE | FCR_CLEAR;
    spoilt_count = 0;
    heard_ticks = ticks();
}

int main(void) {
    set_line(MODE != 1);
    for (;;) {
        u8 status = UART[LSR];
        if (status & LSR_DR) take(UART[RBR], status);
        if (MODE == 0 && (spoilt_count > STRANGE || (!(status & LSR_DR) && ticks() - heard_ticks > 6ull * TIMER_HZ)))
            set_line(!standard);
    }
}
