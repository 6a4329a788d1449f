/* One burst to all its streams: written, protected and sent, without Python and its lock. */
#ifndef LIVESHOW_SEND_H
#define LIVESHOW_SEND_H

#include "media.h"

enum {
    MAX_THREADS = 64,
    STREAMS_PER_THREAD = 32, /* fewer are not worth waking another thread */
    SEND_WAIT_US = 2000       /* that one burst waits for room in the socket */
};

/* A stream and what it got of a burst. */
struct member {
    struct stream *stream;
    size_t got; /* position of the first packet that did not go; all: their number */
};

struct burst {
    const struct packet *packets;
    size_t count;
    struct member *members;
    size_t member_count;
    int fd;            /* -1: everything goes nowhere */
    bool gso;         /* the system knows UDP_SEGMENT */
    uint64_t deadline; /* µs of the monotonic clock, until which to wait for room; 0: not */
    int32_t original;  /* of a packet of RTX its former sequence, else -1 */
    unsigned int threads;
};

struct totals {
    uint64_t datagrams, bytes, calls, errors;
    uint64_t cut, refused; /* runs that the system cut, and that it would not */
};

/* The buffers of one thread. */
struct worker;

struct worker *worker_new(void); /* NULL: no memory */
void worker_free(struct worker *worker);
EVP_MD_CTX *worker_scratch(struct worker *worker);

/* Serve the members whose paths belong to thread `share` of `burst->threads`.
 *
 * What a thread touches of a stream or path, no other one does. A packet counts as sent when
 * the system took it, or refused it for another reason than want of room (`errors`). One that
 * found no room was seen by nobody: it may be protected again with other times in its
 * extensions, and its transport-wide number goes to the next packet. */
void worker_run(struct worker *worker, const struct burst *burst, unsigned int share);

/* Count packets that nobody gets as sent: whoever vanished costs next to nothing. `original` as
 * in struct burst. */
void stream_discard(struct stream *stream, const struct packet *packets, size_t count,
                 int32_t original, struct totals *totals);

/* Add what the worker counted to `totals` and begin again at zero. */
void worker_count(struct worker *worker, struct totals *totals);

#endif
