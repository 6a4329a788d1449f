#include "media.h"

#include "bytes.h"

#include <string.h>
#include <time.h>

uint64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint32_t stream_clock(const struct stream *stream)
{
    if (stream->extensions.abs_send_time == 0)
        return 0;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint32_t fraction = (uint32_t)(((uint64_t)now.tv_nsec << 18) / 1000000000);
    return ((uint32_t)now.tv_sec & 63) << 18 | fraction;
}

/* Whether the stream carries the dependency descriptor of a packet. */
static bool describes(const struct extensions *e, const struct packet *packet)
{
    return e->dependency_descriptor != 0 && packet->descriptor_size != 0;
}

/* Whether elements have the two-byte form (RFC 8285 §4.3): the other one holds 16 bytes. */
static bool is_wide(const struct extensions *e, const struct packet *packet)
{
    return describes(e, packet) && packet->descriptor_size > 16;
}

/* Write the head of an element; return where its `size` bytes are to be. */
static uint8_t *element(uint8_t *at, uint8_t id, size_t size, bool wide)
{
    if (!wide) {
        *at = (uint8_t)((size_t)id << 4 | (size - 1));
        return at + 1;
    }
    at[0] = id;
    at[1] = (uint8_t)size;
    return at + 2;
}

/* Write the elements of a header extension. Returns the bytes written, 0 without an element. */
static size_t write_extensions(struct stream *stream, const struct packet *packet, uint32_t clock,
                               uint8_t *out)
{
    const struct extensions *e = &stream->extensions;
    bool wide = is_wide(e, packet);
    uint8_t *at = out + 4;
    if (e->mid_size > 0) {
        size_t size = e->mid_size - 1u;
        at = element(at, e->mid[0] >> 4, size, wide);
        memcpy(at, e->mid + 1, size);
        at += size;
    }
    if (e->abs_send_time != 0) {
        at = element(at, e->abs_send_time, 3, wide);
        put24(at, clock);
        at += 3;
    }
    if (e->transport_cc != 0) {
        at = element(at, e->transport_cc, 2, wide);
        put16(at, (uint32_t)stream->path->number++);
        at += 2;
    }
    if (e->playout_delay != 0 && packet->playout_delay >= 0) {
        at = element(at, e->playout_delay, 3, wide);
        put24(at, (uint32_t)packet->playout_delay);
        at += 3;
    }
    if (e->video_orientation != 0 && packet->orientation >= 0) {
        at = element(at, e->video_orientation, 1, wide);
        *at++ = (uint8_t)packet->orientation;
    }
    if (describes(e, packet)) {
        at = element(at, e->dependency_descriptor, packet->descriptor_size, wide);
        memcpy(at, packet->descriptor, packet->descriptor_size);
        /* frame_number, after a byte of flags and the template's id */
        put16(at + 1, ((uint32_t)at[1] << 8 | at[2]) + stream->frame_offset);
        at += packet->descriptor_size;
    }
    if (at == out + 4)
        return 0;
    while ((at - out) % 4 != 0)
        *at++ = 0;
    put16(out, wide ? 0x1000 : 0xBEDE);
    put16(out + 2, (uint32_t)(at - out) / 4 - 1);
    return (size_t)(at - out);
}

/* Write picture id (RFC 7741 §4.2, RFC 9628 §4.2) and TL0PICIDX as this stream counts them. */
static void patch(const struct stream *stream, const struct packet *packet, uint8_t *payload)
{
    if (packet->picture_at >= 0) {
        uint8_t *at = payload + packet->picture_at;
        if (packet->picture_bits == 15) {
            uint32_t old = (uint32_t)at[0] << 8 | at[1];
            put16(at, (old & 0x8000) | ((old + stream->picture_offset) & 0x7FFF));
        } else {
            *at = (uint8_t)((*at & 0x80) | ((*at + stream->picture_offset) & 0x7F));
        }
    }
    if (packet->tl0_at >= 0)
        payload[packet->tl0_at] = (uint8_t)(payload[packet->tl0_at] + stream->tl0_offset);
}

size_t packet_write(struct stream *stream, const struct packet *packet, int64_t sequence,
                    int32_t original, uint32_t clock, EVP_MD_CTX *scratch, uint8_t *out)
{
    size_t extensions = write_extensions(stream, packet, clock, out + 12);
    size_t head = 12 + extensions, size = packet->size;
    uint8_t padding = original < 0 ? packet->padding : 0;
    out[0] = (uint8_t)(0x80 | (extensions ? 0x10 : 0) | (padding ? 0x20 : 0));
    out[1] = stream->payload_type | packet->marker;
    put16(out + 2, (uint32_t)sequence);
    put32(out + 4, packet->timestamp + stream->timestamp_offset);
    put32(out + 8, stream->ssrc);

    const uint8_t *plain = packet->payload;
    bool patched = (packet->picture_at >= 0 && stream->picture_offset != 0)
                   || (packet->tl0_at >= 0 && stream->tl0_offset != 0);
    if (patched || padding || original >= 0) {
        uint8_t *at = out + head;
        plain = at;
        if (original >= 0) {
            put16(at, (uint32_t)original);
            at += 2;
        }
        if (size > 0)
            memcpy(at, packet->payload, size);
        if (patched)
            patch(stream, packet, at);
        at += size;
        if (padding) {
            memset(at, 0, padding - 1u);
            at += padding;
            at[-1] = padding;
        }
        size = (size_t)(at - plain);
    }
    return srtp_protect(&stream->path->srtp, scratch, out, head, plain, size, stream->ssrc,
                        (uint64_t)sequence);
}

/* The number of bytes that write_extensions() would write. */
static size_t extensions_size(const struct extensions *e, const struct packet *packet)
{
    size_t head = is_wide(e, packet) ? 2 : 1;
    size_t elements = (e->mid_size > 0 ? e->mid_size - 1u + head : 0)
                      + (e->abs_send_time != 0 ? 3 + head : 0)
                      + (e->transport_cc != 0 ? 2 + head : 0)
                      + (e->playout_delay != 0 && packet->playout_delay >= 0 ? 3 + head : 0)
                      + (e->video_orientation != 0 && packet->orientation >= 0 ? 1 + head : 0)
                      + (describes(e, packet) ? packet->descriptor_size + head : 0);
    return elements == 0 ? 0 : 4 + (elements + 3) / 4 * 4;
}

void packet_discard(struct stream *stream, const struct packet *packet, int64_t sequence,
                 int32_t original, uint64_t now)
{
    struct path *path = stream->path;
    uint64_t number = path->number;
    size_t octets = packet->size + (original >= 0 ? 2u : 0u), size = 0;
    if (stream->extensions.transport_cc != 0) {
        path->number++;
        size = 12 + extensions_size(&stream->extensions, packet) + octets
               + (original >= 0 ? 0u : packet->padding) + srtp_tag(&path->srtp);
    }
    stream_sent(stream, sequence, octets, number, now, size);
}

void stream_sent(struct stream *stream, int64_t sequence, size_t octets, uint64_t number,
                 uint64_t now, size_t size)
{
    stream->packets++;
    stream->octets += octets;
    if (sequence >= stream->next)
        stream->next = sequence + 1;
    struct history *history = stream->path->history;
    if (stream->extensions.transport_cc != 0 && history != NULL) {
        size_t at = number % HISTORY;
        history->low[at] = (uint32_t)now;
        history->high[at] = (uint16_t)(now >> 32);
        history->size[at] = (uint16_t)size;
    }
}
