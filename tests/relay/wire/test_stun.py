"""Our STUN against aioice's, which is the oracle in both directions."""

from __future__ import annotations

import ipaddress
import os
from binascii import crc32
from typing import Any

import pytest
from aioice import stun as oracle
from hypothesis import example, given
from hypothesis import strategies as st

from liveshow.relay.wire.stun import (
    COOKIE,
    MAX_ATTRIBUTES,
    MAX_MESSAGE,
    MAX_UNKNOWN,
    Check,
    is_indication,
    read_check,
)

PASSWORD = "a-password-of-22-bytes"
KEY = PASSWORD.encode()

words = st.text(st.characters(codec="ascii", exclude_characters=":"), max_size=32)
addresses = st.tuples(st.ip_addresses(), st.integers(0, 0xFFFF))


def request(password: str = PASSWORD, **attributes: Any) -> bytes:
    """Build a signed check as aioice does."""
    message = oracle.Message(oracle.Method.BINDING, oracle.Class.REQUEST)
    message.attributes |= {"USERNAME": "ours:theirs", "PRIORITY": 1}
    message.attributes |= {name.replace("_", "-"): value for name, value in attributes.items()}
    message.add_message_integrity(password.encode())
    return bytes(message)


def raw(
    *attributes: tuple[int, bytes], key: bytes = KEY, kind: int = 1, after: bytes = b""
) -> bytes:
    """Build a check of any attributes, signed; ``after`` comes before the fingerprint."""
    body = b"".join(
        number.to_bytes(2) + len(value).to_bytes(2) + value + bytes(-len(value) % 4)
        for number, value in attributes
    )
    head = kind.to_bytes(2) + len(body).to_bytes(2) + COOKIE.to_bytes(4) + os.urandom(12)
    mac = oracle.message_integrity(head + body, key)
    return finished(head + body + b"\x00\x08\x00\x14" + mac + after)


def finished(message: bytes) -> bytes:
    """Add the fingerprint and set the length."""
    message = message[:2] + (len(message) - 12).to_bytes(2) + message[4:]
    return message + b"\x80\x28\x00\x04" + (crc32(message) ^ 0x5354554E).to_bytes(4)


def read(data: bytes) -> Check:
    """Read what must be readable."""
    check = read_check(data)
    assert check is not None
    return check


NAME = (6, b"ours:theirs")


@given(words, words, st.booleans(), st.booleans(), st.text(max_size=40), st.integers(0, 2**32 - 1))
def test_checks_of_another_implementation_are_understood(
    ours: str, theirs: str, nominates: bool, controlled: bool, software: str, priority: int
) -> None:
    """User name, nomination and role are read, and the signature is believed."""
    attributes: dict[str, Any] = {"USERNAME": f"{ours}:{theirs}", "SOFTWARE": software}
    attributes["ICE_CONTROLLED" if controlled else "ICE_CONTROLLING"] = 7
    attributes["PRIORITY"] = priority
    if nominates:
        attributes["USE_CANDIDATE"] = None
    check = read(request(**attributes))
    assert (check.ours, check.theirs) == (ours.encode(), theirs.encode())
    assert (check.nominates, check.controlled, check.unknown) == (nominates, controlled, ())
    assert check.is_signed(KEY)
    assert not check.is_signed(b"another password")


@given(addresses, words)
@example((ipaddress.ip_address("::ffff:192.0.2.1"), 40000), "x")
def test_responses_are_understood_by_another_implementation(
    address: tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int], password: str
) -> None:
    """It finds its address, the transaction and a good signature."""
    host, port = address
    check = read(request())
    data = check.success(str(host), port, password.encode())
    answer = oracle.parse_message(data)
    assert (answer.message_class, answer.message_method) == (
        oracle.Class.RESPONSE,
        oracle.Method.BINDING,
    )
    assert answer.transaction_id == check.transaction
    seen = host.ipv4_mapped or host if isinstance(host, ipaddress.IPv6Address) else host
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == (str(seen), port)
    assert answer.check_message_integrity(password.encode())
    assert "FINGERPRINT" in answer.attributes
    assert len(data) <= 20 + 24 + 24 + 8


def test_scope_of_a_link_local_address_is_left_out() -> None:
    """Systems add the interface; the other side has no use for it."""
    answer = oracle.parse_message(read(request()).success("fe80::1%eth0", 9, KEY))
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ("fe80::1", 9)


def test_conflict_and_unknown_attributes_are_answered_with_signed_errors() -> None:
    """487 (RFC 8445 §7.3.1.1) and 420 with the list of types (RFC 8489 §14.9)."""
    check = read(raw(NAME, (0x8029, bytes(8))))
    answer = oracle.parse_message(check.conflict(KEY))
    assert check.controlled
    assert answer.attributes["ERROR-CODE"] == (487, "Role Conflict")
    assert answer.message_class == oracle.Class.ERROR
    assert answer.check_message_integrity(KEY)

    check = read(raw(NAME, (0x0002, b"old"), (0x7F00, b""), (0xC057, b"new"), (0x0003, b"")))
    assert check.unknown == (0x0002, 0x7F00, 0x0003)
    assert check.is_signed(KEY)
    data = check.refusal(KEY)
    answer = oracle.parse_message(data)
    assert answer.attributes["ERROR-CODE"] == (420, "Unknown Attribute")
    assert answer.check_message_integrity(KEY)
    assert b"\x00\x0a\x00\x06\x00\x02\x7f\x00\x00\x03\x00\x00" in data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(raw(NAME)[:-1], id="truncated"),
        pytest.param(raw(NAME) + bytes(4), id="longer than it says"),
        pytest.param(raw(NAME, kind=0x0011), id="an indication"),
        pytest.param(raw(NAME, kind=0x0101), id="a response"),
        pytest.param(raw(NAME, kind=0x0003), id="another method"),
        pytest.param(raw((0x24, bytes(4))), id="no user name"),
        pytest.param(raw(NAME).replace(COOKIE.to_bytes(4), bytes(4)), id="no magic cookie"),
        pytest.param(finished(raw(NAME)[:36]), id="no integrity"),
        pytest.param(raw(NAME)[:2] + b"\0\x28" + raw(NAME)[4:-8], id="no fingerprint"),
        pytest.param(
            finished(raw(NAME)[:-34] + b"\0\x08\0\x10" + bytes(16)), id="integrity of 16 bytes"
        ),
        pytest.param(raw(NAME, after=b"\xc0\x57\x00\x10"), id="an attribute that does not end"),
    ],
)
def test_what_is_no_check_is_nothing(data: bytes) -> None:
    """Each defect alone is enough, and costs neither checksum nor signature."""
    assert read_check(data) is None


def test_check_with_the_longest_user_name_is_read() -> None:
    """Fragments of 256 characters (RFC 8839 §5.4), and everything a browser adds."""
    name = b"ours" * 2 + b":" + b"t" * 256
    extras = [(0x8022, b"software" * 4), (0xC057, bytes(4)), (0x802A, bytes(8)), (0x24, bytes(4))]
    data = raw((6, name), (0x25, b""), *extras)
    assert len(data) <= MAX_MESSAGE
    assert read(data).theirs == b"t" * 256


def test_an_unknown_attribute_of_a_whole_flight_is_passed_over() -> None:
    """faults.md 32: types from 0x8000 on may be ignored, however long (RFC 8489 §14).

    0xC070 is where Chromium puts the flights of DTLS within STUN.
    """
    check = read(raw(NAME, (0xC070, bytes(600))))
    assert check.ours == b"ours"
    assert check.unknown == ()
    assert check.is_signed(KEY)


def test_longer_checks_and_those_of_too_many_attributes_are_not_read() -> None:
    """They would cost more than those of peers, before their sender is known."""
    room = MAX_MESSAGE - len(raw(NAME, (0x8022, b"")))
    assert read(raw(NAME, (0x8022, bytes(room)))).ours == b"ours"
    assert read_check(raw(NAME, (0x8022, bytes(room + 4)))) is None
    most = [NAME, *[(0x8022, b"")] * (MAX_ATTRIBUTES - 2)]  # and the signature
    assert read(raw(*most)).is_signed(KEY)
    assert read_check(raw(*most, (0x8022, b""))) is None
    assert read_check(raw(*most, after=b"\x80\x22\0\0")) is None


def test_refusal_lists_a_few_types_only() -> None:
    """Those that come first."""
    types = range(0x7000, 0x7000 + MAX_ATTRIBUTES - 2)
    check = read(raw(NAME, *((kind, b"") for kind in types)))
    assert check.unknown == tuple(types[:MAX_UNKNOWN])


def test_indications_are_told_from_what_is_malformed() -> None:
    """libnice sends them as a header and a fingerprint; anything else is malformed."""
    head = b"\x00\x11\x00\x00" + COOKIE.to_bytes(4) + bytes(12)
    assert is_indication(head)
    assert is_indication(finished(head))
    for data in (b"", head[:-1], head + b"\0", raw(NAME), head[:4] + bytes(16)):
        assert not is_indication(data)
    assert read_check(finished(head)) is None


def test_every_byte_is_covered_by_the_signature() -> None:
    """A bit flipped anywhere makes it unreadable, someone else's, or unsigned."""
    data = request(USE_CANDIDATE=None, ICE_CONTROLLING=7)
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        check = read_check(bytes(changed))
        assert check is None or not check.is_signed(KEY), at


def test_right_integrity_does_not_make_up_for_a_wrong_fingerprint() -> None:
    """Both are required (RFC 8445 §7.1)."""
    data = raw(NAME)
    assert not read(data[:-1] + bytes([data[-1] ^ 1])).is_signed(KEY)


def test_nothing_after_the_signature_counts() -> None:
    """Attributes that could have been added on the way are not read (RFC 8489 §14.5)."""
    check = read(raw(NAME, after=b"\x00\x25\x00\x00\x00\x06\x00\x03x:y\x00\x7f\x00\x00\x00"))
    assert (check.ours, check.nominates, check.unknown) == (b"ours", False, ())
    assert check.is_signed(KEY)


def test_first_attribute_of_a_type_counts() -> None:
    """RFC 8489 §14."""
    check = read(raw(NAME, (6, b"x:y")))
    assert (check.ours, check.theirs) == (b"ours", b"theirs")


@given(st.binary(max_size=200), st.integers(0, 120), st.binary(max_size=8))
def test_no_bytes_make_it_raise(junk: bytes, at: int, piece: bytes) -> None:
    """Random bytes and changed checks never raise; a check that is read can be answered."""
    data = request()
    for attempt in (junk, data[:at] + piece + data[at + len(piece) :], data[:20] + junk):
        check = read_check(attempt)
        if check is not None:
            check.is_signed(KEY)
            oracle.parse_message(check.refusal(KEY))
            oracle.parse_message(check.success("192.0.2.1", 1, KEY))


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=20)), max_size=8))
def test_attributes_of_any_type_leave_no_doubt(attributes: list[tuple[int, bytes]]) -> None:
    """Signed by the right peer it is read, whatever else is in it, unless it ends earlier."""
    odd = {6, 8, 0x8028}
    data = raw(NAME, *(pair for pair in attributes if pair[0] not in odd))
    check = read(data)
    assert check.is_signed(KEY)
    assert check.ours == b"ours"
    assert check.nominates == any(kind == 0x25 for kind, _ in attributes)
