#include "send.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* linux/udp.h, since 4.18 */
#endif

enum {
    ARENA = 128 << 10,      /* bytes of packets: well within the second-level cache */
    MAX_MESSAGES = 128,     /* of one call of sendmmsg */
    MAX_SEGMENTS = 64,      /* of one message: UDP_MAX_SEGMENTS of Linux */
    MAX_GSO_BYTES = 65000   /* of one message, less than the longest datagram */
};

/* One datagram, or several of one size (the last may be shorter) in one piece of memory (GSO). */
struct message {
    struct member *member;
    uint8_t *data;
    size_t from;     /* position of the first packet in the burst; the others follow at once */
    uint64_t number; /* transport-wide, of the first packet */
    uint32_t size;
    uint16_t segment, count;
};

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(uint16_t))];
};

struct worker {
    EVP_MD_CTX *scratch;
    size_t used, count;
    bool full; /* the socket is full and the waiting time used up */
    struct totals totals;
    struct message messages[MAX_MESSAGES];
    struct mmsghdr headers[MAX_MESSAGES];
    struct iovec pieces[MAX_MESSAGES];
    union control controls[MAX_MESSAGES];
    uint8_t arena[ARENA];
};

struct worker *worker_new(void)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker != NULL && (worker->scratch = EVP_MD_CTX_new()) == NULL) {
        free(worker);
        return NULL;
    }
    return worker;
}

void worker_free(struct worker *worker)
{
    if (worker != NULL)
        EVP_MD_CTX_free(worker->scratch);
    free(worker);
}

EVP_MD_CTX *worker_scratch(struct worker *worker)
{
    return worker->scratch;
}

void worker_count(struct worker *worker, struct totals *totals)
{
    const struct totals *more = &worker->totals;
    totals->datagrams += more->datagrams;
    totals->bytes += more->bytes;
    totals->calls += more->calls;
    totals->errors += more->errors;
    totals->cut += more->cut;
    totals->refused += more->refused;
    memset(&worker->totals, 0, sizeof worker->totals);
}

static uint32_t piece_size(const struct message *message, size_t piece)
{
    uint32_t before = (uint32_t)piece * message->segment;
    uint32_t left = message->size - before;
    return left < message->segment ? left : message->segment;
}

/* Count the packets of a message from `piece` on as sent. */
static void account(const struct burst *burst, const struct message *message, size_t piece,
                    size_t count, uint64_t now)
{
    struct stream *stream = message->member->stream;
    for (size_t i = piece; i < piece + count; i++) {
        const struct packet *packet = &burst->packets[message->from + i];
        bool again = burst->original >= 0;
        int64_t sequence = again ? stream->next : packet->index + stream->sequence_offset;
        stream_sent(stream, sequence, packet->size + (again ? 2u : 0u), message->number + i, now,
                    piece_size(message, i));
    }
}

/* Wait for room in the socket; false when the waiting time is used up. */
static bool wait_for_room(const struct burst *burst)
{
    uint64_t now = burst->deadline ? monotonic_us() : 0;
    if (now >= burst->deadline)
        return false;
    struct pollfd poll = {.fd = burst->fd, .events = POLLOUT};
    struct timespec left = {.tv_nsec = (long)(burst->deadline - now) * 1000};
    (void)ppoll(&poll, 1, &left, NULL);
    return true;
}

/* Take back what was not sent: message `at` from `piece` on, and all messages after it. */
static void take_back(struct worker *worker, size_t at, size_t piece)
{
    for (size_t i = worker->count; i-- > at;) {
        struct message *message = &worker->messages[i];
        struct stream *stream = message->member->stream;
        size_t gone = i == at ? piece : 0;
        message->member->got = message->from + gone;
        if (stream->extensions.transport_cc != 0)
            stream->path->number = message->number + gone;
    }
    worker->full = true;
}

static bool refused(int error)
{
    return error == EIO || error == EINVAL || error == EMSGSIZE || error == ENOPROTOOPT
           || error == EOPNOTSUPP;
}

/* Send the datagrams of a message that was not segmented, one by one; return how many went. */
static size_t send_pieces(struct worker *worker, const struct burst *burst, size_t at)
{
    struct message *message = &worker->messages[at];
    struct msghdr *header = &worker->headers[at].msg_hdr;
    header->msg_control = NULL;
    header->msg_controllen = 0;
    for (size_t i = 0; i < message->count; i++) {
        worker->pieces[at].iov_base = message->data + i * message->segment;
        worker->pieces[at].iov_len = piece_size(message, i);
        for (;;) {
            worker->totals.calls++;
            if (sendmsg(burst->fd, header, MSG_DONTWAIT) >= 0) {
                worker->totals.datagrams++;
                worker->totals.bytes += worker->pieces[at].iov_len;
                break;
            }
            if (errno == EINTR)
                continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                worker->totals.errors++;
                break;
            }
            if (!wait_for_room(burst))
                return i;
        }
    }
    return message->count;
}

static void prepare(struct worker *worker, size_t at)
{
    const struct message *message = &worker->messages[at];
    struct path *path = message->member->stream->path;
    struct msghdr *header = &worker->headers[at].msg_hdr;
    worker->pieces[at].iov_base = message->data;
    worker->pieces[at].iov_len = message->size;
    memset(header, 0, sizeof *header);
    header->msg_name = path->address_size ? &path->address : NULL;
    header->msg_namelen = path->address_size;
    header->msg_iov = &worker->pieces[at];
    header->msg_iovlen = 1;
    if (message->count > 1) {
        header->msg_control = &worker->controls[at];
        header->msg_controllen = sizeof worker->controls[at];
        struct cmsghdr *control = CMSG_FIRSTHDR(header);
        control->cmsg_level = IPPROTO_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        memcpy(CMSG_DATA(control), &message->segment, sizeof message->segment);
    }
}

/* Count `count` messages from `at` on, which the system took. */
static void took(struct worker *worker, const struct burst *burst, size_t at, size_t count)
{
    uint64_t now = monotonic_us();
    for (size_t i = at; i < at + count; i++) {
        const struct message *message = &worker->messages[i];
        worker->totals.datagrams += message->count;
        worker->totals.bytes += message->size;
        worker->totals.cut += message->count > 1;
        account(burst, message, 0, message->count, now);
    }
}

/* Handle a message that the system refused; false when there is no room. */
static bool refused_message(struct worker *worker, const struct burst *burst, size_t at, int error)
{
    struct message *message = &worker->messages[at];
    size_t went = message->count;
    if (message->count > 1 && refused(error)) {
        message->member->stream->path->plain = true;
        worker->totals.refused++;
        went = send_pieces(worker, burst, at);
    } else {
        worker->totals.errors += message->count;
    }
    account(burst, message, 0, went, monotonic_us());
    if (went == message->count)
        return true;
    take_back(worker, at, went);
    return false;
}

/* Send all collected messages. */
static void flush(struct worker *worker, const struct burst *burst)
{
    for (size_t i = 0; i < worker->count; i++)
        prepare(worker, i);
    for (size_t at = 0; at < worker->count;) {
        worker->totals.calls++;
        int sent = sendmmsg(burst->fd, worker->headers + at, (unsigned int)(worker->count - at),
                            MSG_DONTWAIT);
        if (sent > 0) {
            took(worker, burst, at, (size_t)sent);
            at += (size_t)sent;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (wait_for_room(burst))
                continue;
            take_back(worker, at, 0);
            break;
        } else if (errno != EINTR) {
            if (!refused_message(worker, burst, at, errno))
                break;
            at++;
        }
    }
    worker->count = worker->used = 0;
}

/* Add the packet at the end of the arena to the open message or a new one; return the message
 * while it may grow. */
static struct message *collect(struct worker *worker, struct message *open, struct member *member,
                               size_t position, size_t size, uint64_t number)
{
    if (open == NULL || size > open->segment || open->count == MAX_SEGMENTS
        || open->size + size > MAX_GSO_BYTES) {
        open = &worker->messages[worker->count++];
        *open = (struct message){
            .member = member,
            .data = worker->arena + worker->used,
            .from = position,
            .number = number,
            .segment = (uint16_t)size,
        };
    }
    open->size += (uint32_t)size;
    open->count++;
    worker->used += size;
    return size == open->segment ? open : NULL;
}

void stream_discard(struct stream *stream, const struct packet *packets, size_t count,
                 int32_t original, struct totals *totals)
{
    bool again = original >= 0;
    int64_t highest = stream->next - 1;
    uint64_t now = stream->extensions.transport_cc != 0 ? monotonic_us() : 0;
    for (size_t i = 0; i < count; i++) {
        const struct packet *packet = &packets[i];
        int64_t sequence = again ? stream->next : packet->index + stream->sequence_offset;
        if (!again && packet->index < stream->first)
            continue;
        if (!again && !in_reach(sequence, highest)) {
            totals->errors++;
            continue;
        }
        if (sequence > highest)
            highest = sequence;
        packet_discard(stream, packet, sequence, original, now);
    }
}

static void serve(struct worker *worker, const struct burst *burst, struct member *member)
{
    struct stream *stream = member->stream;
    struct path *path = stream->path;
    bool again = burst->original >= 0;
    int64_t highest = stream->next - 1;
    uint32_t clock = stream_clock(stream);
    struct message *open = NULL;
    for (size_t i = 0; i < burst->count; i++) {
        const struct packet *packet = &burst->packets[i];
        int64_t sequence = again ? stream->next : packet->index + stream->sequence_offset;
        if (!again && packet->index < stream->first) {
            open = NULL;
            continue;
        }
        if (!again && !in_reach(sequence, highest)) {
            worker->totals.errors++;
            open = NULL;
            continue;
        }
        if (worker->used + MAX_PACKET > ARENA || worker->count == MAX_MESSAGES) {
            flush(worker, burst);
            open = NULL;
            if (member->got < burst->count)
                return;
        }
        if (worker->full) {
            member->got = i;
            return;
        }
        uint64_t number = path->number;
        size_t size = packet_write(stream, packet, sequence, burst->original, clock,
                                   worker->scratch, worker->arena + worker->used);
        if (size == 0) {
            path->number = number;
            worker->totals.errors++;
            open = NULL;
            continue;
        }
        if (sequence > highest)
            highest = sequence;
        open = collect(worker, open, member, i, size, number);
        if (!burst->gso || path->plain)
            open = NULL;
    }
}

void worker_run(struct worker *worker, const struct burst *burst, unsigned int share)
{
    worker->full = false;
    worker->used = worker->count = 0;
    for (size_t i = 0; i < burst->member_count; i++) {
        struct member *member = &burst->members[i];
        const struct path *path = member->stream->path;
        if (burst->threads > 1 && path->id % burst->threads != share)
            continue;
        if (path->destination == NOWHERE || burst->fd < 0)
            stream_discard(member->stream, burst->packets, burst->count, burst->original,
                        &worker->totals);
        else
            serve(worker, burst, member);
    }
    flush(worker, burst);
}
