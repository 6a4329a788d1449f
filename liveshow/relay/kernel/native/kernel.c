/* Kernel: one UDP socket with its buffers and threads. */
#include "module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* linux/udp.h, since 4.18 */
#endif

enum {
    MAX_RECEIVE = 4096,
    MAX_SIZE = 65535,
    BATCH = 256,             /* datagrams of one call of recvmmsg */
    BATCH_BYTES = 1 << 20,   /* of its buffer */
    MAX_FAILURES = 64        /* errors of earlier sends that one call passes over */
};

bool kernel_idle(const KernelObject *kernel)
{
    if (!kernel->sending)
        return true;
    PyErr_SetString(PyExc_RuntimeError, "the kernel is sending in another thread");
    return false;
}

/* The file descriptor of the socket; -1: it or the kernel is closed; -2: an exception is set. */
static int kernel_file(KernelObject *kernel)
{
    if (kernel->closed)
        return -1;
    PyObject *name = module_of((PyObject *)kernel)->names[NAME_fileno];
    PyObject *number = PyObject_CallMethodNoArgs(kernel->socket, name);
    if (number == NULL)
        return -2;
    int64_t fd;
    bool done = integer_read(number, "fileno", -1, INT32_MAX, &fd);
    Py_DECREF(number);
    if (!done)
        return -2;
    return kernel->closed ? -1 : (int)fd;
}

bool kernel_begin(KernelObject *kernel, int *fd)
{
    *fd = kernel_file(kernel);
    if (*fd == -2)
        return false;
    if (!kernel->in_callback)
        return kernel_idle(kernel);
    PyErr_SetString(PyExc_RuntimeError,
                    "a callable must not send through the kernel that called it");
    return false;
}

void kernel_send(KernelObject *kernel, struct burst *burst)
{
    kernel->sending = true;
    Py_BEGIN_ALLOW_THREADS
    pool_run(kernel->pool, burst, &kernel->totals);
    Py_END_ALLOW_THREADS
    kernel->sending = false;
}

static int option(int fd, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

static int kernel_init(KernelObject *self, PyObject *args, PyObject *named)
{
    static char *names[] = {"sock", "threads", NULL};
    PyObject *socket;
    int threads = 1;
    if (!PyArg_ParseTupleAndKeywords(args, named, "O|i:Kernel", names, &socket, &threads))
        return -1;
    if (self->pool != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the kernel has been made already");
        return -1;
    }
    if (threads < 1 || threads > MAX_THREADS) {
        PyErr_Format(PyExc_ValueError, "the kernel has 1 to %d threads", (int)MAX_THREADS);
        return -1;
    }
    Py_XSETREF(self->socket, Py_NewRef(socket));
    int fd = kernel_file(self);
    if (fd == -2)
        return -1;
    if (option(fd, SO_TYPE) != SOCK_DGRAM) {
        PyErr_SetString(PyExc_ValueError, "the socket is not one of datagrams");
        return -1;
    }
    self->family = option(fd, SO_DOMAIN);
    int none = 0;
    self->gso = setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &none, sizeof none) == 0;
    self->pool = pool_new((unsigned int)threads);
    if (self->pool == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static int kernel_traverse(KernelObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->socket);
    return 0;
}

static int kernel_clear(KernelObject *self)
{
    self->closed = true;
    Py_CLEAR(self->socket);
    return 0;
}

static void kernel_dealloc(KernelObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    kernel_clear(self);
    pool_free(self->pool);
    for (size_t i = 0; i < ADDRESSES; i++)
        Py_XDECREF(self->known[i].tuple);
    type->tp_free((PyObject *)self);
    Py_DECREF(type);
}

static bool kernel_made(const KernelObject *self)
{
    if (self->pool != NULL)
        return true;
    PyErr_SetString(PyExc_RuntimeError, "the kernel was not made");
    return false;
}

static PyObject *kernel_path(KernelObject *self, PyObject *args)
{
    return kernel_made(self) ? path_make(self, args) : NULL;
}

static PyObject *kernel_group(KernelObject *self, PyObject *args)
{
    PyObject *streams = NULL;
    if (!kernel_made(self) || !PyArg_ParseTuple(args, "|O:group", &streams))
        return NULL;
    return group_make(self, streams);
}

/* The tuple of an address, from the cache of the last datagrams if it is there. */
static PyObject *known_tuple(KernelObject *self, const struct sockaddr_in6 *raw, socklen_t size)
{
    if (size > sizeof *raw)
        return PyTuple_New(0);
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const uint8_t *)raw)[i]) * 16777619u;
    struct known_address *known = &self->known[(hash ^ hash >> 16) % ADDRESSES];
    if (known->tuple != NULL && known->size == size && memcmp(&known->raw, raw, size) == 0)
        return Py_NewRef(known->tuple);
    PyObject *tuple = address_tuple((const struct sockaddr *)raw, size);
    if (tuple != NULL) {
        memcpy(&known->raw, raw, size);
        known->size = size;
        Py_XSETREF(known->tuple, Py_NewRef(tuple));
    }
    return tuple;
}

/* The buffer of one call of recvmmsg. */
struct batch {
    struct mmsghdr headers[BATCH];
    struct iovec pieces[BATCH];
    struct sockaddr_in6 addresses[BATCH];
    uint8_t data[];
};

static bool batch_append(KernelObject *self, PyObject *list, const struct batch *batch, size_t at)
{
    const struct msghdr *header = &batch->headers[at].msg_hdr;
    PyObject *data = PyBytes_FromStringAndSize(batch->pieces[at].iov_base,
                                               batch->headers[at].msg_len);
    PyObject *address = known_tuple(self, &batch->addresses[at], header->msg_namelen);
    PyObject *pair = data && address ? PyTuple_Pack(2, data, address) : NULL;
    bool done = pair != NULL && PyList_Append(list, pair) == 0;
    Py_XDECREF(data);
    Py_XDECREF(address);
    Py_XDECREF(pair);
    return done;
}

static int batch_receive(struct batch *batch, int fd, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        batch->pieces[i] = (struct iovec){batch->data + i * size, size};
        batch->headers[i].msg_hdr = (struct msghdr){
            .msg_name = &batch->addresses[i],
            .msg_namelen = sizeof batch->addresses[i],
            .msg_iov = &batch->pieces[i],
            .msg_iovlen = 1,
        };
    }
    int got = -1;
    for (int failures = 0; got < 0 && failures < MAX_FAILURES; failures++) {
        got = recvmmsg(fd, batch->headers, (unsigned int)count, MSG_DONTWAIT, NULL);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EBADF))
            break;
    }
    return got;
}

static PyObject *receive(KernelObject *self, int fd, size_t limit, size_t size)
{
    size_t room = BATCH_BYTES / size;
    room = room < 1 ? 1 : room > BATCH ? BATCH : room;
    room = room < limit ? room : limit;
    self->receiving = true;
    PyObject *list = PyList_New(0);
    struct batch *batch = PyMem_Malloc(sizeof *batch + room * size);
    if (list == NULL || batch == NULL) {
        Py_XDECREF(list);
        PyMem_Free(batch);
        self->receiving = false;
        return PyErr_NoMemory();
    }
    while (limit > 0) {
        size_t count = limit < room ? limit : room;
        int got;
        Py_BEGIN_ALLOW_THREADS
        got = batch_receive(batch, fd, count, size);
        Py_END_ALLOW_THREADS
        for (int i = 0; list != NULL && i < got; i++)
            if (!batch_append(self, list, batch, (size_t)i))
                Py_CLEAR(list);
        if (list == NULL || got < (int)count)
            break;
        limit -= count;
    }
    self->receiving = false;
    PyMem_Free(batch);
    return list;
}

static PyObject *kernel_receive(KernelObject *self, PyObject *args, PyObject *named)
{
    static char *names[] = {"limit", "size", NULL};
    PyObject *limit_object, *size_object;
    int64_t limit, size;
    if (!kernel_made(self)
        || !PyArg_ParseTupleAndKeywords(args, named, "OO:receive", names, &limit_object,
                                        &size_object)
        || !integer_read(limit_object, "limit", 1, MAX_RECEIVE, &limit)
        || !integer_read(size_object, "size", 1, MAX_SIZE, &size))
        return NULL;
    int fd = kernel_file(self);
    if (fd == -2)
        return NULL;
    if (self->receiving) {
        PyErr_SetString(PyExc_RuntimeError, "the kernel is receiving in another thread");
        return NULL;
    }
    return fd < 0 ? PyList_New(0) : receive(self, fd, (size_t)limit, (size_t)size);
}

static PyObject *kernel_counters(KernelObject *self, PyObject *Py_UNUSED(nothing))
{
    const struct totals *totals = &self->totals;
    /* One path that refuses says nothing about the others. */
    int segmentation = self->gso && (totals->cut > 0 || totals->refused == 0);
    return Py_BuildValue("{sKsKsKsKsKsi}", "datagrams", totals->datagrams, "bytes", totals->bytes,
                         "calls", totals->calls, "blocked", self->blocked, "errors",
                         totals->errors, "segmentation", segmentation);
}

static PyObject *kernel_close(KernelObject *self, PyObject *Py_UNUSED(nothing))
{
    if (!kernel_idle(self))
        return NULL;
    self->closed = true;
    if (self->pool != NULL)
        pool_stop(self->pool);
    Py_RETURN_NONE;
}

static PyObject *kernel_name(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyUnicode_FromString("native");
}

static PyGetSetDef kernel_getset[] = {
    {"name", (getter)kernel_name, NULL, PyDoc_STR("Always ``native``."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef kernel_methods[] = {
    {"path", (PyCFunction)kernel_path, METH_VARARGS, PyDoc_STR("Make a path.")},
    {"group", (PyCFunction)kernel_group, METH_VARARGS, PyDoc_STR("Make a group.")},
    {"receive", (PyCFunction)(void (*)(void))kernel_receive, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("Return datagrams that have arrived.")},
    {"counters", (PyCFunction)kernel_counters, METH_NOARGS, PyDoc_STR("Return the counters.")},
    {"close", (PyCFunction)kernel_close, METH_NOARGS, PyDoc_STR("Send nothing any more.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot kernel_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("Makes paths and groups that send through one UDP socket.")},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_init, kernel_init},
    {Py_tp_dealloc, kernel_dealloc},
    {Py_tp_traverse, kernel_traverse},
    {Py_tp_clear, kernel_clear},
    {Py_tp_methods, kernel_methods},
    {Py_tp_getset, kernel_getset},
    {0, NULL},
};

PyType_Spec kernel_spec = {
    .name = "liveshow.relay.kernel._native.Kernel",
    .basicsize = sizeof(KernelObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = kernel_slots,
};
