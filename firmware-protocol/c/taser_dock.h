/*
 * The dock's side of the TaserTelemetry wire, for firmware: C99, no heap, no globals, no clock and no I/O of its own.
 * ../SPEC.md is the law; the clause numbers here are its. README.md beside this file shows how to use it in ten lines.
 */
#ifndef TASER_DOCK_H
#define TASER_DOCK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- limits (clause 5) ---- */
enum {
    TT_HEADER_BYTES = 16,
    TT_CHECK_BYTES = 4,
    TT_PAYLOAD_BYTES_MAX = 1024, /* on a serial line */
    TT_PAYLOAD_BYTES_FLOOR = 256,
    TT_FRAME_BYTES_MAX = TT_HEADER_BYTES + TT_PAYLOAD_BYTES_MAX + TT_CHECK_BYTES,
    TT_COBS_RUN_MAX = 254,
    TT_COBS_EXTRA_MAX = 1 + TT_FRAME_BYTES_MAX / TT_COBS_RUN_MAX,
    TT_RX_BYTES = TT_FRAME_BYTES_MAX + TT_COBS_EXTRA_MAX,
    TT_TX_BYTES = TT_FRAME_BYTES_MAX + TT_COBS_EXTRA_MAX + 2, /* a zero before and one behind */
    TT_TEXT_BYTES_MAX = 32,
    TT_TOPIC_BYTES_MAX = 160,
    TT_RANGES_MAX = 16,
    TT_ACK_VERDICTS_MAX = 64,
    TT_RECORD_BYTES = 40,
    TT_RECORD_BYTES_MAX = 128,
    TT_BATCH_FIXED_BYTES = 38,
    TT_BLOCK_PARTS_MAX = 4096,
    TT_SIGNATURE_BYTES = 64,
    TT_NONCE_BYTES = 16,
    TT_HASH_BYTES = 32,
    TT_NONCE_POOL_MAX = 16,
    TT_PROOF_HASHES_MAX = 65,
    TT_WINDOW_FRAMES = 8,
    TT_LOGS_MAX = 32, /* logs docked at once; a limit of this code, not of the wire */
    TT_HEARTBEAT_MS = 10000,
    TT_SILENCE_MS = 35000,
    TT_RETRANSMIT_MS_MIN = 1000,
    TT_RETRANSMIT_MS_MAX = 30000,
    TT_HOLD_MS_MAX = 60000,
    TT_NO_CREDIT_MS = 15000, /* so long after a credit of no frames one may be sent (clause 10.2) */
    TT_CONTEXT_BYTES_MAX = 512
};

/* ---- message types (clause 8) ---- */
enum {
    TT_HELLO = 0x01,
    TT_CHALLENGE = 0x02,
    TT_WELCOME = 0x03,
    TT_HEARTBEAT = 0x04,
    TT_BUSY = 0x05,
    TT_ABORT = 0x06,
    TT_GOODBYE = 0x07,
    TT_DOCKED = 0x10,
    TT_WANT = 0x11,
    TT_UNDOCKED = 0x12,
    TT_RANGE_GONE = 0x13,
    TT_LOG_CLEARED = 0x14,
    TT_DOCK_HEALTH = 0x15,
    TT_RECORD_BATCH = 0x20,
    TT_BLOCK = 0x21,
    TT_SESSION_HEAD = 0x22,
    TT_ACK = 0x30,
    TT_NACK = 0x31,
    TT_HOLD = 0x32,
    TT_CLOCK_READING = 0x40,
    TT_CLOCK_ECHO_REQUEST = 0x41,
    TT_CLOCK_ECHO = 0x42,
    TT_NONCE_GRANT = 0x50,
    TT_RECEIPT = 0x51,
    TT_RECEIPT_SHOWN = 0x52,
    TT_CHECKPOINT_HELD = 0x53,
    TT_CONSISTENCY_PROOF = 0x54
};

enum { TT_FLAG_EXTENDED = 1 }; /* frame flag: fields of a later version stand behind those known here (clause 16) */
enum { TT_SERIAL = 1, TT_MQTT = 2 };
enum { TT_STORED = 0, TT_KEPT_ASIDE = 1, TT_REFUSED = 2 };
enum { TT_ACT_NONE = 0, TT_ACT_RESEND_NOW = 1, TT_ACT_WAIT = 2, TT_ACT_SKIP = 3, TT_ACT_HELLO_AGAIN = 4, TT_ACT_STOP_AND_CALL = 5 };

/* ---- reasons that this code finds or sends itself (clause 14.2 has them all; an unknown one is obeyed by its action) ---- */
enum {
    TT_R_NONE = 0,
    TT_R_MAGIC_WRONG = 1,
    TT_R_VERSION_UNSUPPORTED = 2,
    TT_R_HEADER_CHECK_WRONG = 3,
    TT_R_PAYLOAD_TOO_LONG = 4,
    TT_R_FRAME_CHECK_WRONG = 5,
    TT_R_COBS_BROKEN = 6,
    TT_R_FRAME_CUT_SHORT = 7,
    TT_R_FRAME_RUNS_ON = 8,
    TT_R_FRAME_TOO_LONG = 9,
    TT_R_PAYLOAD_TOO_SHORT = 32,
    TT_R_TRAILING_BYTES = 33,
    TT_R_TEXT_TOO_LONG = 34,
    TT_R_TEXT_EMPTY = 35,
    TT_R_TEXT_NOT_ALLOWED = 36,
    TT_R_TOO_MANY_RANGES = 37,
    TT_R_RANGE_EMPTY = 38,
    TT_R_RANGE_OVERFLOW = 39,
    TT_R_RANGES_OUT_OF_ORDER = 40,
    TT_R_VALUE_NOT_ALLOWED = 46,
    TT_R_TOO_MANY_ITEMS = 47,
    TT_R_SIGNATURE_LENGTH_WRONG = 48,
    TT_R_SESSION_UNKNOWN = 64,
    TT_R_SILENT_TOO_LONG = 73,
    TT_R_CONVERSATION_OVER = 76,
    TT_R_MESSAGE_TYPE_UNKNOWN = 77,
    TT_R_DOCK_STOPPING = 82,
    TT_R_CARRIER_REMOVED = 192,
    TT_R_CARRIER_FAULT = 193,
    TT_R_CARRIER_RELEASED = 194,
    TT_R_MEMORY_WRAPPED = 195,
    TT_R_MEMORY_UNREADABLE = 196,
    TT_R_RECEIPTED_AND_DROPPED = 197
};

/* ---- bytes: little-endian at any address (clause 1) ---- */
uint16_t tt_get16(const uint8_t *at);
uint32_t tt_get32(const uint8_t *at);
uint64_t tt_get64(const uint8_t *at);
void tt_put16(uint8_t *at, uint16_t value);
void tt_put32(uint8_t *at, uint32_t value);
void tt_put64(uint8_t *at, uint64_t value);

/* CRC-32C (clause 2.4). Begin with 0; the answer of one stretch begins the next. */
uint32_t tt_crc32c(uint32_t crc, const uint8_t *bytes, size_t count);

/* ---- COBS (clause 3.2) ---- */
/* Encodes without the closing zero and answers the bytes written: at most count + 1 + count / 254. `to` may lie in the same memory
 * as `from` when it begins at least 1 + count / 254 bytes before it. */
size_t tt_cobs_encode(const uint8_t *from, size_t count, uint8_t *to);
/* Decodes one stretch without its closing zero; `to` may be `from`. Answers the bytes written, or -1: not COBS, or no room. */
long tt_cobs_decode(const uint8_t *from, size_t count, uint8_t *to, size_t room);

/* ---- frames (clause 2) ---- */
typedef struct tt_header {
    uint8_t type;
    uint8_t flags;
    uint16_t payload_bytes;
    uint32_t session;
    uint32_t number;
} tt_header;

/* Puts header and check around a payload that stands at frame + 16. Answers the bytes of the frame. */
size_t tt_frame_seal(uint8_t *frame, const tt_header *header);
/* Judges `count` bytes that should be one whole frame: 0, or a reason. With TT_R_FRAME_... the header is filled in and believed. */
uint16_t tt_frame_read(const uint8_t *bytes, size_t count, uint16_t payload_bytes_max, tt_header *header);

/* ---- the event record (clause 7.1): 40 bytes ---- */
typedef struct tt_event {
    uint64_t stamp; /* device clock as stored; all ones = absent */
    uint64_t argument;
    uint32_t monotonic_ms; /* since the device started; 0 = absent */
    uint32_t duration_ms;
    uint32_t armed_session;
    uint32_t bays; /* 10 x 3 bits after the event, bay 0 lowest */
    uint16_t code;
    uint16_t flags;
    int16_t temperature_deci_c; /* tenths of a degree; -32768 = absent */
    uint8_t battery_percent;    /* 255 = absent */
    uint8_t bay;                /* 255 = none */
} tt_event;

void tt_event_write(const tt_event *event, uint8_t *forty_bytes);
void tt_event_read(const uint8_t *forty_bytes, tt_event *event);

/* ---- values shared by messages ---- */
typedef struct tt_text { /* a text inside a received payload: not closed by a zero */
    const uint8_t *at;
    uint8_t bytes;
} tt_text;

typedef struct tt_range {
    uint64_t first;
    uint32_t count;
} tt_range;

typedef struct tt_epoch { /* clause 6.3 */
    uint64_t incarnation;
    uint32_t number;
} tt_epoch;

typedef struct tt_clocks {
    uint64_t monotonic_ns; /* since boot_id */
    uint64_t utc_ns;       /* since 1970; 0 = not known */
    uint8_t state;         /* 0 not stated, 1 not set, 2 free-running, 3 disciplined within the hour (clause 12.1) */
} tt_clocks;

typedef struct tt_identity { /* who the dock is; texts are closed by a zero and at most 32 bytes; NULL = empty */
    const char *force;
    const char *armoury;
    const char *dock;
    const char *model;
    const char *firmware;
    uint64_t boot_id; /* random for each start */
} tt_identity;

typedef struct tt_signature {
    const uint8_t *bytes; /* 64 */
    uint8_t algorithm;    /* 0 unsigned, 1 Ed25519, 2 ECDSA P-256 with SHA-256, r then s (clause 13.2) */
} tt_signature;

typedef struct tt_log { /* one log of one device, as one carrier holds it */
    const char *device;
    const char *carrier; /* NULL or "" = the device itself */
    const char *model;
    const char *firmware;
    const tt_range *held; /* what is held and not yet receipted: rising, neither touching nor overlapping */
    tt_epoch epoch;
    uint32_t stamp_resolution_ms;
    uint16_t duration_resolution_ms;
    uint16_t translator_id;
    uint16_t translator_version;
    uint8_t held_count; /* 0 to 16 */
    uint8_t kind;       /* 1 events, 2 pulses, 3 engineering */
    uint8_t flags;      /* of Docked: 1 holds an activation, 2 more follow */
    uint8_t sequence_bits;
    uint8_t record_width; /* 40 to 128 */
    uint8_t stamp_unit;   /* 1 s, 2 ms, 3 us */
} tt_log;

/* ---- messages a dock sends; a pointer that comes first names what the message speaks of ---- */
typedef struct tt_hello { /* all before the signature: tt_write_signature follows */
    const tt_identity *who;
    const uint8_t *nonce; /* 16 bytes of the challenge; NULL = none */
    tt_clocks clocks;
    uint64_t connection_id;     /* random for each connection, not 0 */
    uint16_t payload_bytes_max; /* what this dock can take, 256 to 1024 */
    uint8_t version_min;
    uint8_t version_max;
    uint8_t transport;
} tt_hello;

typedef struct tt_heartbeat { /* both ways */
    tt_clocks clocks;
    uint32_t next_frame;
} tt_heartbeat;

typedef struct tt_ending { /* both ways: Abort; Goodbye has the reason alone */
    uint32_t detail;       /* with action Wait the ms; else a byte offset, all ones = none */
    uint16_t reason;
    uint8_t action;
} tt_ending;

typedef struct tt_docked {
    const tt_log *log;
} tt_docked;

typedef struct tt_undocked {
    const tt_log *log;
    uint64_t boot_id;
    uint64_t monotonic_ns;
    uint16_t reason;
    uint8_t complete; /* 1 = all that was wanted had been sent and acked */
} tt_undocked;

typedef struct tt_range_gone {
    const tt_log *log;
    tt_range range;
    uint16_t reason;
} tt_range_gone;

typedef struct tt_log_cleared {
    const tt_log *log; /* with the old epoch */
    const char *cleared_by;
    const uint8_t *chain; /* 32 bytes; NULL = not known */
    tt_epoch now;
    uint64_t next_sequence;
} tt_log_cleared;

typedef struct tt_dock_health {
    const tt_identity *who;
    tt_clocks clocks;
    uint64_t storage_bytes_left; /* all ones = not known */
    uint32_t bay_faults;
} tt_dock_health;

typedef struct tt_batch { /* the records, count times record_width bytes, go right behind */
    const tt_log *log;
    uint64_t first;
    uint16_t count;
    uint16_t records_at; /* set by tt_write */
} tt_batch;

typedef struct tt_clock_reading {
    const tt_log *log;
    uint64_t device_stamp;
    uint64_t boot_id;
    uint64_t monotonic_before_ns;
    uint64_t monotonic_after_ns;
    uint64_t dock_utc_ns;
    uint8_t order; /* 0 unknown, 1 before a setting, 2 after it */
    uint8_t dock_clock_state;
} tt_clock_reading;

typedef struct tt_block { /* the content goes right behind, to the end of the payload */
    const tt_log *log;
    uint64_t sequence;
    uint16_t part; /* 1 to parts */
    uint16_t parts;
    uint8_t kind; /* clause 9 */
} tt_block;

typedef struct tt_session_head { /* all before the signature: tt_write_signature follows */
    const tt_log *log;
    const char *signer;
    const uint8_t *chain_at_first; /* 32 bytes; NULL = zeros */
    const uint8_t *chain_at_next;
    const uint8_t *nonce; /* grade A; else NULL */
    uint64_t first;
    uint64_t next;
    uint64_t counter;     /* grade B; else 0 */
    uint64_t read_utc_ns; /* grade C; else 0 */
    uint8_t grade;        /* 1 A, 2 B, 3 C */
} tt_session_head;

typedef struct tt_receipt_shown { /* the payload of the receipt, as it was given, goes right behind */
    const char *carrier;
} tt_receipt_shown;

typedef struct tt_checkpoint_held { /* all before the signature: tt_write_signature follows, with that of tt_consistency_proof */
    const char *origin;  /* up to 160 bytes; NULL = none remembered */
    const uint8_t *root; /* 32 bytes; NULL = none remembered */
    uint64_t tree_size;  /* 0 = none remembered */
} tt_checkpoint_held;

typedef struct tt_clock_echo {
    const tt_identity *who;
    uint64_t request_id;
    uint64_t gateway_utc_ns;
    tt_clocks clocks;
} tt_clock_echo;

/* Writes the payload of one of the messages above from its struct. Answers its bytes, or 0 where there is no room, a value is not
 * allowed, or the type is not one that a dock sends. */
uint16_t tt_write(uint8_t type, const void *message, uint8_t *payload, uint16_t room);
/* Appends a signature behind `used` bytes. Answers all bytes, or 0. */
uint16_t tt_write_signature(const tt_signature *signature, uint8_t *payload, uint16_t used, uint16_t room);

/* ---- messages a dock receives; texts and lists point into the payload ---- */
typedef struct tt_welcome {
    uint64_t connection_id;
    uint64_t utc_ns; /* 0 = not known */
    tt_text gateway;
    tt_text up_topic; /* empty on serial */
    uint32_t session;
    uint32_t credit_bytes;
    uint16_t credit_frames;
    uint16_t payload_bytes_max;
    uint8_t version;
} tt_welcome;

typedef struct tt_want {
    tt_text device;
    tt_text carrier;
    tt_epoch epoch;
    const uint8_t *ranges; /* 12 bytes each: first u64, count u32 */
    uint8_t range_count;
    uint8_t kind;
} tt_want;

typedef struct tt_ack {
    const uint8_t *frames;   /* 8 bytes each: first u32, count u32 */
    const uint8_t *verdicts; /* 12 bytes each: frame u32, verdict u8, action u8, reason u16, detail u32 */
    uint32_t next_frame;
    uint32_t credit_bytes;
    uint16_t credit_frames;
    uint8_t frame_range_count;
    uint8_t verdict_count;
} tt_ack;

typedef struct tt_notice { /* Challenge, Busy, Nack, Hold, ClockEchoRequest: the fields that each has */
    const uint8_t *nonce;  /* 16 bytes */
    uint64_t id;           /* connection (Challenge, Busy) or request (ClockEchoRequest) */
    uint64_t utc_ns;       /* ClockEchoRequest */
    uint32_t number;       /* frame (Nack) or ms (Busy, Hold) */
    uint16_t reason;
} tt_notice;

typedef struct tt_receipt { /* clause 8.21: the only leave to forget */
    const uint8_t *ranges;  /* 28 bytes each: first u64, count u32, lowest and highest leaf u64 */
    tt_signature signature; /* over the label of clause 13.3 and the payload up to the signature */
    tt_text device;
    tt_text gateway;
    tt_epoch epoch;
    uint64_t issued_utc_ns;
    uint64_t key_id;
    uint8_t range_count;
    uint8_t kind;
} tt_receipt;

typedef struct tt_nonce_grant {
    const uint8_t *nonces; /* 16 bytes each */
    tt_text gateway;
    uint64_t expires_utc_ns;
    uint8_t count;
} tt_nonce_grant;

typedef struct tt_consistency_proof {
    const uint8_t *new_root; /* 32 bytes */
    const uint8_t *hashes;   /* 32 bytes each, from position first_hash */
    tt_text origin;
    tt_signature signature;
    uint64_t old_size;
    uint64_t new_size;
    uint8_t hashes_in_all;
    uint8_t first_hash;
    uint8_t count;
} tt_consistency_proof;

/* What stands before signed bytes, closing zero included, so that none can be passed off as another (clause 13.3). */
#define TT_LABEL_HELLO "taser/1 hello"
#define TT_LABEL_HEAD "taser/1 head"
#define TT_LABEL_RECEIPT "taser/1 receipt"

/* Whether a received text is this one. */
int tt_text_is(tt_text text, const char *other);

/* Reads a payload into the struct of its type: those above, tt_heartbeat, and tt_ending for Abort and Goodbye. Fields that the type does
 * not have are left alone. Answers 0, or a reason of clause 14.2. */
uint16_t tt_read(uint8_t type, uint8_t flags, const uint8_t *payload, uint16_t bytes, void *message);

/* ---- the conversation ---- */

struct tt_news;

/* What the firmware lends. Every call is made from tt_dock_step or tt_dock_receive, never from an interrupt. */
typedef struct tt_port {
    uint32_t (*now_ms)(void *user); /* monotonic; may wrap */
    void (*clocks)(void *user, tt_clocks *out);
    uint64_t (*random)(void *user); /* unpredictable: names a connection */
    /* Takes as many of the bytes as there is room for now, and answers how many. */
    size_t (*send)(void *user, const uint8_t *bytes, size_t count);
    /* Signs Hello: answers the algorithm of clause 13.2, 0 = unsigned. NULL = never signed. */
    uint8_t (*sign)(void *user, const uint8_t *bytes, size_t count, uint8_t signature[TT_SIGNATURE_BYTES]);
    /* Verifies a receipt's signature over the bytes: not 0 = good. NULL, or 0, and the receipt is not handed on: it frees nothing. */
    int (*verify)(void *user, const tt_signature *signature, const uint8_t *bytes, size_t count);
    /* Describes a docked log, 0 to 31. Answers 0 where nothing is docked there any more. */
    int (*log)(void *user, uint8_t log, tt_log *out);
    /* Reads up to `count` records from `first`, each record_width bytes as first written. Answers how many; 0 = the first cannot be
     * read; -n = the first n have been overwritten. Reading again must give the same bytes. */
    int16_t (*read_records)(void *user, uint8_t log, uint64_t first, uint16_t count, uint8_t *out);
    /* How many Blocks a record has (clause 8.16); NULL = none has any. They are sent before the record itself. */
    uint16_t (*blocks)(void *user, uint8_t log, uint64_t sequence);
    /* Reads the content of part 1 to n: sets its kind and answers its bytes, the same ones each time. */
    uint16_t (*read_block)(void *user, uint8_t log, uint64_t sequence, uint16_t part, uint8_t *kind, uint8_t *out, uint16_t room);
    /* A numbered message of the firmware's own (DockHealth, Undocked, ClockReading ...) that waits to be sent: sets type and id and
     * answers 1, each at most once a session until tt_news says what became of it. NULL = none. */
    int (*statement)(void *user, uint8_t *type, uint64_t *id);
    /* Writes its payload with tt_write. Called again for a repeat: the bytes must be the same. Answers them, or 0. The 16 bytes before
     * the payload are free, so that a label can stand there while it is signed. */
    uint16_t (*write_statement)(void *user, uint8_t type, uint64_t id, uint8_t *payload, uint16_t room);
    void (*tell)(void *user, const struct tt_news *news); /* NULL = not told */
} tt_port;

enum {
    TT_NEWS_OPEN,       /* message = tt_welcome */
    TT_NEWS_CLOSED,     /* reason; it will be opened again by itself; what was not dealt with is to be said again */
    TT_NEWS_STOPPED,    /* reason, detail: a person is needed; tt_dock_start begins again */
    TT_NEWS_DEALT_WITH, /* type, log, id, count, verdict, action, reason, detail: durable, or refused for good */
    TT_NEWS_LOG_SENT,   /* log: all that was wanted has been dealt with; its receipt follows */
    TT_NEWS_MESSAGE     /* type, message: a verified Receipt, NonceGrant, ConsistencyProof */
};

typedef struct tt_news {
    const void *message;
    uint64_t id; /* first sequence, or the statement's id */
    uint32_t detail;
    uint16_t reason;
    uint16_t count;
    uint8_t what;
    uint8_t type;
    uint8_t log;
    uint8_t verdict;
    uint8_t action;
} tt_news;

/* ---- the context: everything between two calls; its fields are nobody else's business ---- */
enum { TT_WANTS_KEPT = 8 }; /* of the 16 a Want may have: the rest is asked for again by a new Docked */

typedef struct tt_slot {
    uint64_t id;
    uint32_t number; /* of the frame; 0 = free */
    uint32_t sent_ms;
    uint16_t count; /* records, or the part of a Block */
    uint16_t bytes; /* of the frame */
    uint8_t type;
    uint8_t log;
    uint8_t flags;
    uint8_t sent; /* how often, up to 255 */
} tt_slot;

typedef struct tt_dock { /* small and often used first: the nearer a field, the shorter the code that reaches it */
    uint8_t state;
    uint8_t step; /* bits */
    uint8_t log;  /* being offered or sent */
    uint8_t want_total;
    uint8_t tries;
    uint16_t rx_fill;
    uint16_t tx_at;
    uint16_t tx_end;
    uint16_t payload_bytes_max;
    uint16_t credit_frames;
    uint16_t block_at; /* records of the next batch whose Blocks have been sent */
    uint16_t block_part;
    uint16_t goodbye; /* reason to send, 0 = none */
    uint32_t session;
    uint32_t next_frame;
    uint32_t credit_bytes;
    uint32_t credit_ms; /* when it came */
    uint32_t docked;    /* logs, a bit each */
    uint32_t to_offer; /* of those, not yet answered by a Want */
    uint32_t due_ms;   /* next Hello; in a session next Docked */
    uint32_t hold_ms;
    uint32_t heard_ms;
    uint32_t beat_ms;
    uint32_t smoothed_ms; /* of acks */
    const tt_port *port;
    void *user;
    uint8_t *tx;
    uint8_t *rx;
    const tt_identity *who;
    uint64_t connection_id;
    tt_clock_echo echo; /* before the session: the clocks of the Hello, and in place of the rest the nonce of the Challenge */
    uint32_t want_count[TT_WANTS_KEPT];
    uint64_t want_first[TT_WANTS_KEPT];
    tt_slot window[TT_WINDOW_FRAMES];
} tt_dock;

/* rx holds TT_RX_BYTES, tx TT_TX_BYTES. Everything handed in stays valid as long as the dock. */
void tt_dock_init(tt_dock *dock, const tt_port *port, void *user, const tt_identity *who, uint8_t *rx, uint8_t *tx);
void tt_dock_start(tt_dock *dock);
/* Takes bytes as they come off the line, in any pieces. */
void tt_dock_receive(tt_dock *dock, const uint8_t *bytes, size_t count);
/* Sends what is due; answers 1 while bytes wait for room to be sent. To be called when bytes came, when room to send came, when
 * something happened, and at least every 100 ms. */
int tt_dock_step(tt_dock *dock);
/* A log is there to be offered, or to be offered again (its held ranges changed, a receipt was lost). */
void tt_dock_insert(tt_dock *dock, uint8_t log);
void tt_dock_remove(tt_dock *dock, uint8_t log);
/* Says goodbye and stops, reason 76 or 82. */
void tt_dock_stop(tt_dock *dock, uint16_t reason);

#ifdef __cplusplus
}
#endif
#endif
