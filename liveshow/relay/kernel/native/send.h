/* Writes, protects and sends one burst to all its streams, without Python and the GIL. */
#ifndef LIVESHOW_SEND_H
#define LIVESHOW_SEND_H

#include "media.h"

enum {
    MAX_THREADS = 64,
    STREAMS_PER_THREAD = 32, /* streams that are worth waking another thread */
    SEND_WAIT_US = 2000      /* µs that one burst waits for room in the socket at most */
};

/* A stream and the packets of a burst that it got. */
struct member {
    struct stream *stream;
    size_t got; /* position of the first packet not sent; the number of all if there is none */
};

struct burst {
    const struct packet *packets;
    size_t count;
    struct member *members;
    size_t member_count;
    int fd;            /* -1: all packets go nowhere */
    bool gso;          /* the system knows UDP_SEGMENT */
    uint64_t deadline; /* µs of the monotonic clock, end of waiting for room; 0: no waiting */
    int32_t original;  /* for RTX the sequence of the first sending, else -1 */
    unsigned int threads;
};

struct totals {
    uint64_t datagrams, bytes, calls, errors;
    uint64_t cut, refused; /* messages that the system segmented, and that it refused to */
};

/* The buffers of one thread. */
struct worker;

struct worker *worker_new(void); /* NULL: no memory */
void worker_free(struct worker *worker);
EVP_MD_CTX *worker_scratch(struct worker *worker);

/* Serve the members whose paths belong to thread `share` of `burst->threads`.
 *
 * Each stream and path is touched by one thread only. A packet counts as sent when the system took
 * it, or refused it for another reason than want of room (`errors`). A packet that found no room
 * never left: it may be protected again with other times in its extensions, and its transport-wide
 * number goes to the next packet. */
void worker_run(struct worker *worker, const struct burst *burst, unsigned int share);

/* Count packets that go nowhere as sent: a viewer that vanished costs next to nothing. `original`
 * as in struct burst. */
void stream_discard(struct stream *stream, const struct packet *packets, size_t count,
                 int32_t original, struct totals *totals);

/* Add the worker's counters to `totals` and reset them. */
void worker_count(struct worker *worker, struct totals *totals);

#endif
