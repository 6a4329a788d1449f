/* liveshow.relay._kernel: see kernel.py for what it does and kernel_python.py for how. */
#include "module.h"

#include <string.h>

static PyObject *session_keys(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *key, *salt;
    Py_ssize_t key_size, salt_size;
    if (!PyArg_ParseTuple(args, "y#y#:session_keys", &key, &key_size, &salt, &salt_size))
        return NULL;
    if (key_size != SRTP_KEY || salt_size > SRTP_SALT) {
        PyErr_SetString(PyExc_ValueError, "a key has 16 bytes, a salt at most 14");
        return NULL;
    }
    uint8_t padded[SRTP_SALT] = {0};
    struct srtp_keys keys;
    memcpy(padded, salt, (size_t)salt_size);
    if (!srtp_derive((const uint8_t *)key, padded, &keys)) {
        PyErr_SetString(PyExc_RuntimeError, "OpenSSL has no AES");
        return NULL;
    }
    return Py_BuildValue("(y#y#y#)", keys.key, (Py_ssize_t)SRTP_KEY, keys.auth,
                         (Py_ssize_t)SRTP_AUTH_KEY, keys.salt, salt_size);
}

static PyObject *protect(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *key, *auth, *salt, *header, *payload;
    Py_ssize_t key_size, auth_size, salt_size, head, size;
    unsigned int ssrc;
    unsigned long long index;
    if (!PyArg_ParseTuple(args, "y#y#y#y#y#IK:protect", &key, &key_size, &auth, &auth_size, &salt,
                          &salt_size, &header, &head, &payload, &size, &ssrc, &index))
        return NULL;
    if (key_size != SRTP_KEY || auth_size != SRTP_AUTH_KEY
        || (salt_size != SRTP_GCM_SALT && salt_size != SRTP_SALT) || head > MAX_HEAD
        || size > MAX_PAYLOAD) {
        PyErr_SetString(PyExc_ValueError, "keys, header or payload have another size");
        return NULL;
    }
    struct srtp_keys keys = {0};
    memcpy(keys.key, key, SRTP_KEY);
    memcpy(keys.auth, auth, SRTP_AUTH_KEY);
    memcpy(keys.salt, salt, (size_t)salt_size);
    uint8_t out[MAX_PACKET];
    memcpy(out, header, (size_t)head);
    EVP_MD_CTX *scratch = EVP_MD_CTX_new();
    struct srtp srtp;
    size_t written = 0;
    if (srtp_open(&srtp, salt_size == SRTP_SALT ? SRTP_SHA1 : SRTP_GCM, &keys)) {
        if (scratch != NULL)
            written = srtp_protect(&srtp, scratch, out, (size_t)head, (const uint8_t *)payload,
                                   (size_t)size, ssrc, index);
        srtp_close(&srtp);
    }
    EVP_MD_CTX_free(scratch);
    if (written == 0) {
        PyErr_SetString(PyExc_RuntimeError, "OpenSSL has no AES or SHA-1");
        return NULL;
    }
    return PyBytes_FromStringAndSize((const char *)out, (Py_ssize_t)written);
}

static int module_exec(PyObject *object)
{
    static const char *const names[] = {
#define X(name) #name,
        NAMES(X)
#undef X
    };
    struct module *module = PyModule_GetState(object);
    for (size_t i = 0; i < NAME_COUNT; i++) {
        module->names[i] = PyUnicode_InternFromString(names[i]);
        if (module->names[i] == NULL)
            return -1;
    }
    struct { PyTypeObject **type; PyType_Spec *spec; } types[] = {
        {&module->kernel, &kernel_spec},
        {&module->path, &path_spec},
        {&module->stream, &stream_spec},
        {&module->group, &group_spec},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        *types[i].type = (PyTypeObject *)PyType_FromModuleAndSpec(object, types[i].spec, NULL);
        if (*types[i].type == NULL)
            return -1;
    }
    return PyModule_AddType(object, module->kernel);
}

static int module_traverse(PyObject *object, visitproc visit, void *arg)
{
    struct module *module = PyModule_GetState(object);
    Py_VISIT(module->kernel);
    Py_VISIT(module->path);
    Py_VISIT(module->stream);
    Py_VISIT(module->group);
    return 0;
}

static int module_clear(PyObject *object)
{
    struct module *module = PyModule_GetState(object);
    Py_CLEAR(module->kernel);
    Py_CLEAR(module->path);
    Py_CLEAR(module->stream);
    Py_CLEAR(module->group);
    for (size_t i = 0; i < NAME_COUNT; i++)
        Py_CLEAR(module->names[i]);
    return 0;
}

static void module_free(void *object)
{
    module_clear(object);
}

static PyMethodDef module_methods[] = {
    {"session_keys", session_keys, METH_VARARGS,
     PyDoc_STR("Return the keys of a session (RFC 3711 \xc2\xa7" "4.3), for its test vectors.")},
    {"protect", protect, METH_VARARGS,
     PyDoc_STR("Protect one packet with the keys of a session, for test vectors.")},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_kernel",
    .m_doc = PyDoc_STR("The native fan-out kernel."),
    .m_size = sizeof(struct module),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModuleDef_Init(&definition);
}
