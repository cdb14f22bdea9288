/*
 * A dock for POSIX around the C reference: dock LINE DEVICE FIRST COUNT [MEMORY]. It says on standard output what happens, a line each,
 * and ends with 0 once everything is receipted. MEMORY is a file in which it keeps what is receipted, as a dock keeps it in flash.
 */
#define _POSIX_C_SOURCE 200809L
#include "taser_dock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { ASK_AGAIN_MS = 5000 };

typedef struct dock {
    int line;
    const char *device;
    const char *memory;
    tt_range held; /* not receipted */
    int said;      /* bits: 1 health, 2 clock, 4 undocked */
    int done;
    unsigned batches; /* dealt with */
    int waits; /* for a receipt, since sent_ms */
    uint32_t sent_ms;
    tt_clocks opened;
    tt_dock tt;
} dock;

static uint64_t clock_ns(clockid_t which) {
    struct timespec now;
    clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint32_t now_ms(void *user) {
    (void)user;
    return (uint32_t)(clock_ns(CLOCK_MONOTONIC) / 1000000u);
}

static void clocks(void *user, tt_clocks *out) {
    (void)user;
    out->monotonic_ns = clock_ns(CLOCK_MONOTONIC);
    out->utc_ns = clock_ns(CLOCK_REALTIME);
    out->state = 2;
}

static uint64_t draw(void *user) {
    (void)user;
    return clock_ns(CLOCK_MONOTONIC) * 0x9E3779B97F4A7C15u ^ (uint64_t)getpid();
}

static size_t send_some(void *user, const uint8_t *bytes, size_t count) {
    ssize_t sent = write(((dock *)user)->line, bytes, count);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        perror("dock: the line");
        exit(3);
    }
    return sent < 0 ? 0 : (size_t)sent;
}

/* Not a signature: enough to see that both sides mean the same bytes. */
static uint8_t sign(void *user, const uint8_t *bytes, size_t count, uint8_t *signature) {
    int i;
    (void)user;
    for (i = 0; i < TT_SIGNATURE_BYTES; i += 4) {
        tt_put32(signature + i, tt_crc32c((uint32_t)i, bytes, count));
    }
    return 1;
}

static int verify(void *user, const tt_signature *signature, const uint8_t *bytes, size_t count) {
    uint8_t expected[TT_SIGNATURE_BYTES];
    if (getenv("DOCK_TRUSTS_ANY_KEY") != NULL) { /* towards a gateway with a key of its own: Ed25519 is the firmware's to bring */
        return 1;
    }
    sign(user, bytes, count, expected);
    return memcmp(expected, signature->bytes, sizeof expected) == 0;
}

static int describe(void *user, uint8_t log, tt_log *out) {
    dock *d = (dock *)user;
    memset(out, 0, sizeof *out);
    out->device = d->device;
    out->model = "X26P";
    out->firmware = "4.3.1";
    out->held = &d->held;
    out->held_count = d->held.count != 0;
    out->kind = 1;
    out->record_width = TT_RECORD_BYTES;
    out->stamp_unit = 1;
    out->stamp_resolution_ms = 1000;
    return log == 0;
}

/* What the device wrote down: a pure function of the sequence, as flash would be. */
static int16_t read_records(void *user, uint8_t log, uint64_t first, uint16_t count, uint8_t *out) {
    uint16_t i;
    (void)user;
    (void)log;
    for (i = 0; i < count; i++) {
        uint64_t sequence = first + i;
        tt_event event;
        memset(&event, 0, sizeof event);
        event.stamp = 1700000000u + sequence;
        event.monotonic_ms = (uint32_t)(sequence * 1000);
        event.code = (uint16_t)(sequence % 3 == 0 ? 1 : 4 - sequence % 3); /* ARM, trigger, SAFE */
        event.duration_ms = event.code == 3 ? 5000 : 0;
        event.armed_session = (uint32_t)(sequence / 3);
        event.bays = 2u | 2u << 3;
        event.temperature_deci_c = 215;
        event.battery_percent = 88; /* a level that rises inside a batch would be marked */
        event.bay = event.code == 3 ? 0 : 255;
        tt_event_write(&event, out + (size_t)i * TT_RECORD_BYTES);
    }
    return (int16_t)count;
}

/* Every hundredth record has two Blocks: its own sequence in words, and 500 bytes of it. */
static uint16_t blocks(void *user, uint8_t log, uint64_t sequence) {
    (void)user;
    (void)log;
    return sequence % 100 == 0 ? 2 : 0;
}

static uint16_t read_block(void *user, uint8_t log, uint64_t sequence, uint16_t part, uint8_t *kind, uint8_t *out, uint16_t room) {
    uint16_t bytes = part == 1 ? 8 : 500;
    uint16_t i;
    (void)user;
    (void)log;
    (void)room;
    *kind = 5;
    for (i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(sequence >> 8 * (i % 8));
    }
    return bytes;
}

static int statement(void *user, uint8_t *type, uint64_t *id) {
    dock *d = (dock *)user;
    *id = 1;
    if ((d->said & 1) == 0) {
        *type = TT_DOCK_HEALTH;
        d->said |= 1;
    } else if ((d->said & 2) == 0) {
        *type = TT_CLOCK_READING;
        d->said |= 2;
    } else if ((d->said & 4) == 0 && d->held.count == 0) {
        *type = TT_UNDOCKED;
        d->said |= 4;
    } else {
        return 0;
    }
    return 1;
}

static const tt_identity who = {"kent", "maidstone", "dock-c", "posix", "1.0", 77};

/* Composed from what was noted when the session opened, never from a clock read now: a repeat must be the same bytes. */
static uint16_t write_statement(void *user, uint8_t type, uint64_t id, uint8_t *payload, uint16_t room) {
    dock *d = (dock *)user;
    tt_log log;
    union {
        tt_dock_health health;
        tt_clock_reading reading;
        tt_undocked undocked;
    } m;
    (void)id;
    describe(user, 0, &log);
    memset(&m, 0, sizeof m);
    if (type == TT_DOCK_HEALTH) {
        m.health.who = &who;
        m.health.clocks = d->opened;
        m.health.storage_bytes_left = UINT64_MAX;
    } else if (type == TT_CLOCK_READING) {
        m.reading.log = &log;
        m.reading.device_stamp = 1700000000u;
        m.reading.boot_id = who.boot_id;
        m.reading.monotonic_before_ns = d->opened.monotonic_ns;
        m.reading.monotonic_after_ns = d->opened.monotonic_ns + 1000;
        m.reading.order = 1;
    } else {
        m.undocked.log = &log;
        m.undocked.reason = TT_R_CARRIER_RELEASED;
        m.undocked.complete = 1;
        m.undocked.boot_id = who.boot_id;
        m.undocked.monotonic_ns = d->opened.monotonic_ns;
    }
    return tt_write(type, &m, payload, room);
}

/* Only a receipt permits forgetting. What is forgotten is written down before anything else is said. */
static void forget(dock *d, const tt_receipt *receipt) {
    uint8_t i;
    if (!tt_text_is(receipt->device, d->device) || receipt->kind != 1 || receipt->epoch.number != 0) {
        return;
    }
    for (i = 0; i < receipt->range_count; i++) {
        uint64_t first = tt_get64(receipt->ranges + 28 * i);
        uint64_t next = first + tt_get32(receipt->ranges + 28 * i + 8);
        if (first <= d->held.first && next > d->held.first) {
            uint64_t gone = next - d->held.first < d->held.count ? next - d->held.first : d->held.count;
            d->held.first += gone;
            d->held.count -= (uint32_t)gone;
        }
    }
    printf("receipt, held %" PRIu64 "+%" PRIu32 "\n", d->held.first, d->held.count);
    if (d->memory != NULL) {
        FILE *memory = fopen(d->memory, "w");
        if (memory == NULL || fprintf(memory, "%" PRIu64 " %" PRIu32 "\n", d->held.first, d->held.count) < 0 || fclose(memory) != 0) {
            perror(d->memory);
            exit(3);
        }
    }
}

static void recall(dock *d) {
    FILE *memory = d->memory == NULL ? NULL : fopen(d->memory, "r");
    if (memory != NULL) {
        if (fscanf(memory, "%" SCNu64 " %" SCNu32, &d->held.first, &d->held.count) != 2) {
            fprintf(stderr, "dock: %s says nothing\n", d->memory);
            exit(3);
        }
        fclose(memory);
    }
}

static void tell(void *user, const tt_news *news) {
    dock *d = (dock *)user;
    if (news->what == TT_NEWS_OPEN) {
        const tt_welcome *welcome = (const tt_welcome *)news->message;
        clocks(user, &d->opened);
        d->said = 0;
        printf("open %" PRIu32 " %.*s\n", welcome->session, welcome->gateway.bytes, (const char *)welcome->gateway.at);
    } else if (news->what == TT_NEWS_CLOSED) {
        printf("closed %u\n", news->reason);
    } else if (news->what == TT_NEWS_STOPPED) {
        printf("stopped %u\n", news->reason);
        fflush(stdout);
        exit(4);
    } else if (news->what == TT_NEWS_DEALT_WITH) {
        if (news->verdict != TT_STORED || news->reason != TT_R_NONE) {
            printf("verdict %u reason %u type %02x id %" PRIu64 "\n", news->verdict, news->reason, news->type, news->id);
        }
        if (news->type == TT_RECORD_BATCH && ++d->batches % 100 == 0) {
            printf("batches %u\n", d->batches);
        }
        d->done |= news->type == TT_UNDOCKED;
    } else if (news->what == TT_NEWS_LOG_SENT) {
        printf("sent %u\n", news->log);
        d->waits = 1;
        d->sent_ms = now_ms(user);
    } else if (news->type == TT_RECEIPT) {
        forget(d, (const tt_receipt *)news->message);
    }
    fflush(stdout);
}

static const tt_port port = {now_ms, clocks, draw, send_some, sign, verify, describe, read_records, blocks, read_block,
                             statement, write_statement, tell};

static int open_line(const char *path) {
    struct termios raw;
    int line = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (line < 0 || tcgetattr(line, &raw) != 0) {
        perror(path);
        exit(3);
    }
    raw.c_iflag = IGNBRK;
    raw.c_oflag = 0;
    raw.c_lflag = 0;
    raw.c_cflag = CS8 | CREAD | CLOCAL;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    cfsetispeed(&raw, B115200);
    cfsetospeed(&raw, B115200);
    if (tcsetattr(line, TCSANOW, &raw) != 0) {
        perror(path);
        exit(3);
    }
    return line;
}

int main(int count, char **arguments) {
    static dock d;
    static uint8_t rx[TT_RX_BYTES];
    static uint8_t tx[TT_TX_BYTES];
    if (count < 5) {
        fputs("usage: dock LINE DEVICE FIRST COUNT [MEMORY]\n", stderr);
        return 2;
    }
    d.line = open_line(arguments[1]);
    d.device = arguments[2];
    d.held.first = strtoull(arguments[3], NULL, 10);
    d.held.count = (uint32_t)strtoul(arguments[4], NULL, 10);
    d.memory = count > 5 ? arguments[5] : NULL;
    recall(&d);
    tt_dock_init(&d.tt, &port, &d, &who, rx, tx);
    tt_dock_insert(&d.tt, 0);
    tt_dock_start(&d.tt);
    while (!d.done) {
        uint8_t bytes[256];
        struct pollfd ready;
        if (d.waits && d.held.count != 0 && now_ms(&d) - d.sent_ms > ASK_AGAIN_MS) {
            d.waits = 0;
            tt_dock_insert(&d.tt, 0); /* offered again, its receipts come again (clause 8.9) */
        }
        ready.fd = d.line;
        ready.events = (short)(POLLIN | (tt_dock_step(&d.tt) ? POLLOUT : 0));
        if (poll(&ready, 1, 50) > 0 && (ready.revents & (POLLIN | POLLHUP)) != 0) {
            ssize_t got = read(d.line, bytes, sizeof bytes);
            if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
                fputs("dock: the line is gone\n", stderr);
                return 3;
            }
            if (got > 0) {
                tt_dock_receive(&d.tt, bytes, (size_t)got);
            }
        }
    }
    tt_dock_stop(&d.tt, TT_R_CONVERSATION_OVER);
    while (tt_dock_step(&d.tt)) {
        struct pollfd room;
        room.fd = d.line;
        room.events = POLLOUT;
        poll(&room, 1, 1000);
    }
    tcdrain(d.line);
    puts("done");
    return 0;
}
