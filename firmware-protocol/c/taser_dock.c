#include "taser_dock.h"

enum { MAGIC = 0xCE, VERSION = 1, HEADER_CHECK_AT = 14, VERDICT_BYTES = 12, FRAME_RANGE_BYTES = 8, RANGE_BYTES = 12, RECEIPT_RANGE_BYTES = 28 };

/* ---- bytes ---- */

uint16_t tt_get16(const uint8_t *at) { return (uint16_t)(at[0] | ((unsigned)at[1] << 8)); }

uint32_t tt_get32(const uint8_t *at) { return tt_get16(at) | ((uint32_t)tt_get16(at + 2) << 16); }

uint64_t tt_get64(const uint8_t *at) { return tt_get32(at) | ((uint64_t)tt_get32(at + 4) << 32); }

void tt_put16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

void tt_put32(uint8_t *at, uint32_t value) {
    tt_put16(at, (uint16_t)value);
    tt_put16(at + 2, (uint16_t)(value >> 16));
}

void tt_put64(uint8_t *at, uint64_t value) {
    tt_put32(at, (uint32_t)value);
    tt_put32(at + 4, (uint32_t)(value >> 32));
}

/* Half a byte at a time: 64 bytes of table instead of 1,024, and still far quicker than any serial line. */
uint32_t tt_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
    static const uint32_t table[16] = {0x00000000u, 0x105EC76Fu, 0x20BD8EDEu, 0x30E349B1u, 0x417B1DBCu, 0x5125DAD3u,
                                       0x61C69362u, 0x7198540Du, 0x82F63B78u, 0x92A8FC17u, 0xA24BB5A6u, 0xB21572C9u,
                                       0xC38D26C4u, 0xD3D3E1ABu, 0xE330A81Au, 0xF36E6F75u};
    crc = ~crc;
    while (count-- != 0) {
        crc ^= *bytes++;
        crc = (crc >> 4) ^ table[crc & 15u];
        crc = (crc >> 4) ^ table[crc & 15u];
    }
    return ~crc;
}

/* ---- COBS (clause 3.2) ---- */

size_t tt_cobs_encode(const uint8_t *from, size_t count, uint8_t *to) {
    size_t code_at = 0;
    size_t at = 1;
    size_t run = 1;
    while (count-- != 0) {
        uint8_t byte = *from++;
        if (byte != 0) {
            to[at++] = byte;
            if (++run <= TT_COBS_RUN_MAX || count == 0) {
                continue;
            }
        }
        to[code_at] = (uint8_t)run;
        code_at = at++;
        run = 1;
    }
    to[code_at] = (uint8_t)run;
    return at;
}

long tt_cobs_decode(const uint8_t *from, size_t count, uint8_t *to, size_t room) {
    size_t written = 0;
    size_t at = 0;
    while (at < count) {
        size_t code = from[at++];
        size_t run;
        if (code == 0 || code - 1 > count - at) {
            return -1;
        }
        for (run = code; run > 1; run--) {
            uint8_t byte = from[at++];
            if (byte == 0 || written == room) {
                return -1;
            }
            to[written++] = byte;
        }
        if (code <= TT_COBS_RUN_MAX && at < count) {
            if (written == room) {
                return -1;
            }
            to[written++] = 0;
        }
    }
    return (long)written;
}

/* ---- frames (clause 2) ---- */

size_t tt_frame_seal(uint8_t *frame, const tt_header *header) {
    size_t checked = (size_t)TT_HEADER_BYTES + header->payload_bytes;
    frame[0] = MAGIC;
    frame[1] = VERSION;
    frame[2] = header->type;
    frame[3] = header->flags;
    tt_put32(frame + 4, header->session);
    tt_put32(frame + 8, header->number);
    tt_put16(frame + 12, header->payload_bytes);
    tt_put16(frame + HEADER_CHECK_AT, (uint16_t)tt_crc32c(0, frame, HEADER_CHECK_AT));
    tt_put32(frame + checked, tt_crc32c(0, frame, checked));
    return checked + TT_CHECK_BYTES;
}

static uint16_t header_read(const uint8_t *bytes, uint16_t payload_bytes_max, tt_header *header) {
    if (bytes[0] != MAGIC) {
        return TT_R_MAGIC_WRONG;
    }
    if (tt_get16(bytes + HEADER_CHECK_AT) != (uint16_t)tt_crc32c(0, bytes, HEADER_CHECK_AT)) {
        return TT_R_HEADER_CHECK_WRONG;
    }
    /* only behind the check: a version is believed only when it is not noise (clause 2.5) */
    if (bytes[1] != VERSION) {
        return TT_R_VERSION_UNSUPPORTED;
    }
    header->type = bytes[2];
    header->flags = bytes[3];
    header->session = tt_get32(bytes + 4);
    header->number = tt_get32(bytes + 8);
    header->payload_bytes = tt_get16(bytes + 12);
    return header->payload_bytes > payload_bytes_max ? TT_R_PAYLOAD_TOO_LONG : TT_R_NONE;
}

uint16_t tt_frame_read(const uint8_t *bytes, size_t count, uint16_t payload_bytes_max, tt_header *header) {
    size_t checked;
    uint16_t reason;
    if (count < TT_HEADER_BYTES) {
        return count != 0 && bytes[0] != MAGIC ? TT_R_MAGIC_WRONG : TT_R_FRAME_CUT_SHORT;
    }
    reason = header_read(bytes, payload_bytes_max, header);
    if (reason != TT_R_NONE) {
        return reason;
    }
    checked = (size_t)TT_HEADER_BYTES + header->payload_bytes;
    if (count < checked + TT_CHECK_BYTES) {
        return TT_R_FRAME_CUT_SHORT;
    }
    if (tt_get32(bytes + checked) != tt_crc32c(0, bytes, checked)) {
        return TT_R_FRAME_CHECK_WRONG;
    }
    return count > checked + TT_CHECK_BYTES ? TT_R_FRAME_RUNS_ON : TT_R_NONE;
}

/* ---- payloads (clause 8): each message is one table of fields, in the order of the wire, and two walks over it ---- */

enum {
    MESSAGE, /* begins a table; `at` is the type */
    U8 = 1,
    U16 = 2,
    U32 = 4,
    U64 = 8,
    SIZE = 15,
    NOT_ZERO = 16, /* with U8 to U64 */
    NAME = 32,     /* texts of clause 1.4 */
    SERIAL,
    SERIAL_OR_NONE,
    LABEL,
    TOPIC,
    PAYLOAD_MAX, /* u16, at least 256 */
    BIT,         /* u8, 0 or 1 */
    COUNT,       /* u8: how many the list behind has */
    RANGE,       /* one */
    RANGES,      /* as many as the count before, without it */
    NONCE,       /* 16 bytes behind a pointer; NULL = zeros */
    HASH,        /* 32 likewise */
    SIGNATURE,   /* algorithm, length, 64 bytes or none; only read */
    LIST,        /* as many as the count before, of so many bytes: */
    NONCES = LIST + TT_NONCE_BYTES,
    RECEIPT_RANGES = LIST + RECEIPT_RANGE_BYTES,
    HASHES = LIST + TT_HASH_BYTES,
    EVENT = 255, /* no message: the record has a table of its own */
    OF = 128     /* the field stands in the struct that the first member points to */
};

typedef struct field {
    uint8_t kind;
    uint8_t at;
} field;

#define IN(type, member) ((uint8_t)offsetof(type, member))
#define EPOCH(from, type, member) {U32 | (from), IN(type, member.number)}, {U64 | (from), IN(type, member.incarnation)}
#define LOG_TEXTS                                                                                                                          \
    {SERIAL | OF, IN(tt_log, device)}, {SERIAL_OR_NONE | OF, IN(tt_log, carrier)}, {LABEL | OF, IN(tt_log, model)}, {                      \
        LABEL | OF, IN(tt_log, firmware)                                                                                                   \
    }

#define BOTH_WAYS                                                                                                                          \
    {MESSAGE, TT_HEARTBEAT},                                                                                                               \
    {U64, IN(tt_heartbeat, clocks.monotonic_ns)},                                                                                          \
    {U64, IN(tt_heartbeat, clocks.utc_ns)},                                                                                                \
    {U32, IN(tt_heartbeat, next_frame)},                                                                                                   \
    {MESSAGE, TT_ABORT},                                                                                                                   \
    {U16, IN(tt_ending, reason)},                                                                                                          \
    {U8, IN(tt_ending, action)},                                                                                                           \
    {U32, IN(tt_ending, detail)},                                                                                                          \
    {MESSAGE, TT_GOODBYE},                                                                                                                 \
    {U16, IN(tt_ending, reason)}

static const field sent[] = {
    {MESSAGE, TT_HELLO},
    {U8 | NOT_ZERO, IN(tt_hello, version_min)},
    {U8, IN(tt_hello, version_max)},
    {PAYLOAD_MAX, IN(tt_hello, payload_bytes_max)},
    {U8, IN(tt_hello, transport)},
    {U8, IN(tt_hello, clocks.state)},
    {U64 | NOT_ZERO, IN(tt_hello, connection_id)},
    {U64 | OF, IN(tt_identity, boot_id)},
    {U64, IN(tt_hello, clocks.monotonic_ns)},
    {U64, IN(tt_hello, clocks.utc_ns)},
    {NAME | OF, IN(tt_identity, force)},
    {NAME | OF, IN(tt_identity, armoury)},
    {NAME | OF, IN(tt_identity, dock)},
    {LABEL | OF, IN(tt_identity, model)},
    {LABEL | OF, IN(tt_identity, firmware)},
    {NONCE, IN(tt_hello, nonce)},

    {MESSAGE, TT_DOCKED},
    {U8 | OF, IN(tt_log, kind)},
    {U8 | OF, IN(tt_log, flags)},
    {U8 | OF, IN(tt_log, sequence_bits)},
    {COUNT | OF, IN(tt_log, held_count)},
    EPOCH(OF, tt_log, epoch),
    {RANGES | OF, IN(tt_log, held)},
    LOG_TEXTS,

    {MESSAGE, TT_UNDOCKED},
    {U16, IN(tt_undocked, reason)},
    {BIT, IN(tt_undocked, complete)},
    {U64, IN(tt_undocked, boot_id)},
    {U64, IN(tt_undocked, monotonic_ns)},
    {SERIAL | OF, IN(tt_log, device)},
    {SERIAL_OR_NONE | OF, IN(tt_log, carrier)},

    {MESSAGE, TT_RANGE_GONE},
    {U8 | OF, IN(tt_log, kind)},
    {U16, IN(tt_range_gone, reason)},
    EPOCH(OF, tt_log, epoch),
    {RANGE, IN(tt_range_gone, range)},
    {SERIAL | OF, IN(tt_log, device)},
    {SERIAL_OR_NONE | OF, IN(tt_log, carrier)},

    {MESSAGE, TT_LOG_CLEARED},
    {U8 | OF, IN(tt_log, kind)},
    EPOCH(OF, tt_log, epoch),
    EPOCH(0, tt_log_cleared, now),
    {U64, IN(tt_log_cleared, next_sequence)},
    {HASH, IN(tt_log_cleared, chain)},
    {SERIAL | OF, IN(tt_log, device)},
    {SERIAL_OR_NONE, IN(tt_log_cleared, cleared_by)},

    {MESSAGE, TT_DOCK_HEALTH},
    {U8, IN(tt_dock_health, clocks.state)},
    {U32, IN(tt_dock_health, bay_faults)},
    {U64 | OF, IN(tt_identity, boot_id)},
    {U64, IN(tt_dock_health, clocks.monotonic_ns)},
    {U64, IN(tt_dock_health, clocks.utc_ns)},
    {U64, IN(tt_dock_health, storage_bytes_left)},
    {LABEL | OF, IN(tt_identity, firmware)},

    {MESSAGE, TT_RECORD_BATCH},
    {U8 | OF, IN(tt_log, kind)},
    {U8 | OF, IN(tt_log, stamp_unit)},
    {U8 | OF, IN(tt_log, sequence_bits)},
    {U8 | OF, IN(tt_log, record_width)},
    {U16 | NOT_ZERO, IN(tt_batch, count)},
    {U16 | OF, IN(tt_log, duration_resolution_ms)},
    {U32 | OF, IN(tt_log, stamp_resolution_ms)},
    EPOCH(OF, tt_log, epoch),
    {U64, IN(tt_batch, first)},
    {U16 | OF, IN(tt_log, translator_id)},
    {U16 | OF, IN(tt_log, translator_version)},
    {U16, IN(tt_batch, records_at)},
    LOG_TEXTS,

    {MESSAGE, TT_CLOCK_READING},
    {U8, IN(tt_clock_reading, order)},
    {U8 | OF, IN(tt_log, stamp_unit)},
    {U8, IN(tt_clock_reading, dock_clock_state)},
    {U32 | OF, IN(tt_log, stamp_resolution_ms)},
    {U64, IN(tt_clock_reading, device_stamp)},
    {U64, IN(tt_clock_reading, boot_id)},
    {U64, IN(tt_clock_reading, monotonic_before_ns)},
    {U64, IN(tt_clock_reading, monotonic_after_ns)},
    {U64, IN(tt_clock_reading, dock_utc_ns)},
    {SERIAL | OF, IN(tt_log, device)},
    {SERIAL_OR_NONE | OF, IN(tt_log, carrier)},

    {MESSAGE, TT_CLOCK_ECHO},
    {U64, IN(tt_clock_echo, request_id)},
    {U64, IN(tt_clock_echo, gateway_utc_ns)},
    {U64 | OF, IN(tt_identity, boot_id)},
    {U64, IN(tt_clock_echo, clocks.monotonic_ns)},
    {U64, IN(tt_clock_echo, clocks.utc_ns)},
    {U8, IN(tt_clock_echo, clocks.state)},

    {MESSAGE, TT_BLOCK},
    {U8 | OF, IN(tt_log, kind)},
    {U8, IN(tt_block, kind)},
    {U16 | NOT_ZERO, IN(tt_block, part)},
    {U16, IN(tt_block, parts)},
    EPOCH(OF, tt_log, epoch),
    {U64, IN(tt_block, sequence)},
    {SERIAL | OF, IN(tt_log, device)},
    {SERIAL_OR_NONE | OF, IN(tt_log, carrier)},

    {MESSAGE, TT_SESSION_HEAD},
    {U8 | OF, IN(tt_log, kind)},
    {U8, IN(tt_session_head, grade)},
    EPOCH(OF, tt_log, epoch),
    {U64, IN(tt_session_head, first)},
    {HASH, IN(tt_session_head, chain_at_first)},
    {U64, IN(tt_session_head, next)},
    {HASH, IN(tt_session_head, chain_at_next)},
    {U64, IN(tt_session_head, counter)},
    {NONCE, IN(tt_session_head, nonce)},
    {U64, IN(tt_session_head, read_utc_ns)},
    {SERIAL | OF, IN(tt_log, device)},
    {SERIAL, IN(tt_session_head, signer)},

    {MESSAGE, TT_RECEIPT_SHOWN},
    {SERIAL_OR_NONE, IN(tt_receipt_shown, carrier)},

    {MESSAGE, TT_CHECKPOINT_HELD},
    {U64, IN(tt_checkpoint_held, tree_size)},
    {HASH, IN(tt_checkpoint_held, root)},
    {TOPIC, IN(tt_checkpoint_held, origin)},

    BOTH_WAYS,

    {MESSAGE, EVENT}, /* the event record of clause 7.1 */
    {U64, IN(tt_event, stamp)},
    {U32, IN(tt_event, monotonic_ms)},
    {U16, IN(tt_event, code)},
    {U16, IN(tt_event, flags)},
    {U32, IN(tt_event, duration_ms)},
    {U32, IN(tt_event, armed_session)},
    {U32, IN(tt_event, bays)},
    {U16, IN(tt_event, temperature_deci_c)},
    {U8, IN(tt_event, battery_percent)},
    {U8, IN(tt_event, bay)},
    {U64, IN(tt_event, argument)},

    {MESSAGE, 0},
};

static const field taken[] = {
    BOTH_WAYS,

    {MESSAGE, TT_WELCOME},
    {U64, IN(tt_welcome, connection_id)},
    {U32 | NOT_ZERO, IN(tt_welcome, session)},
    {U16, IN(tt_welcome, credit_frames)},
    {U32, IN(tt_welcome, credit_bytes)},
    {PAYLOAD_MAX, IN(tt_welcome, payload_bytes_max)},
    {U8, IN(tt_welcome, version)},
    {U64, IN(tt_welcome, utc_ns)},
    {NAME, IN(tt_welcome, gateway)},
    {TOPIC, IN(tt_welcome, up_topic)},

    {MESSAGE, TT_WANT},
    {U8, IN(tt_want, kind)},
    {COUNT, IN(tt_want, range_count)},
    EPOCH(0, tt_want, epoch),
    {RANGES, IN(tt_want, ranges)},
    {SERIAL, IN(tt_want, device)},
    {SERIAL_OR_NONE, IN(tt_want, carrier)},

    {MESSAGE, TT_ACK}, /* two lists follow, read by hand */
    {U32, IN(tt_ack, next_frame)},
    {U16, IN(tt_ack, credit_frames)},
    {U32, IN(tt_ack, credit_bytes)},
    {U8, IN(tt_ack, frame_range_count)},
    {U8, IN(tt_ack, verdict_count)},

    {MESSAGE, TT_CHALLENGE},
    {U64, IN(tt_notice, id)},
    {NONCE, IN(tt_notice, nonce)},

    {MESSAGE, TT_BUSY},
    {U64, IN(tt_notice, id)},
    {U32, IN(tt_notice, number)},
    {U16, IN(tt_notice, reason)},

    {MESSAGE, TT_NACK},
    {U32, IN(tt_notice, number)},
    {U16, IN(tt_notice, reason)},

    {MESSAGE, TT_HOLD},
    {U32, IN(tt_notice, number)},
    {U16, IN(tt_notice, reason)},

    {MESSAGE, TT_CLOCK_ECHO_REQUEST},
    {U64, IN(tt_notice, id)},
    {U64, IN(tt_notice, utc_ns)},

    {MESSAGE, TT_RECEIPT},
    {U8, IN(tt_receipt, kind)},
    {COUNT, IN(tt_receipt, range_count)},
    EPOCH(0, tt_receipt, epoch),
    {U64, IN(tt_receipt, issued_utc_ns)},
    {U64, IN(tt_receipt, key_id)},
    {RECEIPT_RANGES, IN(tt_receipt, ranges)},
    {SERIAL, IN(tt_receipt, device)},
    {NAME, IN(tt_receipt, gateway)},
    {SIGNATURE, IN(tt_receipt, signature)},

    {MESSAGE, TT_NONCE_GRANT},
    {U64, IN(tt_nonce_grant, expires_utc_ns)},
    {COUNT, IN(tt_nonce_grant, count)},
    {NONCES, IN(tt_nonce_grant, nonces)},
    {NAME, IN(tt_nonce_grant, gateway)},

    {MESSAGE, TT_CONSISTENCY_PROOF},
    {U64, IN(tt_consistency_proof, old_size)},
    {U64, IN(tt_consistency_proof, new_size)},
    {HASH, IN(tt_consistency_proof, new_root)},
    {U8, IN(tt_consistency_proof, hashes_in_all)},
    {U8, IN(tt_consistency_proof, first_hash)},
    {COUNT, IN(tt_consistency_proof, count)},
    {HASHES, IN(tt_consistency_proof, hashes)},
    {TOPIC, IN(tt_consistency_proof, origin)},
    {SIGNATURE, IN(tt_consistency_proof, signature)},

    {MESSAGE, 0},
};

static const field *fields_of(const field *f, uint8_t type) {
    for (; f->kind != MESSAGE || f->at != 0; f++) {
        if (f->kind == MESSAGE && f->at == type) {
            return f;
        }
    }
    return NULL;
}

static void copy(void *to, const void *from, size_t count) {
    uint8_t *t = (uint8_t *)to;
    const uint8_t *f = (const uint8_t *)from;
    while (count-- != 0) {
        *t++ = *f++;
    }
}

static void blank(void *what, size_t count) {
    uint8_t *byte = (uint8_t *)what;
    while (count-- != 0) {
        *byte++ = 0;
    }
}

static uint32_t lower(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint8_t text_bytes_max(uint8_t kind) { return kind == TOPIC ? TT_TOPIC_BYTES_MAX : TT_TEXT_BYTES_MAX; }

static uint16_t text_wrong(uint8_t kind, const uint8_t *text, uint8_t bytes) {
    if (bytes > text_bytes_max(kind)) {
        return TT_R_TEXT_TOO_LONG;
    }
    if (bytes == 0 && kind <= SERIAL) {
        return TT_R_TEXT_EMPTY;
    }
    for (; bytes != 0; bytes--, text++) {
        uint8_t c = *text;
        uint8_t small = c | 0x20;
        if (c < (kind == LABEL ? 0x20 : 0x21) || c > 0x7E || (kind == TOPIC && (c == '+' || c == '#')) ||
            (kind == NAME && !((small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))) {
            return TT_R_TEXT_NOT_ALLOWED;
        }
    }
    return TT_R_NONE;
}

/* A walk over a payload. The first thing wrong is kept and ends all further reading and writing. */
typedef struct walk {
    uint8_t *at; /* nothing is stored there when reading */
    uint16_t left;
    uint16_t reason;
    uint8_t writes;
} walk;

static void reject(walk *w, uint16_t reason) {
    if (w->reason == TT_R_NONE) {
        w->reason = reason;
    }
}

/* Answers where so many bytes stand, or NULL. */
static uint8_t *take(walk *w, uint16_t count) {
    uint8_t *at = w->at;
    if (count > w->left) {
        reject(w, TT_R_PAYLOAD_TOO_SHORT);
    }
    if (w->reason != TT_R_NONE) {
        return NULL;
    }
    w->at += count;
    w->left = (uint16_t)(w->left - count);
    return at;
}

/* Ranges rise, and neither touch nor overlap (clause 6.5): each begins at `lowest` or above, which is then set for the next. */
static void check_range(walk *w, uint64_t first, uint32_t count, uint64_t last, uint64_t *lowest) {
    if (count == 0) {
        reject(w, TT_R_RANGE_EMPTY);
    } else if (first > last - count) {
        reject(w, TT_R_RANGE_OVERFLOW);
    } else if (first < *lowest) {
        reject(w, TT_R_RANGES_OUT_OF_ORDER);
    }
    *lowest = first + count;
    *lowest += *lowest != UINT64_MAX; /* none begins there */
}

/* A number between a struct, in the machine's own order, and a payload. */
static void cross(uint8_t *to, const uint8_t *from, uint8_t size) {
    const uint16_t one = 1;
    unsigned swapped = *(const uint8_t *)&one == 0 ? size - 1u : 0;
    unsigned i;
    for (i = 0; i < size; i++) {
        to[i ^ swapped] = from[i]; /* sizes are powers of two */
    }
}

static void walk_number(walk *w, uint8_t kind, uint8_t size, uint8_t *in, uint8_t *count) {
    uint8_t *at = take(w, size);
    unsigned i;
    uint8_t bits = 0;
    if (at == NULL) {
        return;
    }
    cross(w->writes ? at : in, w->writes ? in : at, size);
    for (i = 0; i < size; i++) {
        bits |= at[i];
    }
    if ((kind < NAME && (kind & NOT_ZERO) != 0 && bits == 0) || (kind == BIT && bits > 1) || (kind == PAYLOAD_MAX && at[1] == 0)) {
        reject(w, TT_R_VALUE_NOT_ALLOWED);
    }
    if (kind == COUNT) {
        *count = bits;
    }
}

static void walk_text(walk *w, uint8_t kind, void *in) {
    tt_text text;
    uint8_t *length = take(w, 1);
    if (length == NULL) {
        return;
    }
    if (w->writes) {
        uint8_t *to;
        text.at = (const uint8_t *)*(const char *const *)in;
        for (text.bytes = 0; text.at != NULL && text.at[text.bytes] != 0 && text.bytes <= TT_TOPIC_BYTES_MAX;) {
            text.bytes++;
        }
        *length = text.bytes;
        reject(w, text_wrong(kind, text.at, text.bytes));
        to = take(w, text.bytes);
        if (to != NULL) {
            copy(to, text.at, text.bytes);
        }
        return;
    }
    text.bytes = *length;
    text.at = w->at;
    if (text.bytes > text_bytes_max(kind)) {
        reject(w, TT_R_TEXT_TOO_LONG);
    }
    if (take(w, text.bytes) != NULL) {
        reject(w, text_wrong(kind, text.at, text.bytes));
    }
    *(tt_text *)in = text;
}

static void walk_ranges(walk *w, uint8_t kind, unsigned count, const tt_range *held) {
    uint64_t lowest = 0;
    if (count == 0 && kind == RECEIPT_RANGES) {
        reject(w, TT_R_RANGE_EMPTY);
    }
    if (count > TT_RANGES_MAX) {
        reject(w, TT_R_TOO_MANY_RANGES);
    }
    for (; count != 0; count--) {
        uint8_t *at = take(w, kind == RECEIPT_RANGES ? RECEIPT_RANGE_BYTES : RANGE_BYTES);
        if (at == NULL) {
            return;
        }
        if (w->writes) {
            tt_put64(at, held->first);
            tt_put32(at + 8, held->count);
            held++;
        }
        check_range(w, tt_get64(at), tt_get32(at + 8), UINT64_MAX, &lowest);
        if (kind == RECEIPT_RANGES && tt_get64(at + 20) < tt_get64(at + 12)) {
            reject(w, TT_R_VALUE_NOT_ALLOWED);
        }
    }
}

static void check_proof(walk *w, const tt_consistency_proof *proof) {
    if (proof->new_size < proof->old_size) {
        reject(w, TT_R_VALUE_NOT_ALLOWED);
    }
    if (proof->hashes_in_all > TT_PROOF_HASHES_MAX || proof->first_hash + proof->count > proof->hashes_in_all) {
        reject(w, TT_R_TOO_MANY_ITEMS);
    }
}

/* One field: from the struct to the payload when writing, the other way when reading. */
static void walk_field(walk *w, uint8_t kind, void *in, uint8_t *count) {
    uint8_t size = kind < NAME ? kind & SIZE : kind == PAYLOAD_MAX ? 2 : kind == BIT || kind == COUNT ? 1 : 0;
    uint8_t *at = w->at;
    if (size != 0) {
        walk_number(w, kind, size, (uint8_t *)in, count);
    } else if (kind <= TOPIC) {
        walk_text(w, kind, in);
    } else if (kind == RANGE) {
        walk_ranges(w, kind, 1, (const tt_range *)in);
    } else if (kind == RANGES && w->writes) {
        walk_ranges(w, kind, *count, *(const tt_range *const *)in);
    } else if (kind == SIGNATURE) {
        tt_signature *signature = (tt_signature *)in;
        if (take(w, 2) != NULL) {
            signature->algorithm = at[0];
            size = at[0] == 0 ? 0 : TT_SIGNATURE_BYTES;
            if (at[1] != size) {
                reject(w, TT_R_SIGNATURE_LENGTH_WRONG);
            }
            signature->bytes = take(w, size);
        }
    } else if (w->writes) { /* a nonce or a hash, or zeros */
        const uint8_t *from = *(const uint8_t *const *)in;
        size = kind == NONCE ? TT_NONCE_BYTES : TT_HASH_BYTES;
        if (take(w, size) != NULL) {
            blank(at, size);
            copy(at, from, from == NULL ? 0 : size);
        }
    } else {
        *(const uint8_t **)in = at;
        if (kind == RANGES || kind == RECEIPT_RANGES) {
            walk_ranges(w, kind, *count, NULL);
        } else {
            if (kind == HASHES) {
                check_proof(w, (const tt_consistency_proof *)(const void *)((const uint8_t *)in - offsetof(tt_consistency_proof, hashes)));
            } else if (kind == NONCES && *count > TT_NONCE_POOL_MAX) {
                reject(w, TT_R_TOO_MANY_ITEMS);
            }
            take(w, (uint16_t)(kind == NONCE ? TT_NONCE_BYTES : kind == HASH ? TT_HASH_BYTES : (kind - LIST) * *count));
        }
    }
}

/* The two lists of an Ack: runs of frame numbers above the next one, then verdicts. */
static void walk_lists(walk *w, tt_ack *ack) {
    uint64_t lowest = (uint64_t)ack->next_frame + 1;
    unsigned i;
    if (ack->frame_range_count > TT_RANGES_MAX) {
        reject(w, TT_R_TOO_MANY_RANGES);
    }
    if (ack->verdict_count > TT_ACK_VERDICTS_MAX) {
        reject(w, TT_R_TOO_MANY_ITEMS);
    }
    ack->frames = w->at;
    for (i = 0; i < ack->frame_range_count; i++) {
        const uint8_t *range = take(w, FRAME_RANGE_BYTES);
        if (range != NULL) {
            check_range(w, tt_get32(range), tt_get32(range + 4), UINT32_MAX, &lowest);
        }
    }
    ack->verdicts = take(w, (uint16_t)(ack->verdict_count * VERDICT_BYTES));
}

static uint16_t walk_message(walk *w, const field *table, uint8_t type, uint8_t *message) {
    const field *f = fields_of(table, type);
    uint8_t count = 0;
    w->reason = f == NULL ? TT_R_MESSAGE_TYPE_UNKNOWN : TT_R_NONE;
    while (f != NULL && (++f)->kind != MESSAGE) {
        uint8_t *in = message;
        if ((f->kind & OF) != 0) {
            copy(&in, message, sizeof in);
        }
        walk_field(w, f->kind & (uint8_t)~OF, in + f->at, &count);
    }
    return w->reason;
}

/* Begins a walk; nothing is stored through the pointer that is only read. */
static walk walk_from(const void *payload, uint16_t left, uint8_t writes) {
    walk w;
    copy(&w.at, &payload, sizeof w.at);
    w.left = left;
    w.writes = writes;
    return w;
}

uint16_t tt_write(uint8_t type, const void *message, uint8_t *payload, uint16_t room) {
    walk w = walk_from(payload, room, 1);
    uint8_t *in;
    copy(&in, &message, sizeof in);
    return walk_message(&w, sent, type, in) != TT_R_NONE ? 0 : (uint16_t)(w.at - payload);
}

uint16_t tt_write_signature(const tt_signature *signature, uint8_t *payload, uint16_t used, uint16_t room) {
    uint8_t bytes = signature->algorithm == 0 ? 0 : TT_SIGNATURE_BYTES;
    uint16_t all = (uint16_t)(used + 2 + bytes);
    if (used == 0 || all > room) {
        return 0;
    }
    payload[used] = signature->algorithm;
    payload[used + 1] = bytes;
    copy(payload + used + 2, signature->bytes, bytes);
    return all;
}

uint16_t tt_read(uint8_t type, uint8_t flags, const uint8_t *payload, uint16_t bytes, void *message) {
    walk w = walk_from(payload, bytes, 0);
    walk_message(&w, taken, type, (uint8_t *)message);
    if (type == TT_ACK) {
        walk_lists(&w, (tt_ack *)message);
    }
    /* bytes behind the last field are wrong unless the frame says that there are some (clause 16) */
    if ((flags & TT_FLAG_EXTENDED) == 0 && w.left != 0) {
        reject(&w, TT_R_TRAILING_BYTES);
    }
    return w.reason;
}

void tt_event_write(const tt_event *event, uint8_t *forty_bytes) { tt_write(EVENT, event, forty_bytes, TT_RECORD_BYTES); }

void tt_event_read(const uint8_t *forty_bytes, tt_event *event) {
    walk w = walk_from(forty_bytes, TT_RECORD_BYTES, 0);
    walk_message(&w, sent, EVENT, (uint8_t *)event);
}

/* ---- the conversation ---- */

enum { OFF, HELLO, OPEN, WAITING, STOPPED };                                                                         /* states */
enum { CHALLENGED = 1, OFFERED = 2, SENDING = 4, WANT_CUT = 8, HELD = 16, ECHO_DUE = 32, RX_LOST = 64 }; /* step */
enum { NO_LOG = 0xFF, AGAIN_MS = 1000, FIRST_TIMER_MS = 4000, TRIES_MAX = 5, REPEAT = 1, WRAPPED = 2, BATCH_RECORDS = 24 };

/* What a context may take (design: 512 bytes); an array of a negative length does not compile. */
typedef char context_is_small_enough[sizeof(tt_dock) <= TT_CONTEXT_BYTES_MAX ? 1 : -1];

#define HALF_OF_TIME 0x80000000u

static uint8_t is_past(uint32_t now, uint32_t then) { return (uint8_t)(now - then < HALF_OF_TIME); }

static uint32_t now_of(tt_dock *dock) { return dock->port->now_ms(dock->user); }

/* The retransmission timer (clause 10.5): doubled for each try, within its bounds. */
static uint32_t backed_off(uint32_t smoothed_ms, uint8_t tries) {
    uint32_t ms = smoothed_ms == 0 ? (uint32_t)FIRST_TIMER_MS : 4 * smoothed_ms;
    if (ms < TT_RETRANSMIT_MS_MIN) {
        ms = TT_RETRANSMIT_MS_MIN;
    }
    for (; tries != 0 && ms < TT_RETRANSMIT_MS_MAX; tries--) {
        ms *= 2;
    }
    return lower(ms, TT_RETRANSMIT_MS_MAX);
}

static void tell(tt_dock *dock, tt_news *news, uint8_t what) {
    news->what = what;
    if (dock->port->tell != NULL) {
        dock->port->tell(dock->user, news);
    }
}

static void tell_of(tt_dock *dock, uint8_t what, uint8_t type, uint8_t log, uint16_t reason, const void *message) {
    tt_news news;
    blank(&news, sizeof news);
    news.type = type;
    news.log = log;
    news.reason = reason;
    news.message = message;
    tell(dock, &news, what);
}

/* Ends the session, if there is one, and goes on in another state at the time given. */
static void leave(tt_dock *dock, uint8_t state, uint32_t wait_ms, uint16_t reason) {
    uint8_t was = dock->state;
    unsigned i;
    for (i = 0; i < TT_WINDOW_FRAMES; i++) {
        dock->window[i].number = 0;
    }
    dock->state = state;
    dock->session = 0;
    dock->log = NO_LOG;
    dock->want_total = 0;
    dock->step &= RX_LOST;
    dock->due_ms = now_of(dock) + wait_ms;
    if (was == OPEN) {
        dock->tries = 0;
    }
    if (was == OPEN || state == STOPPED) {
        tell_of(dock, state == STOPPED ? TT_NEWS_STOPPED : TT_NEWS_CLOSED, 0, NO_LOG, reason, NULL);
    }
}

static void hold(tt_dock *dock, uint32_t ms) {
    dock->hold_ms = now_of(dock) + lower(ms, TT_HOLD_MS_MAX);
    dock->step |= HELD;
}

/* Obeys a reason by its action (clause 14.1). */
static void obey(tt_dock *dock, uint8_t action, uint16_t reason, uint32_t detail, uint8_t session_over) {
    if (action == TT_ACT_WAIT && !session_over) {
        hold(dock, detail);
    } else if (action == TT_ACT_HELLO_AGAIN || (session_over && action <= TT_ACT_WAIT)) {
        leave(dock, WAITING, action == TT_ACT_WAIT ? detail : (uint32_t)AGAIN_MS, reason);
    } else if (action > TT_ACT_SKIP) {
        leave(dock, STOPPED, 0, reason);
    }
}

static void set_credit(tt_dock *dock, uint16_t frames, uint32_t bytes) {
    dock->credit_frames = frames;
    dock->credit_bytes = bytes;
    dock->credit_ms = now_of(dock);
}

static int log_at(tt_dock *dock, uint8_t log, tt_log *out) { return dock->port->log(dock->user, log, out); }

/* -- what comes in -- */

static void on_welcome(tt_dock *dock, const tt_welcome *welcome) {
    dock->state = OPEN;
    dock->session = welcome->session;
    dock->next_frame = 1;
    dock->payload_bytes_max = (uint16_t)lower(welcome->payload_bytes_max, TT_PAYLOAD_BYTES_MAX);
    dock->to_offer = dock->docked;
    dock->step &= RX_LOST;
    dock->tries = 0;
    dock->smoothed_ms = 0;
    dock->beat_ms = dock->hold_ms = now_of(dock);
    set_credit(dock, welcome->credit_frames, welcome->credit_bytes);
    tell_of(dock, TT_NEWS_OPEN, TT_WELCOME, NO_LOG, TT_R_NONE, welcome);
}

int tt_text_is(tt_text text, const char *other) {
    unsigned i;
    for (i = 0; i < text.bytes; i++) {
        if (other == NULL || (uint8_t)other[i] != text.at[i]) { /* its closing zero is in no received text */
            return 0;
        }
    }
    return other == NULL || other[i] == 0;
}

static void on_want(tt_dock *dock, const tt_want *want) {
    uint8_t log;
    unsigned i;
    for (log = 0; log < TT_LOGS_MAX; log++) {
        tt_log l;
        if ((dock->docked >> log & 1u) != 0 && log_at(dock, log, &l) && l.kind == want->kind &&
            l.epoch.number == want->epoch.number && l.epoch.incarnation == want->epoch.incarnation && tt_text_is(want->device, l.device) &&
            tt_text_is(want->carrier, l.carrier)) {
            break;
        }
    }
    if (log == TT_LOGS_MAX) {
        return;
    }
    if (log != dock->log) {
        dock->to_offer |= (uint32_t)1 << log; /* a later Want for a log that was done: offered again, it is wanted again */
        return;
    }
    dock->step = (uint8_t)((dock->step & ~(WANT_CUT | OFFERED)) | SENDING | (want->range_count > TT_WANTS_KEPT ? WANT_CUT : 0));
    dock->want_total = (uint8_t)lower(want->range_count, TT_WANTS_KEPT);
    dock->block_at = dock->block_part = 0;
    dock->to_offer &= ~((uint32_t)1 << log);
    for (i = 0; i < dock->want_total; i++) {
        dock->want_first[i] = tt_get64(want->ranges + i * RANGE_BYTES);
        dock->want_count[i] = tt_get32(want->ranges + i * RANGE_BYTES + 8);
    }
}

static uint8_t is_covered(const tt_ack *ack, uint32_t frame) {
    const uint8_t *range = ack->frames;
    unsigned i;
    for (i = ack->frame_range_count; i != 0; i--, range += FRAME_RANGE_BYTES) {
        if (frame - tt_get32(range) < tt_get32(range + 4)) {
            return 1;
        }
    }
    return frame < ack->next_frame;
}

static void on_ack(tt_dock *dock, const tt_ack *ack) {
    uint32_t now = now_of(dock);
    const tt_slot *newest = NULL;
    uint32_t newest_number = 0;
    unsigned i;
    set_credit(dock, ack->credit_frames, ack->credit_bytes);
    for (i = 0; i < TT_WINDOW_FRAMES && dock->state == OPEN; i++) {
        tt_slot *slot = &dock->window[i];
        tt_news news;
        uint8_t over = is_covered(ack, slot->number);
        unsigned v;
        if (slot->number == 0) {
            continue;
        }
        blank(&news, sizeof news);
        for (v = 0; v < ack->verdict_count; v++) {
            const uint8_t *verdict = ack->verdicts + v * VERDICT_BYTES;
            if (tt_get32(verdict) == slot->number) {
                news.verdict = verdict[4];
                news.action = verdict[5];
                news.reason = tt_get16(verdict + 6);
                news.detail = tt_get32(verdict + 8);
                over = news.verdict < TT_REFUSED || (news.action != TT_ACT_RESEND_NOW && news.action != TT_ACT_WAIT);
                slot->flags = (uint8_t)((slot->flags & ~REPEAT) | (over ? 0 : REPEAT));
            }
        }
        if (over) {
            if (slot->sent == 1) { /* of a repeated frame nobody knows which copy was acked */
                uint32_t ms = now - slot->sent_ms;
                dock->smoothed_ms = dock->smoothed_ms == 0 ? ms : dock->smoothed_ms - dock->smoothed_ms / 8 + ms / 8;
            }
            dock->tries = 0;
            news.type = slot->type;
            news.log = slot->log;
            news.id = slot->id;
            news.count = slot->count;
            if (newest == NULL || slot->number > newest_number) {
                newest = slot;
                newest_number = slot->number;
            }
            slot->number = 0;
            tell(dock, &news, TT_NEWS_DEALT_WITH);
        }
        obey(dock, news.action, news.reason, news.detail, 0);
    }
    /* what was sent before a frame that arrived, and did not arrive itself, is lost (clause 10.4) */
    for (i = 0; i < TT_WINDOW_FRAMES && newest != NULL; i++) {
        tt_slot *slot = &dock->window[i];
        if (slot->number < newest_number && newest->sent_ms - slot->sent_ms - (slot->sent != 1) < HALF_OF_TIME) {
            slot->flags |= REPEAT;
        }
    }
}

static void on_notice(tt_dock *dock, uint8_t type, const tt_notice *notice) {
    unsigned i;
    if (type == TT_CHALLENGE) {
        copy(&dock->echo, notice->nonce, TT_NONCE_BYTES);
        dock->step |= CHALLENGED;
        dock->due_ms = now_of(dock);
    } else if (type == TT_BUSY) {
        leave(dock, WAITING, notice->number, notice->reason);
    } else if (type == TT_HOLD) {
        hold(dock, notice->number);
    } else if (type == TT_CLOCK_ECHO_REQUEST) {
        for (i = 0; i < TT_WINDOW_FRAMES; i++) {
            if (dock->window[i].number != 0 && dock->window[i].type == TT_CLOCK_ECHO) {
                return; /* a repeat of the echo on its way must be the same bytes; the gateway asks again */
            }
        }
        dock->echo.who = dock->who;
        dock->echo.request_id = notice->id;
        dock->echo.gateway_utc_ns = notice->utc_ns;
        dock->port->clocks(dock->user, &dock->echo.clocks);
        dock->step |= ECHO_DUE;
    } else {
        for (i = 0; i < TT_WINDOW_FRAMES; i++) {
            if (dock->window[i].number == notice->number) {
                dock->window[i].flags |= REPEAT;
            }
        }
    }
}

/* The label is put where the header was, right before the signed bytes. */
static int is_good(tt_dock *dock, const tt_receipt *receipt, uint8_t *payload) {
    static const char label[] = TT_LABEL_RECEIPT;
    if (dock->port->verify == NULL || receipt->signature.algorithm == 0) {
        return 0;
    }
    copy(payload - sizeof label, label, sizeof label);
    return dock->port->verify(dock->user, &receipt->signature, payload - sizeof label,
                              (size_t)(receipt->signature.bytes - 2 - payload) + sizeof label);
}

/* One whole, good frame. A message that does not decode is left alone: the sender's timer repeats it. */
static void on_frame(tt_dock *dock, const tt_header *header, uint8_t *payload) {
    union {
        tt_welcome welcome;
        tt_want want;
        tt_ack ack;
        tt_notice notice;
        tt_ending ending;
        tt_heartbeat heartbeat;
        tt_receipt receipt;
        tt_nonce_grant grant;
        tt_consistency_proof proof;
    } message;
    uint8_t type = header->type;
    uint8_t greets = type == TT_CHALLENGE || type == TT_WELCOME || type == TT_BUSY;
    if (dock->state != (greets ? HELLO : OPEN) && type != TT_ABORT) {
        return;
    }
    if (type != TT_WELCOME && header->session != dock->session) {
        return;
    }
    if (tt_read(type, header->flags, payload, header->payload_bytes, &message) != TT_R_NONE) {
        return;
    }
    if (type == TT_WELCOME) {
        if (message.welcome.connection_id == dock->connection_id && header->session == message.welcome.session) {
            on_welcome(dock, &message.welcome);
        }
    } else if (type == TT_WANT) {
        on_want(dock, &message.want);
    } else if (type == TT_ACK) {
        on_ack(dock, &message.ack);
    } else if (type == TT_ABORT) {
        if (dock->state == HELLO || dock->state == OPEN) {
            obey(dock, message.ending.action, message.ending.reason, message.ending.detail, 1);
        }
    } else if (type == TT_GOODBYE) {
        leave(dock, WAITING, TT_HEARTBEAT_MS, message.ending.reason);
    } else if (type >= TT_NONCE_GRANT) {
        if (type != TT_RECEIPT || is_good(dock, &message.receipt, payload)) {
            tell_of(dock, TT_NEWS_MESSAGE, type, NO_LOG, TT_R_NONE, &message);
        }
    } else if (type != TT_HEARTBEAT && (!greets || message.notice.id == dock->connection_id)) {
        on_notice(dock, type, &message.notice);
    }
}

void tt_dock_receive(tt_dock *dock, const uint8_t *bytes, size_t count) {
    for (; count != 0; count--) {
        uint8_t byte = *bytes++;
        if (byte != 0 && dock->rx_fill < TT_RX_BYTES) {
            dock->rx[dock->rx_fill++] = byte;
        } else if (byte != 0) {
            dock->step |= RX_LOST; /* longer than any frame: let go of until the next zero */
        } else {
            long whole = tt_cobs_decode(dock->rx, dock->rx_fill, dock->rx, TT_RX_BYTES);
            tt_header header;
            if (whole > 0 && (dock->step & RX_LOST) == 0 &&
                tt_frame_read(dock->rx, (size_t)whole, TT_PAYLOAD_BYTES_MAX, &header) == TT_R_NONE) {
                dock->heard_ms = now_of(dock);
                on_frame(dock, &header, dock->rx + TT_HEADER_BYTES);
            }
            dock->step &= (uint8_t)~RX_LOST;
            dock->rx_fill = 0;
        }
    }
}

/* -- what goes out -- */

/* The frame is built as far behind in tx as COBS may need, so that it is encoded in place, with no second buffer. */
static uint8_t *payload_of(tt_dock *dock) { return dock->tx + TT_TX_BYTES - TT_FRAME_BYTES_MAX - 1 + TT_HEADER_BYTES; }

static void transmit(tt_dock *dock, uint8_t type, uint32_t frame_number, uint16_t bytes) {
    uint8_t *frame = payload_of(dock) - TT_HEADER_BYTES;
    tt_header header;
    size_t end;
    header.type = type;
    header.flags = 0;
    header.payload_bytes = bytes;
    header.session = dock->session;
    header.number = frame_number;
    end = 1 + tt_cobs_encode(frame, tt_frame_seal(frame, &header), dock->tx + 1);
    dock->tx[0] = 0;
    dock->tx[end] = 0;
    dock->tx_at = 0;
    dock->tx_end = (uint16_t)(end + 1);
}

/* Writes a message that is not numbered. */
static void say(tt_dock *dock, uint8_t type, const void *message) {
    uint16_t bytes = tt_write(type, message, payload_of(dock), TT_PAYLOAD_BYTES_MAX);
    if (bytes != 0) {
        transmit(dock, type, 0, bytes);
    }
}

static void say_hello(tt_dock *dock) {
    static const char label[] = TT_LABEL_HELLO;
    uint8_t *payload = payload_of(dock);
    uint8_t bytes[TT_SIGNATURE_BYTES];
    tt_signature signature;
    tt_hello hello;
    uint16_t used;
    hello.who = dock->who;
    hello.nonce = (dock->step & CHALLENGED) != 0 ? (const uint8_t *)&dock->echo : NULL;
    hello.clocks = dock->echo.clocks; /* a repeat is the same bytes (clause 10.1) */
    hello.connection_id = dock->connection_id;
    hello.payload_bytes_max = TT_PAYLOAD_BYTES_MAX;
    hello.version_min = hello.version_max = VERSION;
    hello.transport = TT_SERIAL;
    used = tt_write(TT_HELLO, &hello, payload, TT_PAYLOAD_BYTES_MAX);
    signature.algorithm = 0;
    signature.bytes = bytes;
    if ((dock->step & CHALLENGED) != 0 && dock->port->sign != NULL) {
        copy(payload - sizeof label, label, sizeof label); /* in the room of the header, which is written afterwards */
        signature.algorithm = dock->port->sign(dock->user, payload - sizeof label, used + sizeof label, bytes);
    }
    used = tt_write_signature(&signature, payload, used, TT_PAYLOAD_BYTES_MAX);
    if (used != 0) {
        transmit(dock, TT_HELLO, 0, used);
    }
}

static uint16_t write_gone(tt_dock *dock, const tt_slot *slot, const tt_log *log) {
    tt_range_gone gone;
    gone.log = log;
    gone.range.first = slot->id;
    gone.range.count = slot->count;
    gone.reason = (slot->flags & WRAPPED) != 0 ? TT_R_MEMORY_WRAPPED : TT_R_MEMORY_UNREADABLE;
    return tt_write(TT_RANGE_GONE, &gone, payload_of(dock), dock->payload_bytes_max);
}

/* The records of a slot, or what stands for them. Answers the payload's bytes; 0 = cannot be read. */
static uint16_t write_records(tt_dock *dock, tt_slot *slot, const tt_log *log) {
    uint8_t *payload = payload_of(dock);
    tt_batch batch;
    uint16_t room;
    int16_t got;
    batch.log = log;
    batch.first = slot->id;
    batch.count = 1;
    batch.records_at = 0;
    batch.records_at = tt_write(TT_RECORD_BATCH, &batch, payload, dock->payload_bytes_max);
    room = (uint16_t)(dock->payload_bytes_max - batch.records_at);
    if (batch.records_at == 0 || log->record_width < TT_RECORD_BYTES || log->record_width > TT_RECORD_BYTES_MAX) {
        return 0;
    }
    slot->count = (uint16_t)lower(slot->count, (uint32_t)room / log->record_width);
    got = dock->port->read_records(dock->user, slot->log, slot->id, slot->count, payload + batch.records_at);
    if (slot->sent != 0 && got > 0 && (uint16_t)got != slot->count) {
        return 0; /* a repeat must be the same bytes */
    }
    if (got <= 0) {
        if (slot->sent != 0) {
            dock->step |= WANT_CUT; /* RangeGone takes the number; what is left is asked for anew (clause 10.7) */
        }
        slot->type = TT_RANGE_GONE;
        slot->flags = got == 0 ? 0 : WRAPPED;
        slot->count = (uint16_t)(got == 0 ? 1 : -got);
        return write_gone(dock, slot, log);
    }
    if ((uint16_t)got < slot->count) {
        slot->count = (uint16_t)got;
    }
    batch.count = slot->count;
    tt_write(TT_RECORD_BATCH, &batch, payload, batch.records_at);
    return (uint16_t)(batch.records_at + slot->count * log->record_width);
}

static uint16_t write_block(tt_dock *dock, const tt_slot *slot, const tt_log *log) {
    uint8_t *payload = payload_of(dock);
    uint16_t used;
    uint16_t content;
    tt_block block;
    block.log = log;
    block.sequence = slot->id;
    block.part = slot->count;
    block.parts = dock->port->blocks(dock->user, slot->log, slot->id);
    block.kind = 0;
    used = tt_write(TT_BLOCK, &block, payload, dock->payload_bytes_max);
    if (used == 0 || block.part > block.parts || block.parts > TT_BLOCK_PARTS_MAX) {
        return 0;
    }
    content = dock->port->read_block(dock->user, slot->log, slot->id, slot->count, &block.kind, payload + used,
                                     (uint16_t)(dock->payload_bytes_max - used));
    tt_write(TT_BLOCK, &block, payload, used);
    return (uint16_t)(used + content);
}

static uint16_t write_slot(tt_dock *dock, tt_slot *slot) {
    tt_log log;
    if (slot->type == TT_CLOCK_ECHO) {
        return tt_write(TT_CLOCK_ECHO, &dock->echo, payload_of(dock), dock->payload_bytes_max);
    }
    if (slot->log == NO_LOG) {
        return dock->port->write_statement(dock->user, slot->type, slot->id, payload_of(dock), dock->payload_bytes_max);
    }
    if (!log_at(dock, slot->log, &log)) {
        return 0;
    }
    return slot->type == TT_RANGE_GONE ? write_gone(dock, slot, &log)
           : slot->type == TT_BLOCK    ? write_block(dock, slot, &log)
                                       : write_records(dock, slot, &log);
}

/* Sends a slot for the first time, or again. Answers whether it could be written. */
static uint8_t send_slot(tt_dock *dock, tt_slot *slot) {
    uint16_t bytes = write_slot(dock, slot);
    if (bytes == 0) {
        return 0;
    }
    if (slot->sent == 0) {
        slot->number = dock->next_frame++;
    }
    slot->sent = (uint8_t)(slot->sent + (slot->sent != 255));
    slot->flags &= (uint8_t)~REPEAT;
    slot->bytes = (uint16_t)(TT_HEADER_BYTES + bytes + TT_CHECK_BYTES);
    slot->sent_ms = now_of(dock);
    transmit(dock, slot->type, slot->number, bytes);
    return 1;
}

/* A slot for a new frame, where window and credit allow one of full size; else NULL. */
static tt_slot *free_slot(tt_dock *dock) {
    tt_slot *slot = NULL;
    uint32_t bytes = 0;
    uint16_t frames = 0;
    unsigned i;
    for (i = 0; i < TT_WINDOW_FRAMES; i++) {
        if (dock->window[i].number == 0) {
            slot = &dock->window[i];
        } else {
            frames++;
            bytes += dock->window[i].bytes;
        }
    }
    bytes += (uint32_t)dock->payload_bytes_max + TT_HEADER_BYTES + TT_CHECK_BYTES;
    if (slot == NULL ||
        (frames >= dock->credit_frames && (frames != 0 || now_of(dock) - dock->credit_ms < TT_NO_CREDIT_MS)) || (frames != 0 && bytes > dock->credit_bytes)) {
        return NULL;
    }
    slot->log = NO_LOG;
    slot->count = 0;
    slot->sent = slot->flags = 0;
    return slot;
}

/* The slot that is to be sent again first, once the timers have been looked at. */
static tt_slot *repeated_slot(tt_dock *dock, uint32_t now) {
    uint32_t timer = backed_off(dock->smoothed_ms, dock->tries);
    tt_slot *first = NULL;
    uint8_t fired = 0;
    unsigned i;
    for (i = 0; i < TT_WINDOW_FRAMES; i++) {
        tt_slot *slot = &dock->window[i];
        if (slot->number != 0 && (slot->flags & REPEAT) == 0 && now - slot->sent_ms >= timer &&
            now - dock->hold_ms >= timer) { /* a hold stops the timers (clause 8.19) */
            slot->flags |= REPEAT;
            fired = 1;
        }
        if (slot->number != 0 && (slot->flags & REPEAT) != 0 && (first == NULL || slot->number < first->number)) {
            first = slot;
        }
    }
    dock->tries = (uint8_t)(dock->tries + (fired != 0 && dock->tries < TRIES_MAX));
    return first;
}

/* What the dock itself, then the firmware has to say. */
static uint8_t send_statement(tt_dock *dock, tt_slot *slot) {
    tt_news news;
    if ((dock->step & ECHO_DUE) != 0) {
        dock->step &= (uint8_t)~ECHO_DUE;
        slot->type = TT_CLOCK_ECHO;
        slot->id = dock->echo.request_id;
        return send_slot(dock, slot);
    }
    if (dock->port->statement == NULL || !dock->port->statement(dock->user, &slot->type, &slot->id)) {
        return 0;
    }
    if (send_slot(dock, slot)) {
        return 1;
    }
    blank(&news, sizeof news);
    news.type = slot->type;
    news.log = NO_LOG;
    news.id = slot->id;
    news.verdict = TT_REFUSED;
    news.action = TT_ACT_SKIP;
    news.reason = TT_R_VALUE_NOT_ALLOWED;
    tell(dock, &news, TT_NEWS_DEALT_WITH);
    return 0;
}

/* The next records of the log being sent. */
static uint8_t send_records(tt_dock *dock, tt_slot *slot) {
    unsigned i, acked;
    for (i = 0; i < dock->want_total && dock->want_count[i] == 0;) {
        i++;
    }
    if (i == dock->want_total) {
        return 0;
    }
    slot->log = dock->log;
    /* a record goes out once its Blocks have (clause 8.16): whoever holds the record then has been sent all of it */
    while (dock->port->blocks != NULL && dock->block_at < lower(dock->want_count[i], BATCH_RECORDS)) {
        slot->id = dock->want_first[i] + dock->block_at;
        if (dock->block_part < dock->port->blocks(dock->user, slot->log, slot->id)) {
            slot->type = TT_BLOCK;
            slot->count = ++dock->block_part;
            if (send_slot(dock, slot)) {
                return 1;
            }
        } else {
            dock->block_at++;
            dock->block_part = 0;
        }
    }
    /* and once they were acked: a Want names no parts, so nobody would ask again for a Block of a record that is durable */
    for (acked = 0; acked < TT_WINDOW_FRAMES; acked++) {
        if (dock->window[acked].number != 0 && dock->window[acked].type == TT_BLOCK) {
            return 0;
        }
    }
    slot->type = TT_RECORD_BATCH;
    slot->id = dock->want_first[i];
    slot->count = (uint16_t)lower(dock->want_count[i], BATCH_RECORDS);
    if (!send_slot(dock, slot)) {
        tt_dock_remove(dock, dock->log);
        return 0;
    }
    dock->want_first[i] += slot->count;
    dock->want_count[i] -= lower(slot->count, dock->want_count[i]);
    dock->block_at = (uint16_t)(dock->block_at - lower(dock->block_at, slot->count));
    return 1;
}

/* Offers the next log, or sees that the one at hand is done. Answers whether a Docked was sent. */
static uint8_t attend_logs(tt_dock *dock, uint32_t now) {
    unsigned i;
    tt_log log;
    tt_docked docked;
    docked.log = &log;
    if ((dock->step & SENDING) != 0) {
        for (i = 0; i < dock->want_total; i++) {
            if (dock->want_count[i] != 0) {
                return 0;
            }
        }
        for (i = 0; i < TT_WINDOW_FRAMES; i++) {
            if (dock->window[i].number != 0 && dock->window[i].log == dock->log) {
                return 0;
            }
        }
        i = dock->log;
        dock->log = NO_LOG;
        if ((dock->step & WANT_CUT) != 0) {
            dock->to_offer |= (uint32_t)1 << i;
        } else {
            tell_of(dock, TT_NEWS_LOG_SENT, 0, (uint8_t)i, TT_R_NONE, NULL);
        }
        dock->step &= (uint8_t)~(SENDING | WANT_CUT);
    }
    if (dock->log == NO_LOG) {
        for (i = 0; i < TT_LOGS_MAX && (dock->to_offer >> i & 1u) == 0;) {
            i++;
        }
        if (i == TT_LOGS_MAX) {
            return 0;
        }
        dock->log = (uint8_t)i;
        dock->step |= OFFERED;
        dock->due_ms = now;
    }
    if (!is_past(now, dock->due_ms)) {
        return 0;
    }
    dock->due_ms = now + backed_off(dock->smoothed_ms, 0);
    if (!log_at(dock, dock->log, &log)) {
        tt_dock_remove(dock, dock->log);
        return 0;
    }
    say(dock, TT_DOCKED, &docked);
    return 1;
}

/* Sends the one thing that is most due. Answers whether there was one. */
static uint8_t send_next(tt_dock *dock, uint32_t now) {
    tt_slot *slot;
    if (dock->state == WAITING && is_past(now, dock->due_ms)) {
        dock->state = HELLO;
        dock->port->clocks(dock->user, &dock->echo.clocks);
        do {
            dock->connection_id = dock->port->random(dock->user);
        } while (dock->connection_id == 0);
    }
    if (dock->state == HELLO && is_past(now, dock->due_ms)) {
        say_hello(dock);
        dock->due_ms = now + backed_off(TT_RETRANSMIT_MS_MIN / 4, dock->tries);
        dock->tries = (uint8_t)(dock->tries + (dock->tries < TRIES_MAX));
        return 1;
    }
    if (dock->state != OPEN) {
        return 0;
    }
    if (now - dock->heard_ms >= TT_SILENCE_MS) {
        leave(dock, WAITING, 0, TT_R_SILENT_TOO_LONG);
        dock->rx_fill = 0; /* what comes after so long is not the other half of what was heard (clause 3.4) */
        dock->step = 0;
        return 0;
    }
    if (now - dock->beat_ms >= TT_HEARTBEAT_MS) {
        tt_heartbeat beat;
        dock->port->clocks(dock->user, &beat.clocks);
        beat.next_frame = dock->next_frame;
        dock->beat_ms = now;
        say(dock, TT_HEARTBEAT, &beat);
        return 1;
    }
    if ((dock->step & HELD) != 0 && is_past(now, dock->hold_ms)) {
        dock->step &= (uint8_t)~HELD;
    }
    if ((dock->step & HELD) == 0) {
        slot = repeated_slot(dock, now);
        if (slot != NULL) {
            if (!send_slot(dock, slot)) {
                leave(dock, WAITING, 0, TT_R_MEMORY_UNREADABLE); /* the same bytes cannot be had again: a new session asks anew */
                return 0;
            }
            return 1;
        }
        slot = free_slot(dock);
        if (slot != NULL && send_statement(dock, slot)) {
            return 1;
        }
        if (slot != NULL && send_records(dock, slot)) {
            return 1;
        }
    }
    return attend_logs(dock, now);
}

int tt_dock_step(tt_dock *dock) {
    for (;;) {
        if (dock->tx_at < dock->tx_end) {
            dock->tx_at = (uint16_t)(dock->tx_at + dock->port->send(dock->user, dock->tx + dock->tx_at, (size_t)(dock->tx_end - dock->tx_at)));
        }
        if (dock->tx_at < dock->tx_end) {
            return 1;
        }
        if (dock->goodbye != 0 && dock->state != OFF) {
            tt_ending ending;
            uint8_t open = dock->state == OPEN;
            ending.reason = dock->goodbye;
            if (open) {
                say(dock, TT_GOODBYE, &ending);
            }
            leave(dock, OFF, 0, dock->goodbye);
        } else if (!send_next(dock, now_of(dock))) {
            return 0;
        }
    }
}

void tt_dock_init(tt_dock *dock, const tt_port *port, void *user, const tt_identity *who, uint8_t *rx, uint8_t *tx) {
    blank(dock, sizeof *dock);
    dock->port = port;
    dock->user = user;
    dock->who = who;
    dock->rx = rx;
    dock->tx = tx;
    dock->log = NO_LOG;
}

void tt_dock_start(tt_dock *dock) {
    dock->goodbye = 0;
    dock->tries = 0;
    leave(dock, WAITING, 0, TT_R_NONE);
}

void tt_dock_stop(tt_dock *dock, uint16_t reason) { dock->goodbye = reason; }

void tt_dock_insert(tt_dock *dock, uint8_t log) {
    uint32_t bit = (uint32_t)1 << (log & (TT_LOGS_MAX - 1));
    dock->docked |= bit;
    dock->to_offer |= bit;
}

void tt_dock_remove(tt_dock *dock, uint8_t log) {
    uint32_t bit = (uint32_t)1 << (log & (TT_LOGS_MAX - 1));
    dock->docked &= ~bit;
    dock->to_offer &= ~bit;
    if (dock->log == log) {
        dock->log = NO_LOG;
        dock->want_total = 0;
        dock->step &= (uint8_t)~(OFFERED | SENDING | WANT_CUT);
    }
}
