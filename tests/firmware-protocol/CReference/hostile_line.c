/*
 * A dock on the most hostile line there is: a script of bytes becomes frames of a gateway that lies, noise, silence and time. Run by
 * itself with a seed and a number of frames, or by libFuzzer (-DLIBFUZZER). It ends at the first promise broken:
 * what the dock sends is always a whole good frame, at most 8 numbered frames are unacked, the records it reads were docked.
 */
#include "taser_dock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_BYTES = 1 << 12, LOG_RECORDS = 5000, SCRIPT_BYTES_MAX = 1 << 13 };

typedef struct line {
    const uint8_t *script;
    size_t left;
    uint32_t now_ms;
    uint32_t session;
    uint64_t connection_id;
    uint64_t statement;
    uint32_t highest_frame;
    uint16_t out_fill;
    uint8_t out[OUT_BYTES];
    tt_range held[2];
    uint8_t rx[TT_RX_BYTES];
    uint8_t tx[TT_TX_BYTES];
    tt_dock dock;
} line;

static unsigned long frames_in, frames_out, sessions;

static void promise(int kept, const char *what) {
    if (!kept) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

static uint8_t next_byte(line *l) {
    if (l->left == 0) {
        return 0;
    }
    l->left--;
    return *l->script++;
}

static uint64_t next_number(line *l, unsigned bytes) {
    uint64_t value = 0;
    while (bytes-- != 0) {
        value = value << 8 | next_byte(l);
    }
    return value;
}

static uint32_t now_ms(void *user) { return ((line *)user)->now_ms; }

static void clocks(void *user, tt_clocks *out) {
    out->monotonic_ns = ((line *)user)->now_ms * 1000000ull;
    out->utc_ns = 0;
    out->state = 1;
}

static uint64_t draw(void *user) { return ++((line *)user)->connection_id; }

/* Everything sent must be a whole, good frame between zeros. */
static void judge(line *l) {
    long whole = tt_cobs_decode(l->out, l->out_fill, l->out, sizeof l->out);
    tt_header header;
    promise(whole > 0, "what the dock sends is COBS");
    promise(tt_frame_read(l->out, (size_t)whole, TT_PAYLOAD_BYTES_MAX, &header) == TT_R_NONE, "what the dock sends is a frame");
    frames_out++;
    if (header.session == l->session && header.number > l->highest_frame) {
        promise(header.number == l->highest_frame + 1, "frame numbers rise by one");
        l->highest_frame = header.number;
    }
}

static size_t send_some(void *user, const uint8_t *bytes, size_t count) {
    line *l = (line *)user;
    size_t taken = count < 700 ? count : 700;
    size_t i;
    for (i = 0; i < taken; i++) {
        if (bytes[i] != 0) {
            promise(l->out_fill < OUT_BYTES, "a frame has an end");
            l->out[l->out_fill++] = bytes[i];
        } else if (l->out_fill != 0) {
            judge(l);
            l->out_fill = 0;
        }
    }
    return taken;
}

static uint8_t sign(void *user, const uint8_t *bytes, size_t count, uint8_t *signature) {
    (void)user;
    promise(count > 14 && memcmp(bytes, "taser/1 hello", 14) == 0, "a Hello is signed behind its label");
    memset(signature, 7, TT_SIGNATURE_BYTES);
    return 1;
}

static int describe(void *user, uint8_t log, tt_log *out) {
    line *l = (line *)user;
    promise(log < TT_LOGS_MAX, "a log that was inserted");
    if (log > 1) {
        return 0;
    }
    memset(out, 0, sizeof *out);
    out->device = log == 0 ? "X29A00001" : "X29A00002";
    out->carrier = log == 0 ? NULL : "PACK7";
    out->held = l->held;
    out->held_count = 2;
    out->kind = 1;
    out->record_width = log == 0 ? 40 : 128;
    out->stamp_unit = 1;
    return 1;
}

static int16_t read_records(void *user, uint8_t log, uint64_t first, uint16_t count, uint8_t *out) {
    size_t width = log == 0 ? 40 : 128;
    (void)user;
    promise(log < 2, "records are read of docked logs");
    promise(count != 0 && count * width <= TT_PAYLOAD_BYTES_MAX, "records that were asked for fit");
    if (first >= LOG_RECORDS) {
        return first > 0x7FFFFFFFu ? 0 : -5;
    }
    memset(out, (int)(first & 0xFF), count * width);
    return (int16_t)count;
}

static uint16_t blocks(void *user, uint8_t log, uint64_t sequence) {
    (void)user;
    return log == 0 && sequence % 16 == 3 ? 3 : 0;
}

static uint16_t read_block(void *user, uint8_t log, uint64_t sequence, uint16_t part, uint8_t *kind, uint8_t *out, uint16_t room) {
    (void)user;
    promise(log == 0 && sequence % 16 == 3 && part >= 1 && part <= 3, "Blocks are read of records that have them");
    *kind = 2;
    memset(out, part, room);
    return part == 3 ? room : (uint16_t)(sequence % 50);
}

static int verify(void *user, const tt_signature *signature, const uint8_t *bytes, size_t count) {
    (void)user;
    promise(count > 16 && memcmp(bytes, TT_LABEL_RECEIPT, 16) == 0, "a receipt is verified behind its label");
    return signature->bytes[0] & 1;
}

static int statement(void *user, uint8_t *type, uint64_t *id) {
    line *l = (line *)user;
    if (l->statement % 7 != 0) {
        return 0;
    }
    *type = TT_DOCK_HEALTH;
    *id = l->statement++;
    return 1;
}

static uint16_t write_statement(void *user, uint8_t type, uint64_t id, uint8_t *payload, uint16_t room) {
    static const tt_identity who = {"f", "a", "d", "", "", 1};
    tt_dock_health health;
    memset(&health, 0, sizeof health);
    (void)user;
    health.who = &who;
    health.storage_bytes_left = id;
    return tt_write(type, &health, payload, room);
}

static void tell(void *user, const tt_news *news) {
    line *l = (line *)user;
    if (news->what == TT_NEWS_OPEN) {
        l->session = ((const tt_welcome *)news->message)->session;
        l->highest_frame = 0;
        sessions++;
    }
    l->statement++;
}

static const tt_port port = {now_ms, clocks, draw, send_some, sign, verify, describe, read_records, blocks, read_block,
                             statement, write_statement, tell};

static void put(uint8_t **at, uint64_t value, unsigned bytes) {
    for (; bytes != 0; bytes--, value >>= 8) {
        *(*at)++ = (uint8_t)value;
    }
}

static void put_text(uint8_t **at, const char *text) {
    put(at, strlen(text), 1);
    memcpy(*at, text, strlen(text));
    *at += strlen(text);
}

/* A payload a gateway could have sent, or nearly. */
static uint16_t payload_of(line *l, uint8_t type, uint8_t *payload) {
    uint8_t *at = payload;
    uint8_t choice = next_byte(l);
    unsigned i;
    if (type == TT_WELCOME || type == TT_BUSY || type == TT_CHALLENGE) {
        put(&at, l->connection_id, 8);
    }
    if (type == TT_WELCOME) {
        put(&at, 1 + choice, 4);
        put(&at, next_number(l, 1) % 20, 2);
        put(&at, next_number(l, 3), 4);
        put(&at, 256 + next_number(l, 2), 2);
        put(&at, 1, 1);
        put(&at, next_number(l, 8), 8);
        put_text(&at, "gw");
        put_text(&at, "");
    } else if (type == TT_WANT) {
        uint64_t first = choice == 0 ? 0xFFFFFFFFFFFFFF00u : next_number(l, 2) % 6000;
        put(&at, 1, 1);
        put(&at, choice % 18, 1);
        put(&at, 0, 12);
        for (i = 0; i < choice % 18u; i++) {
            uint32_t count = 1 + next_byte(l) % 60;
            put(&at, first, 8);
            put(&at, count, 4);
            first += count + 1;
        }
        put_text(&at, choice & 64 ? "X29A00001" : "X29A00002");
        put_text(&at, choice & 64 ? "" : "PACK7");
    } else if (type == TT_ACK) {
        put(&at, l->highest_frame + 1 - next_byte(l) % 10, 4);
        put(&at, next_byte(l) % 12, 2);
        put(&at, next_number(l, 2), 4);
        put(&at, choice % 3, 1);
        put(&at, choice / 3 % 3, 1);
        for (i = 0; i < choice % 3u; i++) {
            put(&at, l->highest_frame + 2 * i, 4);
            put(&at, 1 + (choice & 1u), 4);
        }
        for (i = 0; i < choice / 3 % 3u; i++) {
            put(&at, l->highest_frame - next_byte(l) % 8, 4);
            put(&at, next_byte(l) % 4, 1);
            put(&at, next_byte(l) % 8, 1);
            put(&at, next_byte(l), 2);
            put(&at, next_number(l, 2), 4);
        }
    } else if (type == TT_RECEIPT) {
        put(&at, 1, 1);
        put(&at, choice % 17, 1);
        put(&at, 0, 28);
        for (i = 0; i < choice % 17u; i++) {
            put(&at, 100 * i, 8);
            put(&at, 50, 4);
            put(&at, i, 8);
            put(&at, i + 1, 8);
        }
        put_text(&at, "X29A00001");
        put_text(&at, "gw");
        put(&at, 1, 1);
        put(&at, 64, 1);
        put(&at, next_byte(l), 8);
        put(&at, 0, 8);
        put(&at, 0, 48);
    } else if (type == TT_NACK) {
        put(&at, l->highest_frame - choice % 8, 4);
        put(&at, 5, 2);
    } else {
        for (i = choice % 40; i != 0; i--) {
            put(&at, next_byte(l), 1);
        }
    }
    return (uint16_t)(at - payload);
}

static void feed_frame(line *l) {
    static const uint8_t types[] = {TT_CHALLENGE,          TT_WELCOME, TT_RECEIPT, TT_WANT, TT_WANT,      TT_ACK,  TT_ACK,     TT_ACK,
                                    TT_NACK,               TT_BUSY,    TT_ABORT,   TT_HOLD, TT_HEARTBEAT, TT_WANT, TT_GOODBYE, 0,
                                    TT_CLOCK_ECHO_REQUEST, TT_ACK,     TT_WELCOME};
    uint8_t frame[TT_FRAME_BYTES_MAX];
    uint8_t encoded[TT_RX_BYTES + 1];
    size_t count;
    tt_header header;
    uint8_t choice = next_byte(l);
    uint8_t spoil = next_byte(l);
    header.type = types[choice % sizeof types];
    header.type = header.type == 0 ? next_byte(l) : header.type;
    header.flags = spoil == 1;
    header.number = 0;
    header.payload_bytes = payload_of(l, header.type, frame + TT_HEADER_BYTES);
    header.session = header.type == TT_WELCOME ? tt_get32(frame + TT_HEADER_BYTES + 8)
                     : header.type == TT_CHALLENGE || header.type == TT_BUSY ? 0
                                                                               : l->session;
    count = tt_frame_seal(frame, &header);
    if (spoil < 8) { /* wrong in the payload, yet sealed again */
        frame[TT_HEADER_BYTES + next_byte(l) % (count - TT_HEADER_BYTES)] = next_byte(l);
        tt_frame_seal(frame, &header);
    }
    count = tt_cobs_encode(frame, count, encoded);
    if (spoil >= 8 && spoil < 16) { /* wrong on the line */
        encoded[next_byte(l) % count] = next_byte(l);
    }
    encoded[count] = 0;
    tt_dock_receive(&l->dock, encoded, spoil == 16 ? count / 2 : count + 1);
    frames_in++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const tt_identity who = {"force", "armoury", "dock", "model", "1.0", 42};
    line *l = (line *)calloc(1, sizeof *l);
    uint8_t *rx = (uint8_t *)malloc(TT_RX_BYTES); /* of their own, so that one byte past either is seen */
    uint8_t *tx = (uint8_t *)malloc(TT_TX_BYTES);
    promise(l != NULL && rx != NULL && tx != NULL, "memory");
    l->script = data;
    l->left = size;
    l->held[0].count = 3000;
    l->held[1].first = 4000;
    l->held[1].count = 900;
    tt_dock_init(&l->dock, &port, l, &who, rx, tx);
    tt_dock_insert(&l->dock, 0);
    tt_dock_insert(&l->dock, 1);
    tt_dock_start(&l->dock);
    while (l->left != 0) {
        uint8_t what = next_byte(l);
        unsigned unacked = 0;
        unsigned i;
        if (what < 200) {
            feed_frame(l);
        } else if (what < 220) {
            l->now_ms += (uint32_t)next_number(l, 2);
        } else if (what < 230) {
            uint8_t noise[16];
            for (i = 0; i < sizeof noise; i++) {
                noise[i] = next_byte(l);
            }
            tt_dock_receive(&l->dock, noise, sizeof noise);
        } else if (what < 240) {
            tt_dock_insert(&l->dock, next_byte(l) % 4);
        } else if (what < 250) {
            tt_dock_remove(&l->dock, next_byte(l) % 4);
        } else if (what < 252) {
            tt_dock_stop(&l->dock, TT_R_DOCK_STOPPING);
        } else {
            tt_dock_start(&l->dock);
        }
        for (i = 0; i < 40 && tt_dock_step(&l->dock) != 0; i++) {
        }
        promise(i < 40, "a step comes to an end");
        for (i = 0; i < TT_WINDOW_FRAMES; i++) {
            unacked += l->dock.window[i].number != 0;
        }
        promise(unacked <= TT_WINDOW_FRAMES, "at most 8 frames are unacked");
    }
    free(tx);
    free(rx);
    free(l);
    return 0;
}

#ifndef LIBFUZZER
int main(int count, char **arguments) {
    static uint8_t script[SCRIPT_BYTES_MAX];
    uint64_t state = count > 1 ? strtoull(arguments[1], NULL, 10) * 2 + 1 : 1;
    unsigned long frames_max = count > 2 ? strtoul(arguments[2], NULL, 10) : 10000;
    while (frames_in < frames_max) {
        size_t i;
        for (i = 0; i < sizeof script; i++) { /* xorshift64* */
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            script[i] = (uint8_t)((state * 0x2545F4914F6CDD1Du) >> 56);
        }
        LLVMFuzzerTestOneInput(script, sizeof script);
    }
    printf("%lu frames in, %lu frames out, %lu sessions\n", frames_in, frames_out, sessions);
    return frames_out != 0 && sessions != 0 ? 0 : 1;
}
#endif
