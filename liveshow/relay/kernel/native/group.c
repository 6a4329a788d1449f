/* Group: the streams that get every burst of one track. */
#include "module.h"

static bool is_ours(GroupObject *self, PyObject *object)
{
    struct module *module = module_of((PyObject *)self);
    if (Py_IS_TYPE(object, module->stream)
        && ((StreamObject *)object)->path->kernel == self->kernel)
        return true;
    PyErr_SetString(PyExc_ValueError, "the stream is not one of this kernel");
    return false;
}

static PyObject *group_add(GroupObject *self, PyObject *stream)
{
    if (!is_ours(self, stream) || PyDict_SetItem(self->streams, stream, Py_None) < 0)
        return NULL;
    Py_CLEAR(self->snapshot);
    Py_RETURN_NONE;
}

static PyObject *group_discard(GroupObject *self, PyObject *stream)
{
    int found = PyDict_Contains(self->streams, stream);
    if (found < 0 || (found && PyDict_DelItem(self->streams, stream) < 0))
        return NULL;
    if (found)
        Py_CLEAR(self->snapshot);
    Py_RETURN_NONE;
}

PyObject *group_make(KernelObject *kernel, PyObject *streams)
{
    GroupObject *self = PyObject_GC_New(GroupObject, module_of((PyObject *)kernel)->group);
    if (self == NULL)
        return NULL;
    self->kernel = (KernelObject *)Py_NewRef((PyObject *)kernel);
    self->snapshot = NULL;
    self->turn = 0;
    self->streams = PyDict_New();
    PyObject_GC_Track(self);
    PyObject *iterator = NULL, *stream;
    if (self->streams == NULL)
        goto failed;
    if (streams != NULL) {
        iterator = PyObject_GetIter(streams);
        if (iterator == NULL)
            goto failed;
        while ((stream = PyIter_Next(iterator)) != NULL) {
            PyObject *done = group_add(self, stream);
            Py_DECREF(stream);
            if (done == NULL)
                goto failed;
            Py_DECREF(done);
        }
        if (PyErr_Occurred())
            goto failed;
        Py_DECREF(iterator);
    }
    return (PyObject *)self;
failed:
    Py_XDECREF(iterator);
    Py_DECREF(self);
    return NULL;
}

static int group_traverse(GroupObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->kernel);
    Py_VISIT(self->streams);
    Py_VISIT(self->snapshot);
    return 0;
}

static int group_clear(GroupObject *self)
{
    Py_CLEAR(self->snapshot);
    if (self->streams != NULL)
        PyDict_Clear(self->streams);
    return 0;
}

static void group_dealloc(GroupObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->snapshot);
    Py_XDECREF(self->streams);
    Py_DECREF(self->kernel);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static Py_ssize_t group_length(GroupObject *self)
{
    return PyDict_Size(self->streams);
}

static int group_contains(GroupObject *self, PyObject *stream)
{
    return PyDict_Contains(self->streams, stream);
}

/* One burst to the group: the streams in this turn's order, those with a callback last. */
struct round {
    PyObject *streams; /* tuple that holds references */
    struct member *members;
    StreamObject **owners;
    size_t addressed, count;
};

static bool round_make(GroupObject *self, struct round *round)
{
    if (self->snapshot == NULL && (self->snapshot = PySequence_Tuple(self->streams)) == NULL)
        return false;
    round->streams = Py_NewRef(self->snapshot);
    size_t count = (size_t)PyTuple_GET_SIZE(round->streams);
    round->members = PyMem_Malloc((count + 1) * sizeof *round->members);
    round->owners = PyMem_Malloc((count + 1) * sizeof *round->owners);
    if (round->members == NULL || round->owners == NULL) {
        PyErr_NoMemory();
        return false;
    }
    return true;
}

static void round_fill(GroupObject *self, struct round *round, size_t packets)
{
    size_t count = (size_t)PyTuple_GET_SIZE(round->streams);
    if (count == 0 || packets == 0)
        return;
    size_t turn = self->turn % count;
    for (int with_callback = 0; with_callback < 2; with_callback++) {
        for (size_t i = 0; i < count; i++) {
            size_t place = turn + i < count ? turn + i : turn + i - count;
            StreamObject *owner = (StreamObject *)PyTuple_GET_ITEM(round->streams,
                                                                   (Py_ssize_t)place);
            if ((owner->stream.path->destination == CALLABLE) != (with_callback == 1))
                continue;
            round->owners[round->count] = owner;
            round->members[round->count++] = (struct member){&owner->stream, packets};
        }
        if (!with_callback)
            round->addressed = round->count;
    }
    self->turn = turn + 1;
}

static void round_end(struct round *round)
{
    PyMem_Free(round->members);
    PyMem_Free(round->owners);
    Py_XDECREF(round->streams);
}

/* The streams that did not get all packets, each with the number that it got. */
static PyObject *round_behind(const struct round *round, size_t packets)
{
    PyObject *behind = PyList_New(0);
    for (size_t i = 0; behind != NULL && i < round->count; i++) {
        if (round->members[i].got >= packets)
            continue;
        PyObject *pair = Py_BuildValue("(On)", (PyObject *)round->owners[i],
                                       (Py_ssize_t)round->members[i].got);
        if (pair == NULL || PyList_Append(behind, pair) < 0)
            Py_CLEAR(behind);
        Py_XDECREF(pair);
    }
    return behind;
}

static bool round_send(KernelObject *kernel, int fd, struct round *round,
                       const struct packets *packets)
{
    struct burst burst = {
        .packets = packets->all,
        .count = packets->count,
        .members = round->members,
        .member_count = round->addressed,
        .fd = fd,
        .gso = kernel->gso,
        .deadline = monotonic_us() + SEND_WAIT_US,
        .original = -1,
    };
    if (burst.member_count > 0)
        kernel_send(kernel, &burst);
    bool done = true;
    for (size_t i = round->addressed; done && i < round->count; i++)
        done = stream_call_back(round->owners[i], packets->all, packets->count, -1,
                             &round->members[i].got);
    for (size_t i = 0; i < round->count; i++)
        kernel->blocked += packets->count - round->members[i].got;
    return done;
}

static PyObject *group_send(GroupObject *self, PyObject *sequence)
{
    struct packets packets;
    struct round round = {0};
    PyObject *behind = NULL;
    int fd;
    if (packets_read(module_of((PyObject *)self), sequence, NULL, &packets)
        && round_make(self, &round) && kernel_begin(self->kernel, &fd)) {
        round_fill(self, &round, packets.count);
        if (round.count == 0 || round_send(self->kernel, fd, &round, &packets))
            behind = round_behind(&round, packets.count);
    }
    round_end(&round);
    packets_free(&packets);
    return behind;
}

static PyMethodDef group_methods[] = {
    {"add", (PyCFunction)group_add, METH_O, PyDoc_STR("Add a stream.")},
    {"discard", (PyCFunction)group_discard, METH_O, PyDoc_STR("Take a stream out.")},
    {"send", (PyCFunction)group_send, METH_O, PyDoc_STR("Send packets to all streams.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot group_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("The streams that get every burst of one track.")},
    {Py_tp_dealloc, group_dealloc},
    {Py_tp_traverse, group_traverse},
    {Py_tp_clear, group_clear},
    {Py_tp_methods, group_methods},
    {Py_mp_length, group_length},
    {Py_sq_contains, group_contains},
    {0, NULL},
};

PyType_Spec group_spec = {
    .name = "liveshow.relay.kernel._native.Group",
    .basicsize = sizeof(GroupObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION
             | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = group_slots,
};
