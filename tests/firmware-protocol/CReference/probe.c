/* The C reference behind a line of text: one command a line in, one answer a line out, so that another language can judge it. */
#include "taser_dock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 18, TEXTS_MAX = 8, GUARD_BYTES = 64, GUARD = 0xA5, LONG_LINE_BYTES = 2048, LONG_LINE_STEP = 61 };

static char *next_token(void) {
    char *token = strtok(NULL, " \n");
    if (token == NULL) {
        fputs("probe: a line ends too early\n", stderr);
        exit(2);
    }
    return token;
}

static uint64_t number(void) { return strtoull(next_token(), NULL, 10); }

static unsigned nibble(char digit) { return (unsigned)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10) & 15u; }

/* Exactly as many bytes as there are, so that AddressSanitizer sees a read past the end. "-" = none. */
static uint8_t *bytes_of(const char *hex, size_t *count) {
    size_t i;
    uint8_t *bytes;
    *count = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
    bytes = (uint8_t *)malloc(*count == 0 ? 1 : *count);
    if (bytes == NULL) {
        exit(2);
    }
    for (i = 0; i < *count; i++) {
        bytes[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    }
    return bytes;
}

/* Room with guard bytes on both sides; what is handed out is the middle. */
static uint8_t *guarded_room(size_t count) {
    uint8_t *room = (uint8_t *)malloc(count + 2 * GUARD_BYTES);
    if (room == NULL) {
        exit(2);
    }
    memset(room, GUARD, count + 2 * GUARD_BYTES);
    return room + GUARD_BYTES;
}

/* Frees it, and answers whether the guards still stand. */
static int guards_stand(uint8_t *middle, size_t count) {
    size_t i;
    int stand = 1;
    for (i = 0; i < GUARD_BYTES; i++) {
        stand &= middle[i - GUARD_BYTES] == GUARD && middle[count + i] == GUARD;
    }
    free(middle - GUARD_BYTES);
    return stand;
}

static const char *text(void) {
    static char texts[TEXTS_MAX][64];
    static unsigned turn;
    size_t count;
    uint8_t *bytes = bytes_of(next_token(), &count);
    char *to = texts[turn++ % TEXTS_MAX];
    count = count < 63 ? count : 63;
    memcpy(to, bytes, count);
    to[count] = 0;
    free(bytes);
    return to;
}

static void print_bytes(const uint8_t *bytes, size_t count) {
    if (count == 0) {
        fputs(" -", stdout);
        return;
    }
    putchar(' ');
    for (; count != 0; count--, bytes++) {
        putchar("0123456789ABCDEF"[*bytes >> 4]);
        putchar("0123456789ABCDEF"[*bytes & 15]);
    }
}

static void print_text(tt_text t) { print_bytes(t.at, t.bytes); }

static void print_number(uint64_t value) { printf(" %" PRIu64, value); }

static tt_clocks clocks(void) {
    tt_clocks c;
    c.state = (uint8_t)number();
    c.monotonic_ns = number();
    c.utc_ns = number();
    return c;
}

static tt_log read_log(tt_range *held) {
    tt_log log;
    uint8_t i;
    log.kind = (uint8_t)number();
    log.epoch.number = (uint32_t)number();
    log.epoch.incarnation = number();
    log.device = text();
    log.carrier = text();
    log.model = text();
    log.firmware = text();
    log.flags = (uint8_t)number();
    log.sequence_bits = (uint8_t)number();
    log.record_width = (uint8_t)number();
    log.stamp_unit = (uint8_t)number();
    log.stamp_resolution_ms = (uint32_t)number();
    log.duration_resolution_ms = (uint16_t)number();
    log.translator_id = (uint16_t)number();
    log.translator_version = (uint16_t)number();
    log.held_count = (uint8_t)number();
    log.held = held;
    for (i = 0; i < log.held_count; i++) {
        held[i].first = number();
        held[i].count = (uint32_t)number();
    }
    return log;
}

static tt_identity identity(void) {
    tt_identity who;
    who.force = text();
    who.armoury = text();
    who.dock = text();
    who.model = text();
    who.firmware = text();
    who.boot_id = number();
    return who;
}

static uint16_t write_of_dock(uint8_t type, uint8_t *payload, uint16_t room) {
    tt_identity who = identity();
    if (type == TT_HELLO) {
        size_t count;
        uint8_t *nonce;
        uint8_t *signature;
        uint16_t used;
        tt_signature s;
        tt_hello hello;
        hello.who = &who;
        hello.clocks = clocks();
        hello.version_min = (uint8_t)number();
        hello.version_max = (uint8_t)number();
        hello.payload_bytes_max = (uint16_t)number();
        hello.transport = (uint8_t)number();
        hello.connection_id = number();
        nonce = bytes_of(next_token(), &count);
        hello.nonce = count == 0 ? NULL : nonce;
        s.algorithm = (uint8_t)number();
        signature = bytes_of(next_token(), &count);
        s.bytes = signature;
        used = tt_write(type, &hello, payload, room);
        used = tt_write_signature(&s, payload, used, room);
        free(nonce);
        free(signature);
        return used;
    }
    if (type == TT_DOCK_HEALTH) {
        tt_dock_health health;
        health.who = &who;
        health.clocks = clocks();
        health.bay_faults = (uint32_t)number();
        health.storage_bytes_left = number();
        return tt_write(type, &health, payload, room);
    } else {
        tt_clock_echo echo;
        echo.who = &who;
        echo.clocks = clocks();
        echo.request_id = number();
        echo.gateway_utc_ns = number();
        return tt_write(type, &echo, payload, room);
    }
}

static uint16_t write_of_log(uint8_t type, uint8_t *payload, uint16_t room) {
    tt_range held[32];
    tt_log log = read_log(held);
    union {
        tt_docked docked;
        tt_undocked undocked;
        tt_range_gone gone;
        tt_log_cleared cleared;
        tt_batch batch;
        tt_clock_reading reading;
        tt_block block;
        tt_session_head head;
    } m;
    size_t count;
    uint8_t *bytes = NULL;
    uint8_t *more[3] = {NULL, NULL, NULL};
    uint16_t used;
    memset(&m, 0, sizeof m);
    m.docked.log = &log;
    if (type == TT_UNDOCKED) {
        m.undocked.reason = (uint16_t)number();
        m.undocked.complete = (uint8_t)number();
        m.undocked.boot_id = number();
        m.undocked.monotonic_ns = number();
    } else if (type == TT_RANGE_GONE) {
        m.gone.range.first = number();
        m.gone.range.count = (uint32_t)number();
        m.gone.reason = (uint16_t)number();
    } else if (type == TT_LOG_CLEARED) {
        m.cleared.now.number = (uint32_t)number();
        m.cleared.now.incarnation = number();
        m.cleared.next_sequence = number();
        bytes = bytes_of(next_token(), &count);
        m.cleared.chain = count == 0 ? NULL : bytes;
        m.cleared.cleared_by = text();
    } else if (type == TT_RECORD_BATCH) {
        m.batch.first = number();
        m.batch.count = (uint16_t)number();
        bytes = bytes_of(next_token(), &count);
        m.batch.records_at = tt_write(type, &m.batch, payload, room);
        used = tt_write(type, &m.batch, payload, room);
        if (used == 0 || used + count > room) {
            free(bytes);
            return 0;
        }
        memcpy(payload + used, bytes, count);
        free(bytes);
        return (uint16_t)(used + count);
    } else if (type == TT_BLOCK) {
        m.block.sequence = number();
        m.block.part = (uint16_t)number();
        m.block.parts = (uint16_t)number();
        m.block.kind = (uint8_t)number();
        bytes = bytes_of(next_token(), &count);
        used = tt_write(type, &m.block, payload, room);
        if (used == 0 || used + count > room) {
            free(bytes);
            return 0;
        }
        memcpy(payload + used, bytes, count);
        free(bytes);
        return (uint16_t)(used + count);
    } else if (type == TT_SESSION_HEAD) {
        tt_signature signature;
        m.head.grade = (uint8_t)number();
        m.head.first = number();
        m.head.chain_at_first = more[0] = bytes_of(next_token(), &count);
        m.head.next = number();
        m.head.chain_at_next = more[1] = bytes_of(next_token(), &count);
        m.head.counter = number();
        more[2] = bytes_of(next_token(), &count);
        m.head.nonce = count == 0 ? NULL : more[2];
        m.head.read_utc_ns = number();
        m.head.signer = text();
        signature.algorithm = (uint8_t)number();
        bytes = bytes_of(next_token(), &count);
        signature.bytes = bytes;
        used = tt_write_signature(&signature, payload, tt_write(type, &m.head, payload, room), room);
        free(more[0]);
        free(more[1]);
        free(more[2]);
        free(bytes);
        return used;
    } else if (type == TT_CLOCK_READING) {
        m.reading.order = (uint8_t)number();
        m.reading.device_stamp = number();
        m.reading.boot_id = number();
        m.reading.monotonic_before_ns = number();
        m.reading.monotonic_after_ns = number();
        m.reading.dock_utc_ns = number();
        m.reading.dock_clock_state = (uint8_t)number();
    }
    used = tt_write(type, &m, payload, room);
    free(bytes);
    return used;
}

/* What is written without an identity or a log. */
static uint16_t write_other(uint8_t type, uint8_t *payload, uint16_t room) {
    size_t count;
    uint16_t used;
    uint8_t *bytes;
    if (type == TT_RECEIPT_SHOWN) {
        tt_receipt_shown shown;
        shown.carrier = text();
        bytes = bytes_of(next_token(), &count);
        used = tt_write(type, &shown, payload, room);
        used = used == 0 || used + count > room ? 0 : used;
        memcpy(payload + used, bytes, used == 0 ? 0 : count);
        used = (uint16_t)(used == 0 ? 0 : used + count);
    } else {
        tt_checkpoint_held held;
        tt_signature signature;
        char *origin;
        held.tree_size = number();
        bytes = bytes_of(next_token(), &count);
        held.root = count == 0 ? NULL : bytes;
        origin = (char *)bytes_of(next_token(), &count);
        origin = (char *)realloc(origin, count + 1);
        if (origin == NULL) {
            exit(2);
        }
        origin[count] = 0;
        held.origin = origin;
        used = tt_write(type, &held, payload, room);
        free(origin);
        free(bytes);
        signature.algorithm = (uint8_t)number();
        bytes = bytes_of(next_token(), &count);
        signature.bytes = bytes;
        used = tt_write_signature(&signature, payload, used, room);
    }
    free(bytes);
    return used;
}

static void on_write(void) {
    uint8_t type = (uint8_t)number();
    uint16_t room = (uint16_t)number();
    uint8_t *payload = (uint8_t *)malloc(room);
    uint16_t used;
    if (payload == NULL) {
        exit(2);
    }
    if (type == TT_HELLO || type == TT_DOCK_HEALTH || type == TT_CLOCK_ECHO) {
        used = write_of_dock(type, payload, room);
    } else if (type == TT_RECEIPT_SHOWN || type == TT_CHECKPOINT_HELD) {
        used = write_other(type, payload, room);
    } else if (type == TT_HEARTBEAT) {
        tt_heartbeat beat;
        beat.clocks = clocks();
        beat.next_frame = (uint32_t)number();
        used = tt_write(type, &beat, payload, room);
    } else if (type == TT_ABORT || type == TT_GOODBYE) {
        tt_ending ending;
        ending.reason = (uint16_t)number();
        ending.action = (uint8_t)number();
        ending.detail = (uint32_t)number();
        used = tt_write(type, &ending, payload, room);
    } else {
        used = write_of_log(type, payload, room);
    }
    print_bytes(payload, used);
    free(payload);
}

static void print_ack(const tt_ack *ack) {
    uint8_t i;
    print_number(ack->next_frame);
    print_number(ack->credit_frames);
    print_number(ack->credit_bytes);
    print_number(ack->frame_range_count);
    for (i = 0; i < ack->frame_range_count; i++) {
        print_number(tt_get32(ack->frames + 8 * i));
        print_number(tt_get32(ack->frames + 8 * i + 4));
    }
    print_number(ack->verdict_count);
    for (i = 0; i < ack->verdict_count; i++) {
        const uint8_t *v = ack->verdicts + 12 * i;
        print_number(tt_get32(v));
        print_number(v[4]);
        print_number(v[5]);
        print_number(tt_get16(v + 6));
        print_number(tt_get32(v + 8));
    }
}

static void print_want(const tt_want *want) {
    uint8_t i;
    print_number(want->kind);
    print_number(want->epoch.number);
    print_number(want->epoch.incarnation);
    print_number(want->range_count);
    for (i = 0; i < want->range_count; i++) {
        print_number(tt_get64(want->ranges + 12 * i));
        print_number(tt_get32(want->ranges + 12 * i + 8));
    }
    print_text(want->device);
    print_text(want->carrier);
}

static void print_receipt(const tt_receipt *receipt) {
    print_number(receipt->kind);
    print_number(receipt->epoch.number);
    print_number(receipt->epoch.incarnation);
    print_number(receipt->issued_utc_ns);
    print_number(receipt->key_id);
    print_bytes(receipt->ranges, 28u * receipt->range_count);
    print_text(receipt->device);
    print_text(receipt->gateway);
    print_number(receipt->signature.algorithm);
    print_bytes(receipt->signature.bytes, receipt->signature.algorithm == 0 ? 0 : TT_SIGNATURE_BYTES);
}

static void print_proof(const tt_consistency_proof *proof) {
    print_number(proof->old_size);
    print_number(proof->new_size);
    print_bytes(proof->new_root, TT_HASH_BYTES);
    print_number(proof->hashes_in_all);
    print_number(proof->first_hash);
    print_bytes(proof->hashes, 32u * proof->count);
    print_text(proof->origin);
    print_number(proof->signature.algorithm);
    print_bytes(proof->signature.bytes, proof->signature.algorithm == 0 ? 0 : TT_SIGNATURE_BYTES);
}

static void on_read(void) {
    union {
        tt_receipt receipt;
        tt_nonce_grant grant;
        tt_consistency_proof proof;
        tt_welcome welcome;
        tt_want want;
        tt_ack ack;
        tt_notice notice;
        tt_ending ending;
        tt_heartbeat beat;
    } m;
    uint8_t type = (uint8_t)number();
    uint8_t flags = (uint8_t)number();
    size_t count;
    uint8_t *payload = bytes_of(next_token(), &count);
    uint16_t reason;
    uint8_t *guarded = guarded_room(count);
    memset(&m, 0, sizeof m);
    reason = tt_read(type, flags, payload, (uint16_t)count, &m);
    memset(&m, 0, sizeof m);
    memcpy(guarded, payload, count);
    if (tt_read(type, flags, guarded, (uint16_t)count, &m) != reason || memcmp(guarded, payload, count) != 0) {
        fputs(" among guards it differs", stdout);
    }
    free(payload);
    print_number(reason);
    if (reason != 0) {
        free(guarded - GUARD_BYTES);
        return;
    }
    if (type == TT_WELCOME) {
        print_number(m.welcome.connection_id);
        print_number(m.welcome.session);
        print_number(m.welcome.credit_frames);
        print_number(m.welcome.credit_bytes);
        print_number(m.welcome.payload_bytes_max);
        print_number(m.welcome.version);
        print_number(m.welcome.utc_ns);
        print_text(m.welcome.gateway);
        print_text(m.welcome.up_topic);
    } else if (type == TT_RECEIPT) {
        print_receipt(&m.receipt);
    } else if (type == TT_NONCE_GRANT) {
        print_number(m.grant.expires_utc_ns);
        print_bytes(m.grant.nonces, 16u * m.grant.count);
        print_text(m.grant.gateway);
    } else if (type == TT_CONSISTENCY_PROOF) {
        print_proof(&m.proof);
    } else if (type == TT_WANT) {
        print_want(&m.want);
    } else if (type == TT_ACK) {
        print_ack(&m.ack);
    } else if (type == TT_ABORT || type == TT_GOODBYE) {
        print_number(m.ending.reason);
        print_number(m.ending.action);
        print_number(m.ending.detail);
    } else if (type == TT_HEARTBEAT) {
        print_number(m.beat.clocks.monotonic_ns);
        print_number(m.beat.clocks.utc_ns);
        print_number(m.beat.next_frame);
    } else {
        print_number(m.notice.id);
        print_number(m.notice.utc_ns);
        print_number(type == TT_HOLD && m.notice.number > TT_HOLD_MS_MAX ? TT_HOLD_MS_MAX : m.notice.number);
        print_number(m.notice.reason);
        print_bytes(m.notice.nonce, m.notice.nonce == NULL ? 0 : TT_NONCE_BYTES);
    }
    if (!guards_stand(guarded, count)) {
        fputs(" wrote past its end", stdout);
    }
}

static void on_frame(void) {
    uint16_t payload_bytes_max = (uint16_t)number();
    size_t count;
    uint8_t *bytes = bytes_of(next_token(), &count);
    tt_header header;
    uint16_t reason;
    memset(&header, 0, sizeof header);
    reason = tt_frame_read(bytes, count, payload_bytes_max, &header);
    print_number(reason);
    if (reason == 0) {
        uint8_t *again = (uint8_t *)malloc(count);
        print_number(header.type);
        print_number(header.flags);
        print_number(header.session);
        print_number(header.number);
        print_number(header.payload_bytes);
        if (again == NULL) {
            exit(2);
        }
        memcpy(again + TT_HEADER_BYTES, bytes + TT_HEADER_BYTES, header.payload_bytes);
        if (tt_frame_seal(again, &header) != count || memcmp(again, bytes, count) != 0) {
            fputs(" sealed again it differs", stdout);
        }
        free(again);
    }
    free(bytes);
}

/* cuts: the reason of every beginning of a frame, each in room of its own size, as "times reason". */
static void on_cuts(void) {
    uint16_t payload_bytes_max = (uint16_t)number();
    size_t count;
    uint8_t *bytes = bytes_of(next_token(), &count);
    uint16_t last = 0;
    unsigned times = 0;
    size_t cut;
    for (cut = 1; cut <= count; cut++) {
        uint8_t *part = (uint8_t *)malloc(cut);
        tt_header header;
        uint16_t reason;
        if (part == NULL) {
            exit(2);
        }
        memcpy(part, bytes, cut);
        reason = tt_frame_read(part, cut, payload_bytes_max, &header);
        free(part);
        if (times != 0 && reason != last) {
            print_number(times);
            print_number(last);
            times = 0;
        }
        last = reason;
        times++;
    }
    print_number(times);
    print_number(last);
    free(bytes);
}

/* ---- a dock that only listens, to hear lines by the way that firmware hears them ---- */

static uint32_t port_now(void *user) { return *(uint32_t *)user; }

static void port_clocks(void *user, tt_clocks *out) {
    (void)user;
    memset(out, 0, sizeof *out);
}

static uint64_t port_random(void *user) {
    (void)user;
    return 7;
}

static size_t port_send(void *user, const uint8_t *bytes, size_t count) {
    (void)user;
    (void)bytes;
    return count;
}

static int port_log(void *user, uint8_t log, tt_log *out) {
    (void)user;
    (void)log;
    (void)out;
    return 0;
}

static int16_t port_read_records(void *user, uint8_t log, uint64_t first, uint16_t count, uint8_t *out) {
    (void)user;
    (void)log;
    (void)first;
    (void)count;
    (void)out;
    return 0;
}

/* Feeds a line in pieces of a first length and then another, then a good frame. Answers 1 where the line itself was a good frame, 2 added
 * where the good frame behind it was heard too, 4 added where something was written outside the dock's buffers. */
static int heard_of(const uint8_t *line, size_t count, size_t first, size_t then) {
    static const uint8_t good[] = {0x04, 0xce, 0x01, 0x07, 0x02, 0x05, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x02,
                                   0x02, 0x04, 0x90, 0x67, 0x4c, 0x05, 0xef, 0x51, 0x95, 0x7d, 0x00};
    static const tt_identity who = {"force", "armoury", "dock", "model", "firmware", 1};
    uint32_t now_ms = 1;
    tt_port port;
    tt_dock dock;
    uint8_t *rx = guarded_room(TT_RX_BYTES);
    uint8_t *tx = guarded_room(TT_TX_BYTES);
    int heard = 0;
    memset(&port, 0, sizeof port);
    port.now_ms = port_now;
    port.clocks = port_clocks;
    port.random = port_random;
    port.send = port_send;
    port.log = port_log;
    port.read_records = port_read_records;
    tt_dock_init(&dock, &port, &now_ms, &who, rx, tx);
    tt_dock_start(&dock);
    tt_dock_step(&dock);
    now_ms = 2;
    while (count != 0) {
        size_t piece = first < count ? first : count;
        tt_dock_receive(&dock, line, piece);
        line += piece;
        count -= piece;
        first = then;
    }
    heard |= dock.heard_ms == 2;
    now_ms = 3;
    tt_dock_receive(&dock, good, sizeof good);
    heard |= dock.heard_ms == 3 ? 2 : 0;
    heard |= guards_stand(rx, TT_RX_BYTES) ? 0 : 4;
    heard |= guards_stand(tx, TT_TX_BYTES) ? 0 : 4;
    return heard;
}

/* line: what a dock hears whole; then whether it hears the same split at every byte, and byte by byte. */
static void on_line(void) {
    size_t count;
    uint8_t *bytes = bytes_of(next_token(), &count);
    int whole = heard_of(bytes, count, count, 1);
    size_t step = count > LONG_LINE_BYTES ? LONG_LINE_STEP : 1;
    size_t split;
    print_number((uint64_t)whole);
    for (split = 1; split < count; split += step) {
        if (heard_of(bytes, count, split, count) != whole) {
            printf(" split at %u it differs", (unsigned)split);
        }
    }
    if (heard_of(bytes, count, 1, 1) != whole) {
        fputs(" byte by byte it differs", stdout);
    }
    free(bytes);
}

static void on_event(void) {
    size_t count;
    uint8_t *bytes = bytes_of(next_token(), &count);
    uint8_t again[TT_RECORD_BYTES];
    tt_event event;
    tt_event_read(bytes, &event);
    tt_event_write(&event, again);
    print_number(event.stamp);
    print_number(event.monotonic_ms);
    print_number(event.code);
    print_number(event.flags);
    print_number(event.duration_ms);
    print_number(event.armed_session);
    print_number(event.bays);
    printf(" %d", event.temperature_deci_c);
    print_number(event.battery_percent);
    print_number(event.bay);
    print_number(event.argument);
    if (memcmp(bytes, again, sizeof again) != 0) {
        fputs(" written again it differs", stdout);
    }
    free(bytes);
}

/* stuff: encodes in place, as the dock does it; unstuff: decodes in place. */
static void on_cobs(int encode) {
    size_t count;
    uint8_t *bytes = bytes_of(next_token(), &count);
    if (encode) {
        size_t extra = 1 + count / TT_COBS_RUN_MAX;
        uint8_t *both = (uint8_t *)malloc(count + extra);
        if (both == NULL) {
            exit(2);
        }
        memcpy(both + extra, bytes, count);
        print_bytes(both, tt_cobs_encode(both + extra, count, both));
        free(both);
    } else {
        long whole = tt_cobs_decode(bytes, count, bytes, count);
        if (whole < 0) {
            fputs(" broken", stdout);
        } else {
            print_bytes(bytes, (size_t)whole);
        }
    }
    free(bytes);
}

int main(void) {
    static char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *command = strtok(line, " \n");
        if (command == NULL) {
            continue;
        }
        if (strcmp(command, "crc") == 0) {
            size_t count;
            uint8_t *bytes = bytes_of(next_token(), &count);
            printf(" %08" PRIX32, tt_crc32c(0, bytes, count));
            free(bytes);
        } else if (strcmp(command, "stuff") == 0 || strcmp(command, "unstuff") == 0) {
            on_cobs(command[0] == 's');
        } else if (strcmp(command, "frame") == 0) {
            on_frame();
        } else if (strcmp(command, "cuts") == 0) {
            on_cuts();
        } else if (strcmp(command, "line") == 0) {
            on_line();
        } else if (strcmp(command, "event") == 0) {
            on_event();
        } else if (strcmp(command, "read") == 0) {
            on_read();
        } else if (strcmp(command, "write") == 0) {
            on_write();
        } else {
            fprintf(stderr, "probe: %s is no command\n", command);
            return 2;
        }
        putchar('\n');
    }
    return 0;
}
