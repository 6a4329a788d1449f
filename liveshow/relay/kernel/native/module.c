/* liveshow.relay.kernel._native: see protocols.py for what it does and python.py for how. */
#include "module.h"

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
    if (PyModule_AddIntConstant(object, "INTERFACE", INTERFACE) < 0)
        return -1;
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

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_native",
    .m_doc = PyDoc_STR("The native fan-out kernel."),
    .m_size = sizeof(struct module),
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&definition);
}
