/* Path: keys and destination of one viewer. */
#include "module.h"

#include <openssl/crypto.h>
#include <string.h>

static bool profile_read(const char *name, enum srtp_profile *profile, Py_ssize_t *salt)
{
    if (strcmp(name, "AEAD_AES_128_GCM") == 0) {
        *profile = SRTP_GCM;
        *salt = SRTP_GCM_SALT;
    } else if (strcmp(name, "AES128_CM_SHA1_80") == 0) {
        *profile = SRTP_SHA1;
        *salt = SRTP_SALT;
    } else {
        PyErr_Format(PyExc_ValueError, "no SRTP profile %s", name);
        return false;
    }
    return true;
}

PyObject *path_make(KernelObject *kernel, PyObject *arguments)
{
    const char *name, *key, *salt;
    Py_ssize_t key_size, salt_size, salt_wanted;
    enum srtp_profile profile;
    if (!PyArg_ParseTuple(arguments, "sy#y#:path", &name, &key, &key_size, &salt, &salt_size)
        || !profile_read(name, &profile, &salt_wanted))
        return NULL;
    if (key_size != SRTP_KEY || salt_size != salt_wanted) {
        PyErr_Format(PyExc_ValueError, "%s has a key of 16 and a salt of %zd bytes", name,
                     salt_wanted);
        return NULL;
    }
    PathObject *self = PyObject_GC_New(PathObject, module_of((PyObject *)kernel)->path);
    if (self == NULL)
        return NULL;
    self->kernel = (KernelObject *)Py_NewRef((PyObject *)kernel);
    self->callback = NULL;
    self->ssrc_count = 0;
    self->path = (struct path){.id = kernel->paths++, .destination = NOWHERE};
    PyObject_GC_Track(self);
    uint8_t padded[SRTP_SALT] = {0};
    struct srtp_keys keys;
    memcpy(padded, salt, (size_t)salt_size);
    bool done = srtp_derive((const uint8_t *)key, padded, &keys)
                && srtp_open(&self->path.srtp, profile, &keys);
    OPENSSL_cleanse(padded, sizeof padded);
    OPENSSL_cleanse(&keys, sizeof keys);
    if (!done) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_RuntimeError, "OpenSSL has no AES or SHA-1, or no memory");
        return NULL;
    }
    return (PyObject *)self;
}

static int path_traverse(PathObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->kernel);
    Py_VISIT(self->callback);
    return 0;
}

static int path_clear(PathObject *self)
{
    if (self->path.destination == CALLABLE)
        self->path.destination = NOWHERE;
    Py_CLEAR(self->callback);
    return 0;
}

static void path_dealloc(PathObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    path_clear(self);
    srtp_close(&self->path.srtp);
    PyMem_RawFree(self->path.history);
    Py_DECREF(self->kernel);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *path_stream(PathObject *self, PyObject *args, PyObject *named)
{
    static char *names[] = {"ssrc", "first_sequence", NULL};
    PyObject *ssrc, *first;
    if (!PyArg_ParseTupleAndKeywords(args, named, "OO:stream", names, &ssrc, &first))
        return NULL;
    PyObject *both = PyTuple_Pack(2, ssrc, first);
    PyObject *stream = both == NULL ? NULL : stream_make(self, both);
    Py_XDECREF(both);
    return stream;
}

static PyObject *path_send_to(PathObject *self, PyObject *where)
{
    if (!kernel_idle(self->kernel))
        return NULL;
    enum destination destination = where == Py_None ? NOWHERE
                                   : PyCallable_Check(where) ? CALLABLE : ADDRESS;
    if (destination == ADDRESS && !address_read(self->kernel->family, where, &self->path))
        return NULL;
    self->path.destination = destination;
    self->path.plain = false;
    PyObject *before = self->callback;
    self->callback = destination == CALLABLE ? Py_NewRef(where) : NULL;
    Py_XDECREF(before);
    Py_RETURN_NONE;
}

static PyObject *sent_one(const struct path *path, uint16_t wrapped)
{
    uint16_t age = (uint16_t)(path->number - 1 - wrapped);
    if (path->history == NULL || age >= HISTORY || path->number < (uint64_t)age + 1)
        Py_RETURN_NONE;
    size_t at = (path->number - 1 - age) % HISTORY;
    uint64_t when = (uint64_t)path->history->high[at] << 32 | path->history->low[at];
    return Py_BuildValue("(KI)", when, (unsigned int)path->history->size[at]);
}

static PyObject *path_sent(PathObject *self, PyObject *args, PyObject *named)
{
    static char *names[] = {"first", "count", NULL};
    PyObject *first_object, *count_object;
    uint64_t first;
    int64_t count;
    if (!PyArg_ParseTupleAndKeywords(args, named, "OO:sent", names, &first_object, &count_object)
        || !low_bits_read(first_object, &first)
        || !integer_read(count_object, "count", 0, 1 << 16, &count)
        || !kernel_idle(self->kernel))
        return NULL;
    PyObject *list = PyList_New(count);
    for (int64_t i = 0; list != NULL && i < count; i++) {
        PyObject *one = sent_one(&self->path, (uint16_t)(first + (uint64_t)i));
        if (one == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, one);
    }
    return list;
}

static PyMethodDef path_methods[] = {
    {"stream", (PyCFunction)(void (*)(void))path_stream, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("Make a stream.")},
    {"send_to", (PyCFunction)path_send_to, METH_O,
     PyDoc_STR("Send to an address, to a callback, or nowhere.")},
    {"sent", (PyCFunction)(void (*)(void))path_sent, METH_VARARGS | METH_KEYWORDS,
     PyDoc_STR("Return time and size of packets by their transport-wide numbers.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot path_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("The protected path to one viewer.")},
    {Py_tp_dealloc, path_dealloc},
    {Py_tp_traverse, path_traverse},
    {Py_tp_clear, path_clear},
    {Py_tp_methods, path_methods},
    {0, NULL},
};

PyType_Spec path_spec = {
    .name = "liveshow.relay.kernel._native.Path",
    .basicsize = sizeof(PathObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION
             | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = path_slots,
};
