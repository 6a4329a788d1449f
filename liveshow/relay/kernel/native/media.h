/* Paths, streams and packets of the kernel, without Python. */
#ifndef LIVESHOW_MEDIA_H
#define LIVESHOW_MEDIA_H

#include "srtp.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum {
    MAX_MID = 14,
    MAX_HEAD = 12 + 32, /* bytes of a header with all extensions but the dependency descriptor */
    /* Bytes that the descriptor takes in a header beside its own: every element is a byte longer
     * in the two-byte form, and the end is aligned. */
    DESCRIPTOR_HEAD = 12,
    MAX_DESCRIPTOR = 255,
    /* Bytes that fit into a frame of Ethernet with UDP over IPv6. */
    MAX_PACKET = 1500 - 40 - 8,
    MAX_PAYLOAD = MAX_PACKET - MAX_HEAD - 2 - SRTP_TRAILER,
    MAX_STREAMS = 64, /* that one path makes in its life */
    HISTORY = 2048    /* transport-wide numbers that are remembered */
};

#define WINDOW 1024 /* packets before the newest one that may be sent again */
#define REACH 32768 /* sequences; one this far ahead is taken for one behind: RFC 3711 §3.3.1 */
#define NEVER ((int64_t)1 << 62)

/* One packet of a track, read and checked once for a burst. Python owns the payload. */
struct packet {
    int64_t index;
    const uint8_t *payload;
    uint32_t timestamp;
    uint16_t size;
    uint8_t marker; /* 0x80 or 0: the bit in the second byte of the header */
    uint8_t padding;
    int32_t playout_delay; /* -1: none */
    int16_t orientation;
    int16_t picture_at, tl0_at;
    uint8_t picture_bits;
    const uint8_t *descriptor; /* of AV1's dependencies; Python owns it */
    uint8_t descriptor_size;   /* 0: none, else at least 3 */
};

/* Send times and sizes of the last packets, by transport-wide number. 16 KiB. */
struct history {
    uint32_t low[HISTORY]; /* µs */
    uint16_t high[HISTORY];
    uint16_t size[HISTORY];
};

enum destination { NOWHERE, ADDRESS, CALLABLE };

struct path {
    struct srtp srtp;
    uint64_t number; /* the next transport-wide number, not wrapped */
    struct history *history;
    unsigned int id; /* decides which thread serves the path */
    enum destination destination;
    bool plain; /* the path refused segmentation and gets single datagrams */
    socklen_t address_size; /* 0: the address that the socket is connected to */
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
};

/* Ids of header extensions (RFC 8285); 0: the stream does not carry it. */
struct extensions {
    uint8_t mid[1 + MAX_MID]; /* the whole element */
    uint8_t mid_size;
    uint8_t abs_send_time, transport_cc, playout_delay, video_orientation;
    uint8_t dependency_descriptor;
};

struct stream {
    struct path *path;
    int64_t next;
    uint64_t packets, octets;
    int64_t first, sequence_offset;
    uint32_t ssrc, timestamp_offset;
    uint16_t picture_offset, frame_offset;
    uint8_t tl0_offset, payload_type;
    struct extensions extensions;
};

/* Write a packet of `stream` at `out`, where there are MAX_PACKET bytes, and protect it.
 *
 * `original`: for RTX the sequence of the first sending, else -1. `clock`: abs-send-time.
 * Takes the next transport-wide number if the stream carries them. Returns the size, 0 when
 * OpenSSL failed. */
size_t packet_write(struct stream *stream, const struct packet *packet, int64_t sequence,
                    int32_t original, uint32_t clock, EVP_MD_CTX *scratch, uint8_t *out);

/* Count a packet that goes nowhere as sent at `now` (µs): it is numbered and remembered with the
 * size that it would have had, but not written. `original` as above. */
void packet_discard(struct stream *stream, const struct packet *packet, int64_t sequence,
                 int32_t original, uint64_t now);

/* 6.18 fixed-point seconds, 0 when the stream does not carry them. */
uint32_t stream_clock(const struct stream *stream);

/* Whether a receiver whose newest sequence is `highest` can place `sequence`. */
static inline bool in_reach(int64_t sequence, int64_t highest)
{
    return sequence >= 0 && sequence > highest - WINDOW && sequence < highest + REACH;
}

/* Count a packet as sent at `now` (µs), with `number` if the stream carries numbers. */
void stream_sent(struct stream *stream, int64_t sequence, size_t octets, uint64_t number,
                 uint64_t now, size_t size);

/* The time of the monotonic clock in µs. */
uint64_t monotonic_us(void);

#endif
