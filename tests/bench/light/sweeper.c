/* Empties the sockets of many viewers and counts RTP by its clear header (RFC 3550 §5.1).
 *
 * All state lies in memory that Python allocated with the same layout (sweeper.py); Python
 * reads it between two calls. Nothing is decrypted. What is not RTP is handed back.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
    BATCH = 32,
    MAX_RUN = 65536,    /* bytes of one run of datagrams (UDP_GRO) */
    MAX_CONTROL = 2048, /* bytes of a datagram that is handed back */
    RECENT = 2048,      /* sequence numbers in which a repetition is noticed */
    DELAYS = 4096,      /* samples of one viewer */
    FRAMES = 1024,      /* frames that are remembered */
    AUDIO = 0,
    VIDEO = 1,
    KINDS = 2,
};

typedef struct {
    uint32_t ssrc;
    int32_t payload_type;
    int64_t highest; /* sequence number, extended; -1: none yet */
    uint64_t packets, bytes, repeated;
    int64_t lost; /* numbers passed over that have not come */
    uint64_t in_window; /* packets of the frames between `from` and `to` */
    uint32_t offset; /* of its timestamps from the publisher's, once `aligned` */
    uint32_t aligned;
    uint32_t timestamp; /* of the packet with the highest number */
    uint32_t reserved;
    uint8_t recent[RECENT / 8];
} Stream;

typedef struct {
    int32_t fd; /* -1: gone */
    uint32_t delays;
    Stream streams[KINDS];
    uint64_t others, other_bytes; /* RTX, and what else has no payload type of ours */
    uint64_t runs;                /* calls' worth of datagrams: what UDP_GRO left of them */
    uint32_t overflowed;          /* datagrams that this socket had no room for */
    uint32_t errors;
    int64_t first_ns, first_video_ns; /* arrival of the first packet, 0: none yet */
    int32_t delay[DELAYS];            /* microseconds from publication to arrival */
} Viewer;

typedef struct {
    uint32_t timestamp;
    int32_t last_viewer; /* who got the last packet of it so far */
    int64_t published_ns, last_ns;
} Frame;

typedef struct {
    uint32_t ticks[KINDS];              /* of the RTP clock from one frame to the next */
    uint32_t from[KINDS], to[KINDS];    /* the window: frame numbers, `to` not included */
    uint32_t newest[KINDS];             /* frame that was published last */
    uint32_t viewers, next;             /* how many there are, where the next call begins */
    Frame frames[KINDS][FRAMES];
} Sweeper;

const uint64_t layout[] = {sizeof(Stream), sizeof(Viewer), sizeof(Frame), sizeof(Sweeper)};

static uint8_t buffers[BATCH][MAX_RUN];

/* Notes a sequence number; false when it had been there, or is too old to tell. */
static int is_new(Stream *stream, int64_t sequence) {
    uint8_t *byte = &stream->recent[(sequence % RECENT) / 8], bit = 1 << (sequence % 8);
    if (sequence > stream->highest) {
        int64_t at = stream->highest + 1;
        stream->lost += sequence - at;
        if (sequence - at >= RECENT) at = sequence - RECENT + 1;
        for (; at <= sequence; at++) stream->recent[(at % RECENT) / 8] &= ~(1 << (at % 8));
        stream->highest = sequence;
    } else if (sequence + RECENT <= stream->highest || *byte & bit) {
        return 0;
    } else {
        stream->lost--;
    }
    *byte |= bit;
    return 1;
}

static Frame *find(Sweeper *sweeper, int kind, uint32_t timestamp) {
    Frame *frame = &sweeper->frames[kind][timestamp / sweeper->ticks[kind] % FRAMES];
    return frame->published_ns && frame->timestamp == timestamp ? frame : NULL;
}

/* Which frame a packet is of. Most servers keep timestamps. Where one does not, the first packet
 * of a stream, and the first after a jump, is taken to be of the frame that was published last
 * before it came. */
static Frame *find_of(Sweeper *sweeper, Stream *stream, int kind, uint32_t timestamp,
                      int64_t arrival) {
    Frame *frame = find(sweeper, kind, timestamp);
    if (frame) return frame;
    if (stream->aligned) {
        frame = find(sweeper, kind, timestamp - stream->offset);
        if (frame && frame->published_ns <= arrival) return frame;
        stream->aligned = 0; /* no such frame, or not yet */
    }
    for (uint32_t back = 0; back < FRAMES / 2 && back <= sweeper->newest[kind]; back++) {
        frame = &sweeper->frames[kind][(sweeper->newest[kind] - back) % FRAMES];
        if (!frame->published_ns || frame->published_ns > arrival) continue;
        stream->offset = timestamp - frame->timestamp;
        stream->aligned = 1;
        return frame;
    }
    return NULL;
}

static void count_delay(Sweeper *sweeper, Viewer *viewer, int number, int kind,
                        uint32_t timestamp, int64_t arrival) {
    Frame *frame = find_of(sweeper, &viewer->streams[kind], kind, timestamp, arrival);
    if (!frame) return;
    uint32_t frame_number = frame->timestamp / sweeper->ticks[kind];
    if (frame_number < sweeper->from[kind] || frame_number >= sweeper->to[kind]) return;
    viewer->streams[kind].in_window++;
    if (arrival > frame->last_ns) {
        frame->last_ns = arrival;
        frame->last_viewer = number;
    }
    if (viewer->delays < DELAYS)
        viewer->delay[viewer->delays++] = (arrival - frame->published_ns) / 1000;
}

static void count(Sweeper *sweeper, Viewer *viewer, int number, const uint8_t *data,
                  size_t size, int64_t arrival) {
    int payload_type = data[1] & 0x7f, kind;
    uint16_t short_sequence = data[2] << 8 | data[3];
    uint32_t timestamp = (uint32_t)data[4] << 24 | data[5] << 16 | data[6] << 8 | data[7];
    uint32_t ssrc = (uint32_t)data[8] << 24 | data[9] << 16 | data[10] << 8 | data[11];
    for (kind = 0; kind < KINDS; kind++)
        if (viewer->streams[kind].payload_type == payload_type) break;
    if (kind == KINDS) {
        viewer->others++;
        viewer->other_bytes += size;
        return;
    }
    Stream *stream = &viewer->streams[kind];
    int64_t sequence = short_sequence + 65536; /* room for one that comes before the first */
    if (stream->highest >= 0 && stream->ssrc == ssrc) {
        sequence = stream->highest + (int16_t)(short_sequence - (uint16_t)stream->highest);
    } else {
        stream->ssrc = ssrc;
        stream->highest = sequence - 1;
        stream->aligned = 0;
        memset(stream->recent, 0, sizeof stream->recent);
    }
    int next = sequence == stream->highest + 1;
    if (!is_new(stream, sequence)) {
        stream->repeated++;
        return;
    }
    if (next) {
        /* Without a gap time goes on by one frame at most, unless the server moved it. */
        uint32_t passed = timestamp - stream->timestamp;
        if (passed != 0 && passed != sweeper->ticks[kind]) stream->aligned = 0;
    }
    if (sequence == stream->highest) stream->timestamp = timestamp;
    stream->packets++;
    stream->bytes += size;
    if (!viewer->first_ns) viewer->first_ns = arrival;
    if (kind == VIDEO && !viewer->first_video_ns) viewer->first_video_ns = arrival;
    count_delay(sweeper, viewer, number, kind, timestamp, arrival);
}

static void read_ancillary(struct msghdr *header, Viewer *viewer, size_t *segment,
                           int64_t *arrival) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int value;
            memcpy(&value, CMSG_DATA(c), sizeof value);
            if (value > 0) *segment = value;
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
            struct timespec stamp;
            memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
            *arrival = stamp.tv_sec * 1000000000LL + stamp.tv_nsec;
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
            memcpy(&viewer->overflowed, CMSG_DATA(c), sizeof viewer->overflowed);
        }
    }
}

static struct mmsghdr messages[BATCH];
static struct iovec vectors[BATCH];
static uint8_t ancillary[BATCH][128] __attribute__((aligned(16)));

static void prepare(int count) {
    for (int i = 0; i < count; i++) {
        vectors[i] = (struct iovec){buffers[i], MAX_RUN};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_control = ancillary[i];
        messages[i].msg_hdr.msg_controllen = sizeof ancillary[i];
    }
}

/* Reads one batch; returns how many bytes of `control` it used. */
static size_t empty(Sweeper *sweeper, Viewer *viewer, int number, uint8_t *control, size_t room) {
    size_t used = 0;
    /* Who is far behind goes on in the next sweep. */
    int got = recvmmsg(viewer->fd, messages, BATCH, MSG_DONTWAIT, NULL);
    if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK) viewer->errors++;
    for (int i = 0; i < got; i++) {
        size_t size = messages[i].msg_len, segment = size;
        int64_t arrival = 0;
        read_ancillary(&messages[i].msg_hdr, viewer, &segment, &arrival);
        viewer->runs++;
        for (size_t at = 0; at < size; at += segment) {
            const uint8_t *data = buffers[i] + at;
            size_t length = size - at < segment ? size - at : segment;
            uint32_t head[2] = {number, length};
            /* RTP, and not RTCP: RFC 7983 §7, RFC 5761 §4. */
            if (length >= 12 && data[0] >> 6 == 2 && (data[1] < 192 || data[1] > 223)) {
                count(sweeper, viewer, number, data, length, arrival);
            } else if (length <= MAX_CONTROL && used + sizeof head + length <= room) {
                memcpy(control + used, head, sizeof head);
                memcpy(control + used + sizeof head, data, length);
                used += sizeof head + length;
            } else {
                viewer->errors++;
            }
        }
    }
    prepare(got);
    return used;
}

/* Reads a batch of each socket, or of as many as `control` has room for: then `next` is not 0.
 *
 * Returns the bytes written to `control`: viewer and length, 32 bits each, and the datagram. */
size_t sweep(Sweeper *sweeper, Viewer *viewers, uint8_t *control, size_t room) {
    size_t used = 0;
    if (!messages[0].msg_hdr.msg_iov) prepare(BATCH);
    for (; sweeper->next < sweeper->viewers; sweeper->next++) {
        Viewer *viewer = &viewers[sweeper->next];
        if (room - used < MAX_RUN) return used;
        if (viewer->fd >= 0)
            used += empty(sweeper, viewer, sweeper->next, control + used, room - used);
    }
    sweeper->next = 0;
    return used;
}

static int compare(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Writes to `out`, in order, how much later than that viewer's earliest each packet of the
 * window came, microseconds; returns how many there are. `out` has room for all. */
size_t added_delays(const Viewer *viewers, uint32_t count, int32_t *out) {
    size_t all = 0;
    for (uint32_t n = 0; n < count; n++) {
        int32_t least = INT32_MAX;
        for (uint32_t i = 0; i < viewers[n].delays; i++)
            if (viewers[n].delay[i] < least) least = viewers[n].delay[i];
        for (uint32_t i = 0; i < viewers[n].delays; i++) out[all++] = viewers[n].delay[i] - least;
    }
    qsort(out, all, sizeof *out, compare);
    return all;
}
