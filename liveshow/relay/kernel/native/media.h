/* Paths, streams and packets as the kernel works with them, without a word of Python. */
#ifndef LIVESHOW_MEDIA_H
#define LIVESHOW_MEDIA_H

#include "srtp.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum {
    MAX_MID = 14,
    MAX_HEAD = 12 + 32, /* a header and all extensions that there are */
    /* Bytes, padding included: even one sent again is a frame of Ethernet, with UDP over IPv6. */
    MAX_PACKET = 1500 - 40 - 8,
    MAX_PAYLOAD = MAX_PACKET - MAX_HEAD - 2 - SRTP_TRAILER,
    MAX_STREAMS = 64, /* of one path, in its life */
    HISTORY = 2048    /* transport-wide numbers that are remembered */
};

#define WINDOW 1024 /* packets before the newest that may be sent again */
#define REACH 32768 /* RFC 3711 §3.3.1: one so far ahead is taken for one behind */
#define NEVER ((int64_t)1 << 62)

/* One packet of a track, read and checked once for a burst. The payload is Python's. */
struct packet {
    int64_t index;
    const uint8_t *payload;
    uint32_t timestamp;
    uint16_t size;
    uint8_t marker; /* 0x80 or 0, as the second byte of the header has it */
    uint8_t padding;
    int32_t playout_delay; /* -1: nothing */
    int16_t orientation;
    int16_t picture_at, tl0_at;
    uint8_t picture_bits;
};

/* When the last packets went, and how long they were, by transport-wide number. 16 KiB. */
struct history {
    uint32_t low[HISTORY]; /* µs */
    uint16_t high[HISTORY];
    uint16_t size[HISTORY];
};

enum destination { NOWHERE, ADDRESS, CALLABLE };

struct path {
    struct srtp srtp;
    uint64_t number; /* the next transport-wide one, not wrapped */
    struct history *history;
    unsigned int id; /* says which thread it belongs to */
    enum destination destination;
    bool plain; /* the way to the address refuses to cut */
    socklen_t address_size; /* 0: where the socket is connected to */
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
};

/* RFC 8285; ids are 0 when the extension is not carried. */
struct extensions {
    uint8_t mid[1 + MAX_MID]; /* the whole element */
    uint8_t mid_size;
    uint8_t abs_send_time, transport_cc, playout_delay, video_orientation;
};

struct stream {
    struct path *path;
    int64_t next;
    uint64_t packets, octets;
    int64_t first, sequence_offset;
    uint32_t ssrc, timestamp_offset;
    uint16_t picture_offset;
    uint8_t tl0_offset, payload_type;
    struct extensions extensions;
};

/* Write a packet of `stream` at `out`, where there are MAX_PACKET bytes, and protect it.
 *
 * `original`: the sequence that it had, of a packet of RTX, else -1. `clock`: abs-send-time.
 * Takes the next transport-wide number if the stream carries them. Returns the size, 0 when
 * OpenSSL failed. */
size_t packet_write(struct stream *stream, const struct packet *packet, int64_t sequence,
                    int32_t original, uint32_t clock, EVP_MD_CTX *scratch, uint8_t *out);

/* Count a packet as sent at `now` (µs) that nobody gets: not written, only numbered, and
 * remembered with the size that it would have had. `original` as above. */
void packet_discard(struct stream *stream, const struct packet *packet, int64_t sequence,
                 int32_t original, uint64_t now);

/* 6.18 fixed-point seconds, 0 when the stream does not carry them. */
uint32_t stream_clock(const struct stream *stream);

/* Whether a receiver can place `sequence`, `highest` being the newest. */
static inline bool in_reach(int64_t sequence, int64_t highest)
{
    return sequence >= 0 && sequence > highest - WINDOW && sequence < highest + REACH;
}

/* Count a packet as sent, at `now` (µs), with `number` if it has one. */
void stream_sent(struct stream *stream, int64_t sequence, size_t octets, uint64_t number,
                 uint64_t now, size_t size);

/* The time of the monotonic clock in µs. */
uint64_t monotonic_us(void);

#endif
