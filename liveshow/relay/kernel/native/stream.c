/* Stream: one SSRC that is sent to one viewer. */
#include "module.h"

#include <stddef.h>

/* Reserve an SSRC: two streams with one key and SSRC might use a sequence twice. False with
 * ValueError. */
static bool ssrc_take(PathObject *path, uint32_t ssrc)
{
    bool taken = path->ssrc_count == MAX_STREAMS;
    for (size_t i = 0; i < path->ssrc_count; i++)
        taken = taken || path->ssrcs[i] == ssrc;
    if (taken)
        PyErr_Format(PyExc_ValueError, "a path has %d streams, each with another SSRC",
                     (int)MAX_STREAMS);
    else
        path->ssrcs[path->ssrc_count++] = ssrc;
    return !taken;
}

PyObject *stream_make(PathObject *path, PyObject *arguments)
{
    PyObject *ssrc_object, *first_object;
    int64_t ssrc, first;
    if (!PyArg_ParseTuple(arguments, "OO:stream", &ssrc_object, &first_object)
        || !integer_read(ssrc_object, "ssrc", 0, 0xFFFFFFFF, &ssrc)
        || !integer_read(first_object, "first_sequence", 0, (1 << 15) - 1, &first))
        return NULL;
    StreamObject *self = PyObject_GC_New(StreamObject, module_of((PyObject *)path)->stream);
    if (self == NULL)
        return NULL;
    if (!ssrc_take(path, (uint32_t)ssrc)) {
        PyTypeObject *type = Py_TYPE(self);
        PyObject_GC_Del(self);
        Py_DECREF(type);
        return NULL;
    }
    self->path = (PathObject *)Py_NewRef((PyObject *)path);
    self->stream = (struct stream){
        .path = &path->path,
        .ssrc = (uint32_t)ssrc,
        .next = first,
        .first = NEVER,
    };
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int stream_traverse(StreamObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->path);
    return 0;
}

/* No tp_clear: `stream.path` points into the path, so the reference must stay. Every cycle passes
 * through a callback or a group, which can be cleared. */
static void stream_dealloc(StreamObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_DECREF(self->path);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *stream_remap(StreamObject *self, PyObject *args, PyObject *named)
{
    static char *names[] = {"payload_type", "first", "sequence_offset", "timestamp_offset",
                            "picture_offset", "tl0_offset", "frame_offset", NULL};
    PyObject *type_object, *first_object, *sequence_object, *timestamp_object;
    PyObject *picture_object = NULL, *tl0_object = NULL, *frame_object = NULL;
    int64_t type, first, sequence;
    uint64_t timestamp, picture = 0, tl0 = 0, frame = 0;
    if (!PyArg_ParseTupleAndKeywords(args, named, "OOOO|OOO:remap", names, &type_object,
                                     &first_object, &sequence_object, &timestamp_object,
                                     &picture_object, &tl0_object, &frame_object)
        || !integer_read(type_object, "payload_type", 0, 127, &type)
        || !integer_read(first_object, "first", 1 - NEVER, NEVER - 1, &first)
        || !integer_read(sequence_object, "sequence_offset", 1 - NEVER, NEVER - 1, &sequence)
        || !low_bits_read(timestamp_object, &timestamp)
        || (picture_object != NULL && !low_bits_read(picture_object, &picture))
        || (tl0_object != NULL && !low_bits_read(tl0_object, &tl0))
        || (frame_object != NULL && !low_bits_read(frame_object, &frame))
        || !kernel_idle(self->path->kernel))
        return NULL;
    struct stream *stream = &self->stream;
    stream->payload_type = (uint8_t)type;
    stream->first = first;
    stream->sequence_offset = sequence;
    stream->timestamp_offset = (uint32_t)timestamp;
    stream->picture_offset = (uint16_t)(picture & 0x7FFF);
    stream->tl0_offset = (uint8_t)tl0;
    stream->frame_offset = (uint16_t)frame;
    Py_RETURN_NONE;
}

static PyObject *stream_set_extensions(StreamObject *self, PyObject *object)
{
    struct extensions extensions;
    if (!extensions_read(module_of((PyObject *)self), object, &extensions)
        || !kernel_idle(self->path->kernel))
        return NULL;
    struct path *path = self->stream.path;
    if (extensions.transport_cc != 0 && path->history == NULL) {
        path->history = PyMem_RawCalloc(1, sizeof *path->history);
        if (path->history == NULL)
            return PyErr_NoMemory();
    }
    self->stream.extensions = extensions;
    Py_RETURN_NONE;
}

/* Packets offered to a callback at once. More would be encrypted for nothing when it is full. */
enum { CALLBACK_BATCH = 16 };

/* A packet that is offered, and what is counted when it is taken. */
struct offered {
    size_t position; /* in the burst */
    int64_t sequence;
    uint64_t number;
    size_t octets, size;
};

struct offer {
    PyObject *list; /* of bytes */
    size_t count, next; /* `next`: position in the burst after it */
    struct offered packets[CALLBACK_BATCH];
};

/* Write packets from `position` on, as many as are offered at once; false with an exception.
 *
 * Runs no Python, so stream and path stay as they are for all of them. */
static bool offer_fill(StreamObject *self, const struct packet *packets, size_t count,
                       int32_t original, size_t position, struct offer *offer)
{
    KernelObject *kernel = self->path->kernel;
    struct stream *stream = &self->stream;
    struct path *path = stream->path;
    EVP_MD_CTX *scratch = worker_scratch(pool_worker(kernel->pool));
    uint32_t clock = stream_clock(stream);
    int64_t highest = stream->next - 1;
    uint8_t data[MAX_PACKET];
    for (; position < count && offer->count < CALLBACK_BATCH; position++) {
        const struct packet *packet = &packets[position];
        bool again = original >= 0;
        int64_t sequence = again ? stream->next : packet->index + stream->sequence_offset;
        if (!again && packet->index < stream->first)
            continue;
        if (!again && !in_reach(sequence, highest)) {
            kernel->totals.errors++;
            continue;
        }
        uint64_t number = path->number;
        size_t size = packet_write(stream, packet, sequence, original, clock, scratch, data);
        if (size == 0) {
            path->number = number;
            kernel->totals.errors++;
            continue;
        }
        if (sequence > highest)
            highest = sequence;
        offer->packets[offer->count++] = (struct offered){
            .position = position,
            .sequence = sequence,
            .number = number,
            .octets = packet->size + (again ? 2u : 0u),
            .size = size,
        };
        PyObject *bytes = PyBytes_FromStringAndSize((const char *)data, (Py_ssize_t)size);
        int done = bytes == NULL ? -1 : PyList_Append(offer->list, bytes);
        Py_XDECREF(bytes);
        if (done < 0)
            return false;
    }
    offer->next = position;
    return true;
}

/* Offer packets to the callback of a path, and tell how many it took; false with an exception, also
 * for an impossible answer. */
static bool offer_make(PathObject *path, const struct offer *offer, bool again, size_t *taken)
{
    PyObject *callback = Py_NewRef(path->callback);
    PyObject *answer = PyObject_CallFunctionObjArgs(callback, offer->list,
                                                    again ? Py_True : Py_False, NULL);
    Py_DECREF(callback);
    int64_t number;
    bool done = answer != NULL
                && integer_read(answer, "packets taken", 0, (int64_t)offer->count, &number);
    Py_XDECREF(answer);
    *taken = done ? (size_t)number : 0;
    return done;
}

/* Offer packets from `*got` on, and move `*got` to the first one that was not taken; false with
 * an exception. */
static bool offer_some(StreamObject *self, const struct packet *packets, size_t count,
                       int32_t original, struct offer *offer, size_t *got)
{
    struct stream *stream = &self->stream;
    size_t taken = 0;
    bool numbered = stream->extensions.transport_cc != 0;
    bool done = offer_fill(self, packets, count, original, *got, offer)
                && (offer->count == 0
                    || offer_make(self->path, offer, original >= 0, &taken));
    uint64_t now = numbered ? monotonic_us() : 0;
    for (size_t i = 0; i < taken; i++) {
        const struct offered *one = &offer->packets[i];
        stream_sent(stream, one->sequence, one->octets, one->number, now, one->size);
    }
    *got = offer->next;
    if (taken < offer->count) {
        *got = offer->packets[taken].position;
        if (numbered)
            stream->path->number = offer->packets[taken].number;
    }
    return done;
}

bool stream_call_back(StreamObject *self, const struct packet *packets, size_t count,
                   int32_t original, size_t *got)
{
    PathObject *owner = self->path;
    bool done = true, all = true;
    *got = 0;
    /* Making, passing and freeing lists may run Python, which must not send. */
    owner->kernel->in_callback = true;
    while (done && all && *got < count) {
        struct offer offer = {.list = PyList_New(0), .next = *got};
        if (offer.list == NULL) {
            done = false;
        } else if (owner->path.destination == CALLABLE && !owner->kernel->closed) {
            done = offer_some(self, packets, count, original, &offer, got);
            all = *got == offer.next;
        } else {
            stream_discard(&self->stream, packets + *got, count - *got, original,
                        &owner->kernel->totals);
            *got = count;
        }
        Py_XDECREF(offer.list);
    }
    owner->kernel->in_callback = false;
    if (!done)
        *got = count;
    return done;
}

/* Send to this stream alone; false with an exception. */
static bool stream_deliver(StreamObject *self, const struct packets *packets, int32_t original,
                           size_t *got)
{
    KernelObject *kernel = self->path->kernel;
    int fd;
    *got = packets->count;
    if (!kernel_begin(kernel, &fd))
        return false;
    if (self->stream.path->destination == CALLABLE) {
        if (!stream_call_back(self, packets->all, packets->count, original, got))
            return false;
    } else {
        struct member member = {.stream = &self->stream, .got = packets->count};
        struct burst burst = {
            .packets = packets->all,
            .count = packets->count,
            .members = &member,
            .member_count = 1,
            .fd = fd,
            .gso = kernel->gso,
            .original = original,
        };
        kernel_send(kernel, &burst);
        *got = member.got;
    }
    kernel->blocked += packets->count - *got;
    return true;
}

static PyObject *stream_send(StreamObject *self, PyObject *args, PyObject *named)
{
    static char *names[] = {"packets", "timestamps", NULL};
    PyObject *sequence, *timestamps = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, named, "O|O:send", names, &sequence, &timestamps))
        return NULL;
    struct packets packets;
    size_t got;
    PyObject *result = NULL;
    if (packets_read(module_of((PyObject *)self), sequence, timestamps, &packets)
        && stream_deliver(self, &packets, -1, &got))
        result = PyLong_FromSize_t(got);
    packets_free(&packets);
    return result;
}

static PyObject *stream_retransmit(StreamObject *self, PyObject *args, PyObject *named)
{
    static char *names[] = {"packet", "timestamp", "original", NULL};
    PyObject *packet, *timestamp, *original_object;
    uint64_t original;
    if (!PyArg_ParseTupleAndKeywords(args, named, "OOO:retransmit", names, &packet, &timestamp,
                                     &original_object)
        || !low_bits_read(original_object, &original))
        return NULL;
    if (self->stream.first == NEVER) {
        PyErr_SetString(PyExc_ValueError, "the stream was not mapped yet");
        return NULL;
    }
    PyObject *one = PyTuple_Pack(1, packet), *when = PyTuple_Pack(1, timestamp), *result = NULL;
    if (one != NULL && when != NULL) {
        struct packets packets;
        size_t got;
        if (packets_read(module_of((PyObject *)self), one, when, &packets)
            && stream_deliver(self, &packets, (int32_t)(original & 0xFFFF), &got))
            result = PyBool_FromLong(got == 1);
        packets_free(&packets);
    }
    Py_XDECREF(one);
    Py_XDECREF(when);
    return result;
}

static PyObject *stream_next(StreamObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLongLong(self->stream.next);
}

static PyObject *stream_packets(StreamObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromUnsignedLongLong(self->stream.packets);
}

static PyObject *stream_octets(StreamObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromUnsignedLongLong(self->stream.octets);
}

static PyGetSetDef stream_getset[] = {
    {"next", (getter)stream_next, NULL, PyDoc_STR("The sequence after the highest one sent."), NULL},
    {"packets", (getter)stream_packets, NULL, PyDoc_STR("Packets sent."), NULL},
    {"octets", (getter)stream_octets, NULL, PyDoc_STR("Payload octets sent."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef stream_methods[] = {
    {"remap", (PyCFunction)(void (*)(void))stream_remap, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("Set how packets are numbered from now on.")},
    {"set_extensions", (PyCFunction)stream_set_extensions, METH_O,
     PyDoc_STR("Carry these extensions.")},
    {"send", (PyCFunction)(void (*)(void))stream_send, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("Send packets in order; return how many were sent.")},
    {"retransmit", (PyCFunction)(void (*)(void))stream_retransmit, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("Send a packet again (RFC 4588).")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot stream_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("One SSRC that is sent to one viewer.")},
    {Py_tp_dealloc, stream_dealloc},
    {Py_tp_traverse, stream_traverse},
    {Py_tp_methods, stream_methods},
    {Py_tp_getset, stream_getset},
    {0, NULL},
};

PyType_Spec stream_spec = {
    .name = "liveshow.relay.kernel._native.Stream",
    .basicsize = sizeof(StreamObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION
             | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = stream_slots,
};
