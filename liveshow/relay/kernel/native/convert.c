/* Conversion of Python objects to C, with checks, and of addresses back. */
#include "module.h"

#include <arpa/inet.h>
#include <string.h>

bool integer_read(PyObject *object, const char *name, int64_t least, int64_t most, int64_t *value)
{
    if (!PyLong_Check(object)) {
        PyErr_Format(PyExc_TypeError, "%s must be an integer", name);
        return false;
    }
    int overflow = 0;
    long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (number == -1 && overflow == 0 && PyErr_Occurred())
        return false;
    if (overflow != 0 || number < least || number > most) {
        PyErr_Format(PyExc_ValueError, "%s is out of range", name);
        return false;
    }
    *value = number;
    return true;
}

bool low_bits_read(PyObject *object, uint64_t *value)
{
    if (!PyLong_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "an integer is needed");
        return false;
    }
    *value = PyLong_AsUnsignedLongLongMask(object);
    return !PyErr_Occurred();
}

static bool attribute(struct module *module, PyObject *object, int name, int64_t least,
                      int64_t most, int64_t *value)
{
    PyObject *found = PyObject_GetAttr(object, module->names[name]);
    if (found == NULL)
        return false;
    bool done = integer_read(found, PyUnicode_AsUTF8(module->names[name]), least, most, value);
    Py_DECREF(found);
    return done;
}

static bool low_bits_attribute(struct module *module, PyObject *object, int name, uint64_t *value)
{
    PyObject *found = PyObject_GetAttr(object, module->names[name]);
    if (found == NULL)
        return false;
    bool done = low_bits_read(found, value);
    Py_DECREF(found);
    return done;
}

static bool bool_attribute(struct module *module, PyObject *object, int name, bool *value)
{
    PyObject *found = PyObject_GetAttr(object, module->names[name]);
    if (found == NULL)
        return false;
    int truth = PyObject_IsTrue(found);
    Py_DECREF(found);
    *value = truth == 1;
    return truth >= 0;
}

static bool fits(const struct packet *packet, Py_ssize_t size)
{
    int described = packet->descriptor_size > 0 ? packet->descriptor_size + DESCRIPTOR_HEAD : 0;
    if (size + packet->padding + described > MAX_PAYLOAD) {
        PyErr_Format(PyExc_ValueError, "a payload has at most %d bytes", (int)MAX_PAYLOAD);
        return false;
    }
    if (packet->picture_at >= 0 && packet->picture_bits != 7 && packet->picture_bits != 15) {
        PyErr_SetString(PyExc_ValueError, "a picture id has 7 or 15 bits");
        return false;
    }
    int picture = packet->picture_at < 0 ? 0
                  : packet->picture_at + (packet->picture_bits == 15 ? 2 : 1);
    if (picture > size || packet->tl0_at + 1 > size) {
        PyErr_SetString(PyExc_ValueError, "picture id and TL0PICIDX lie within the payload");
        return false;
    }
    return true;
}

/* Read an attribute of bytes; return a new reference, NULL with an exception. */
static PyObject *bytes_attribute(struct module *module, PyObject *object, int name)
{
    PyObject *found = PyObject_GetAttr(object, module->names[name]);
    if (found != NULL && !PyBytes_Check(found)) {
        PyErr_SetString(PyExc_ValueError, "a payload and a descriptor are bytes");
        Py_CLEAR(found);
    }
    return found;
}

/* Read one packet, with new references to its payload and its descriptor; false with an
 * exception. */
static bool packet_read(struct module *module, PyObject *object, struct packet *packet,
                        PyObject **payload_out, PyObject **descriptor_out)
{
    int64_t index, padding, orientation, playout, picture_at, bits, tl0_at;
    uint64_t timestamp;
    bool marker;
    if (!attribute(module, object, NAME_index, 1 - NEVER, NEVER - 1, &index)
        || !low_bits_attribute(module, object, NAME_timestamp, &timestamp)
        || !bool_attribute(module, object, NAME_marker, &marker)
        || !attribute(module, object, NAME_padding, 0, 255, &padding)
        || !attribute(module, object, NAME_orientation, -1, 0xFF, &orientation)
        || !attribute(module, object, NAME_playout_delay, -1, 0xFFFFFF, &playout)
        || !attribute(module, object, NAME_picture_at, -1, MAX_PAYLOAD, &picture_at)
        || !attribute(module, object, NAME_picture_bits, 0, 15, &bits)
        || !attribute(module, object, NAME_tl0_at, -1, MAX_PAYLOAD, &tl0_at))
        return false;
    PyObject *payload = bytes_attribute(module, object, NAME_payload);
    if (payload == NULL)
        return false;
    PyObject *descriptor = bytes_attribute(module, object, NAME_descriptor);
    if (descriptor == NULL) {
        Py_DECREF(payload);
        return false;
    }
    Py_ssize_t described = PyBytes_GET_SIZE(descriptor);
    if (described > MAX_DESCRIPTOR || (described > 0 && described < 3)) {
        PyErr_Format(PyExc_ValueError, "a descriptor has 3 to %d bytes", (int)MAX_DESCRIPTOR);
        Py_DECREF(payload);
        Py_DECREF(descriptor);
        return false;
    }
    *packet = (struct packet){
        .index = index,
        .payload = (const uint8_t *)PyBytes_AS_STRING(payload),
        .timestamp = (uint32_t)timestamp,
        .marker = marker ? 0x80 : 0,
        .padding = (uint8_t)padding,
        .playout_delay = (int32_t)playout,
        .orientation = (int16_t)orientation,
        .picture_at = (int16_t)picture_at,
        .tl0_at = (int16_t)tl0_at,
        .picture_bits = (uint8_t)bits,
        .descriptor = (const uint8_t *)PyBytes_AS_STRING(descriptor),
        .descriptor_size = (uint8_t)described,
    };
    if (!fits(packet, PyBytes_GET_SIZE(payload))) {
        Py_DECREF(payload);
        Py_DECREF(descriptor);
        return false;
    }
    packet->size = (uint16_t)PyBytes_GET_SIZE(payload);
    *payload_out = payload;
    *descriptor_out = descriptor;
    return true;
}

static bool timestamps_read(PyObject *timestamps, struct packets *packets)
{
    PyObject *fast = PySequence_Fast(timestamps, "timestamps are a sequence");
    if (fast == NULL)
        return false;
    bool done = (size_t)PySequence_Fast_GET_SIZE(fast) == packets->count;
    if (!done)
        PyErr_SetString(PyExc_ValueError, "there are as many timestamps as packets");
    for (size_t i = 0; done && i < packets->count; i++) {
        uint64_t value;
        done = low_bits_read(PySequence_Fast_GET_ITEM(fast, (Py_ssize_t)i), &value);
        if (done)
            packets->all[i].timestamp = (uint32_t)value;
    }
    Py_DECREF(fast);
    return done;
}

bool packets_read(struct module *module, PyObject *sequence, PyObject *timestamps,
                  struct packets *packets)
{
    *packets = (struct packets){0};
    /* A copy as tuple: reading attributes may run Python, which may change a list. */
    PyObject *tuple = PySequence_Tuple(sequence);
    if (tuple == NULL)
        return false;
    size_t count = (size_t)PyTuple_GET_SIZE(tuple);
    packets->all = PyMem_Calloc(count + 1, sizeof *packets->all);
    packets->payloads = PyMem_Calloc(count + 1, sizeof *packets->payloads);
    packets->descriptors = PyMem_Calloc(count + 1, sizeof *packets->descriptors);
    bool done = packets->all != NULL && packets->payloads != NULL && packets->descriptors != NULL;
    if (!done)
        PyErr_NoMemory();
    for (size_t i = 0; done && i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, (Py_ssize_t)i);
        done = packet_read(module, item, &packets->all[i], &packets->payloads[i],
                           &packets->descriptors[i]);
        packets->count += done;
    }
    Py_DECREF(tuple);
    if (done && timestamps != NULL && timestamps != Py_None)
        done = timestamps_read(timestamps, packets);
    return done;
}

void packets_free(struct packets *packets)
{
    for (size_t i = 0; i < packets->count; i++) {
        Py_DECREF(packets->payloads[i]);
        Py_DECREF(packets->descriptors[i]);
    }
    PyMem_Free(packets->all);
    PyMem_Free(packets->payloads);
    PyMem_Free(packets->descriptors);
}

bool extensions_read(struct module *module, PyObject *object, struct extensions *extensions)
{
    static const int names[] = {NAME_mid_id, NAME_abs_send_time, NAME_transport_cc,
                                NAME_playout_delay, NAME_video_orientation,
                                NAME_dependency_descriptor};
    int64_t ids[6];
    unsigned int seen = 0;
    for (size_t i = 0; i < 6; i++) {
        if (!attribute(module, object, names[i], 0, 14, &ids[i]))
            return false;
        if (ids[i] != 0 && (seen & 1u << ids[i])) {
            PyErr_SetString(PyExc_ValueError, "two extensions have one id");
            return false;
        }
        seen |= 1u << ids[i];
    }
    PyObject *mid = PyObject_GetAttr(object, module->names[NAME_mid]);
    if (mid == NULL)
        return false;
    if (!PyBytes_Check(mid) || (ids[0] != 0 && PyBytes_GET_SIZE(mid) > MAX_MID)) {
        PyErr_Format(PyExc_ValueError, "a mid that is carried has at most %d bytes",
                     (int)MAX_MID);
        Py_DECREF(mid);
        return false;
    }
    size_t size = (size_t)PyBytes_GET_SIZE(mid);
    *extensions = (struct extensions){
        .abs_send_time = (uint8_t)ids[1],
        .transport_cc = (uint8_t)ids[2],
        .playout_delay = (uint8_t)ids[3],
        .video_orientation = (uint8_t)ids[4],
        .dependency_descriptor = (uint8_t)ids[5],
    };
    if (size > 0 && ids[0] != 0) {
        extensions->mid[0] = (uint8_t)((size_t)ids[0] << 4 | (size - 1));
        memcpy(extensions->mid + 1, PyBytes_AS_STRING(mid), size);
        extensions->mid_size = (uint8_t)(size + 1);
    }
    Py_DECREF(mid);
    return true;
}

static bool number_at(PyObject *tuple, Py_ssize_t place, int64_t most, uint32_t *value)
{
    int64_t number;
    if (place >= PyTuple_GET_SIZE(tuple)) {
        *value = 0;
        return true;
    }
    if (!integer_read(PyTuple_GET_ITEM(tuple, place), "a number of the address", 0, most, &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

bool address_read(int family, PyObject *tuple, struct path *path)
{
    Py_ssize_t size = PyTuple_Check(tuple) ? PyTuple_GET_SIZE(tuple) : -1;
    if (size == 0) {
        path->address_size = 0;
        return true;
    }
    bool v4 = family == AF_INET && size == 2;
    bool v6 = family == AF_INET6 && size >= 2 && size <= 4;
    if ((!v4 && !v6) || !PyUnicode_Check(PyTuple_GET_ITEM(tuple, 0))) {
        PyErr_SetString(PyExc_ValueError, "the address is not one of the socket's family");
        return false;
    }
    uint32_t port, flow, scope;
    if (!number_at(tuple, 1, 0xFFFF, &port) || !number_at(tuple, 2, 0xFFFFF, &flow)
        || !number_at(tuple, 3, 0xFFFFFFFF, &scope)) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_SetString(PyExc_ValueError, "a number of the address is none");
        return false;
    }
    Py_ssize_t length;
    const char *host = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(tuple, 0), &length);
    struct path found = {0};
    void *where = v4 ? (void *)&found.address.v4.sin_addr : (void *)&found.address.v6.sin6_addr;
    if (host == NULL)
        PyErr_Clear(); /* surrogates */
    if (host == NULL || strlen(host) != (size_t)length || inet_pton(family, host, where) != 1) {
        PyErr_SetString(PyExc_ValueError, "the address is not numeric");
        return false;
    }
    if (v4) {
        found.address.v4.sin_family = AF_INET;
        found.address.v4.sin_port = htons((uint16_t)port);
        path->address_size = sizeof found.address.v4;
    } else {
        found.address.v6.sin6_family = AF_INET6;
        found.address.v6.sin6_port = htons((uint16_t)port);
        found.address.v6.sin6_flowinfo = htonl(flow);
        found.address.v6.sin6_scope_id = scope;
        path->address_size = sizeof found.address.v6;
    }
    path->address = found.address;
    return true;
}

PyObject *address_tuple(const struct sockaddr *address, socklen_t size)
{
    char host[INET6_ADDRSTRLEN];
    if (size >= sizeof(struct sockaddr_in) && address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        return Py_BuildValue("(si)", host, ntohs(v4->sin_port));
    }
    if (size >= sizeof(struct sockaddr_in6) && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        return Py_BuildValue("(siII)", host, ntohs(v6->sin6_port), ntohl(v6->sin6_flowinfo),
                             v6->sin6_scope_id);
    }
    return PyTuple_New(0);
}
