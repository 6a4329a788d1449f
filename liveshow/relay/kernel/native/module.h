/* The Python types and what they share. */
#ifndef LIVESHOW_MODULE_H
#define LIVESHOW_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "pool.h"

/* Number of what Python asks of this module and gives to it; protocols.py has the same. */
enum { INTERFACE = 2 };

/* Names of attributes and methods that are looked up in Python objects. */
#define NAMES(X)                                                                             \
    X(index) X(timestamp) X(marker) X(payload) X(padding) X(orientation) X(playout_delay)    \
    X(picture_at) X(picture_bits) X(tl0_at) X(mid_id) X(mid) X(abs_send_time)                \
    X(transport_cc) X(video_orientation) X(descriptor) X(dependency_descriptor) X(fileno)

enum {
#define X(name) NAME_##name,
    NAMES(X)
#undef X
    NAME_COUNT
};

struct module {
    PyTypeObject *kernel, *path, *stream, *group;
    PyObject *names[NAME_COUNT];
};

enum { ADDRESSES = 64 }; /* cached address tuples of the last datagrams; a power of two */

struct known_address {
    struct sockaddr_in6 raw;
    socklen_t size;
    PyObject *tuple;
};

typedef struct {
    PyObject_HEAD
    PyObject *socket;
    struct pool *pool;
    struct totals totals;
    uint64_t blocked;
    int family;
    unsigned int paths; /* number made so far */
    bool gso, closed;
    bool sending, receiving; /* a thread does so without the GIL */
    bool in_callback;        /* a callback runs, in the middle of a burst */
    struct known_address known[ADDRESSES];
} KernelObject;

typedef struct {
    PyObject_HEAD
    KernelObject *kernel;
    PyObject *callback; /* for the destination CALLABLE */
    uint32_t ssrcs[MAX_STREAMS]; /* of all streams made */
    size_t ssrc_count;
    struct path path;
} PathObject;

typedef struct {
    PyObject_HEAD
    PathObject *path;
    struct stream stream;
} StreamObject;

typedef struct {
    PyObject_HEAD
    KernelObject *kernel;
    PyObject *streams;  /* dict, for its order: stream to None */
    PyObject *snapshot; /* tuple of the streams, NULL after a change */
    size_t turn;
} GroupObject;

extern PyType_Spec kernel_spec, path_spec, stream_spec, group_spec;

static inline struct module *module_of(PyObject *object)
{
    return PyType_GetModuleState(Py_TYPE(object));
}

/* False with RuntimeError while another thread sends: nothing may change under it. */
bool kernel_idle(const KernelObject *kernel);

/* Make sure that the kernel may send: no other thread sends and no callback runs, which must not
 * send itself. `fd`: the file descriptor of the socket, -1 when it or the kernel is closed. False
 * with an exception.
 *
 * Asking for the descriptor runs Python, and so perhaps other threads. Streams and paths are read
 * after this, and no Python runs until kernel_send(). */
bool kernel_begin(KernelObject *kernel, int *fd);

/* Send to members with addresses, without the GIL. */
void kernel_send(KernelObject *kernel, struct burst *burst);

PyObject *path_make(KernelObject *kernel, PyObject *arguments);
PyObject *group_make(KernelObject *kernel, PyObject *streams);
PyObject *stream_make(PathObject *path, PyObject *arguments);

/* Offer packets to the callback of a path, a list of them at a time, from the first one on.
 *
 * `*got`: the position of the first packet that it did not take. False when it raised: it took
 * nothing of that list, and `*got` is `count`. If the path has no callback any more, the remaining
 * packets count as sent. `original` as in struct burst. */
bool stream_call_back(StreamObject *self, const struct packet *packets, size_t count,
                   int32_t original, size_t *got);

/* The packets of a burst. Holds references to the payloads, and to the descriptors. */
struct packets {
    size_t count;
    struct packet *all;
    PyObject **payloads, **descriptors;
};

/* Read and check a sequence of packets; false with an exception. Call packets_free() always. */
bool packets_read(struct module *module, PyObject *sequence, PyObject *timestamps,
                  struct packets *packets);
void packets_free(struct packets *packets);

/* Read Extensions; false with an exception. */
bool extensions_read(struct module *module, PyObject *object, struct extensions *extensions);

/* Read an address of a socket family; false with ValueError. */
bool address_read(int family, PyObject *tuple, struct path *path);

/* Make the address tuple of Python's sockets. */
PyObject *address_tuple(const struct sockaddr *address, socklen_t size);

/* Read an integer between two bounds; false with ValueError, which has `name`, or TypeError. */
bool integer_read(PyObject *object, const char *name, int64_t least, int64_t most, int64_t *value);

/* Read the low 64 bits of an integer; false with an exception. */
bool low_bits_read(PyObject *object, uint64_t *value);

#endif
