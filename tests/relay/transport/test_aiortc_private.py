"""What we use of aiortc and pylibsrtp that is not promised. Fails when it moves."""

from __future__ import annotations

import asyncio
import datetime
import inspect
from collections.abc import Callable
from typing import Any

import pylibsrtp
import pytest
from aiortc import rate, rtcdtlstransport
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport
from hypothesis import given
from hypothesis import strategies as st

from liveshow.relay.transport.aiortc_private import (
    DTLS_QUEUE,
    PROFILES,
    Certificate,
    is_overused,
)
from liveshow.relay.transport.dtls_established import MAX_REPEATS, EstablishedDtls
from liveshow.relay.transport.dtls_established import SUITES as known
from liveshow.relay.transport.dtls_srtp import MAX_PROTECTED, DtlsSrtp
from liveshow.relay.wire.rtcp import receiver_report
from tests.support import eventually, seconds


def test_transport_still_has_what_we_reach_for() -> None:
    """Names and signatures below RTCPeerConnection."""
    certificate = Certificate.generate()

    class Ice:
        role, state = "controlled", "completed"

    transport: Any = RTCDtlsTransport(Ice(), [certificate])  # type: ignore[arg-type]
    for name in ("_srtp_profiles", "_ssl", "_role", "_task", "encrypted", "_set_state"):
        assert hasattr(transport, name), name
    assert transport._ssl is None
    # The steps that we replace are called, and the peer's certificate is checked before the keys.
    steps = ("self._do_handshake()", "self._validate_peer_identity(", "self._setup_srtp()")
    places = [inspect.getsource(RTCDtlsTransport.start).index(step) for step in steps]
    assert places == sorted(places)
    assert list(inspect.signature(RTCDtlsTransport._set_role).parameters) == ["self", "role"]
    assert list(inspect.signature(RTCDtlsTransport.start).parameters) == [
        "self",
        "remoteParameters",
    ]
    source = inspect.getsource(RTCDtlsTransport)
    asked = {"transport._recv(", "transport._send(", "transport.role"}
    assert all(name in source for name in asked)
    assert list(inspect.signature(RTCCertificate._create_ssl_context).parameters) == [
        "self",
        "srtp_profiles",
    ]
    estimator = rate.RemoteBitrateEstimator()
    assert not is_overused(estimator)
    assert estimator.incoming_bitrate.rate(0) is None
    assert list(inspect.signature(estimator.add).parameters) == [
        "arrival_time_ms",
        "abs_send_time",
        "payload_size",
        "ssrc",
    ]


def test_gcm_is_offered_first() -> None:
    """The cheapest profile wins, because the server's order counts."""
    assert PROFILES[0] is rtcdtlstransport.SRTP_AEAD_AES_128_GCM
    assert rtcdtlstransport.SRTP_AES128_CM_SHA1_80 in PROFILES


def test_one_certificate_and_one_context_serve_everybody() -> None:
    """Making a TLS context per peer costs more than the rest of a join."""
    certificate = Certificate.generate()
    assert certificate._create_ssl_context(PROFILES) is certificate._create_ssl_context(PROFILES)
    assert certificate.expires - datetime.datetime.now(datetime.UTC) > datetime.timedelta(365)
    name, value = certificate.fingerprint
    assert name == "sha-256"
    assert len(value) == 32 * 3 - 1


def test_longest_packet_that_srtp_takes_is_known() -> None:
    """pylibsrtp's buffer is what limits the payload of a publisher."""
    policy = pylibsrtp.Policy(key=bytes(30), ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
    session = pylibsrtp.Session(policy)
    packet = b"\x80\x60" + bytes(10)
    session.protect(packet + bytes(MAX_PROTECTED - len(packet)))
    with pytest.raises(ValueError, match="too long"):
        session.protect(packet + bytes(MAX_PROTECTED - len(packet) + 1))


async def handshake(
    active: bool = False,
    profile: rtcdtlstransport.SRTPProtectionProfile = rtcdtlstransport.SRTP_AEAD_AES_128_GCM,
    suite: str = "ECDHE-ECDSA-AES128-GCM-SHA256",
    lose: Callable[[bytes], bool] = lambda data: False,
) -> tuple[DtlsSrtp, RTCDtlsTransport, asyncio.Queue[bytes]]:
    """Connect our side with aiortc's own, which takes one profile and one suite, over queues.

    ``lose``: what on the way to the other side gets lost.
    """
    ours_certificate, theirs_certificate = Certificate.generate(), Certificate.generate()
    theirs_certificate._create_ssl_context([profile]).set_cipher_list(suite.encode())
    to_ours: asyncio.Queue[bytes] = asyncio.Queue()
    to_theirs: asyncio.Queue[bytes] = asyncio.Queue()

    class Ice:
        role, state = "controlling", "completed"

        async def _recv(self) -> bytes:
            return await to_theirs.get()

        async def _send(self, data: bytes) -> None:
            ours.feed(data)
            to_ours.put_nowait(data)

    def transmit(data: bytes) -> None:
        if not lose(data):
            to_theirs.put_nowait(data)

    ours = DtlsSrtp(ours_certificate, [theirs_certificate.fingerprint], transmit, active)
    theirs = RTCDtlsTransport(Ice(), [theirs_certificate])  # type: ignore[arg-type]
    theirs._srtp_profiles = [profile]
    theirs._set_role("server" if active else "client")
    parameters = rtcdtlstransport.RTCDtlsParameters(
        fingerprints=[rtcdtlstransport.RTCDtlsFingerprint(*ours_certificate.fingerprint)]
    )
    await asyncio.gather(ours.handshake(), theirs.start(parameters))
    return ours, theirs, to_theirs


async def test_handshake_gives_keys_for_both_directions() -> None:
    """DTLS-SRTP with GCM; what one side protects the other unprotects, replays are refused."""
    ours, theirs, to_theirs = await handshake()
    assert ours.state == theirs.state == "connected"
    report = receiver_report(1)
    protected = ours.protect_rtcp(report)
    assert protected is not None
    assert len(protected) == len(report) + 16 + 4  # the GCM tag and the index
    assert theirs._rx_srtp.unprotect_rtcp(protected) == report
    assert ours.unprotect(theirs._tx_srtp.protect_rtcp(report), rtcp=True) == report
    packet = b"\x80\x60\x00\x01" + bytes(8) + b"payload"
    back = theirs._tx_srtp.protect(packet)
    assert ours.unprotect(back, rtcp=False) == packet
    assert ours.unprotect(back, rtcp=False) is None
    assert ours.protect_rtcp(bytes(MAX_PROTECTED + 1)) is None
    await ours.close()
    await asyncio.wait_for(_closed(theirs), seconds(5))
    assert to_theirs.empty()


@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.openssl_profile.decode())
async def test_sending_keys_are_those_the_peer_receives_with(
    active: bool, profile: rtcdtlstransport.SRTPProtectionProfile
) -> None:
    """For every role and profile, another implementation opens the packets."""
    ours, theirs, _ = await handshake(active, profile)
    name, key, salt = ours.sending_keys()
    assert name == profile.openssl_profile.decode().removeprefix("SRTP_")
    assert (len(key), len(salt)) == (profile.key_length, profile.salt_length)
    policy = pylibsrtp.Policy(
        key=key + salt,
        ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
        srtp_profile=profile.libsrtp_profile,
    )
    packet = b"\x80\x60\x00\x01" + bytes(8) + b"payload"
    assert theirs._rx_srtp.unprotect(pylibsrtp.Session(policy).protect(packet)) == packet
    await ours.close()
    await asyncio.wait_for(_closed(theirs), seconds(5))


SUITES = {
    "ECDHE-ECDSA-AES128-GCM-SHA256": True,
    "ECDHE-ECDSA-CHACHA20-POLY1305": True,
    "ECDHE-ECDSA-AES256-SHA": False,
}


@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize("suite", SUITES)
async def test_goodbye_is_said_with_and_without_the_connection(suite: str, active: bool) -> None:
    """Where the suite is known, OpenSSL's connection is let go; it is not missed."""
    ours, theirs, _ = await handshake(active, suite=suite)
    assert (ours._transport is None) == SUITES[suite]
    assert theirs.state == "connected"
    await ours.close()
    await asyncio.wait_for(_closed(theirs), seconds(5))


@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize("suite", SUITES)
async def test_goodbye_is_heard_with_and_without_the_connection(suite: str, active: bool) -> None:
    """The listener of the state is called once."""
    ours, theirs, _ = await handshake(active, suite=suite)
    told: list[str] = []
    ours.on_state(lambda: told.append(ours.state))
    await theirs.stop()
    await eventually(lambda: ours.state == "closed", what="the goodbye is heard")
    assert told == ["closed"]
    await ours.close()


@pytest.mark.parametrize("suite", [suite for suite, known in SUITES.items() if known])
async def test_goodbye_that_is_not_authentic_is_nothing(suite: str) -> None:
    """Any byte of it changed, cut short, or joined with others: only the real one counts."""
    ours, theirs, _ = await handshake(suite=suite)
    records: list[bytes] = []

    async def keep(data: bytes) -> None:
        records.append(data)

    theirs.transport._send = keep
    await theirs.stop()
    (goodbye,) = records
    for at in range(len(goodbye)):
        assert not ours.feed(goodbye[:at] + bytes([goodbye[at] ^ 1]) + goodbye[at + 1 :]), at
        assert not ours.feed(goodbye[:at])
    assert not ours.feed(b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x02\x28")
    assert ours.state == "connected"
    assert ours.feed(b"\x16\xfe\xfd" + bytes(8) + b"\x00\x01\x00" + goodbye)
    assert ours.state == "closed"
    assert not ours.feed(goodbye)
    await ours.close()


@given(st.binary(max_size=120), st.binary(max_size=40), st.booleans())
def test_no_records_make_it_raise(junk: bytes, body: bytes, server: bool) -> None:
    """Whatever comes after the handshake, in whatever pieces."""
    for suite in known.values():
        end = EstablishedDtls(suite, bytes(2 * (suite.key + suite.fixed)), server, b"flight")
        alert = b"\x15\xfe\xfd\x00\x01" + bytes(6) + len(body).to_bytes(2) + body
        for data in (junk, b"\x15\xfe\xfd\x00\x01" + junk, alert + junk):
            assert not end.is_over(data)
            end.repeat(data)


async def test_last_flight_that_was_lost_is_sent_again() -> None:
    """The other side repeats its own until it has ours, although the connection is gone."""
    finished: list[bytes] = []

    def lose(data: bytes) -> bool:
        if data[0] == 20:  # change cipher spec: the flight that completes the handshake
            finished.append(data)
        return len(finished) == 1

    ours, theirs, _ = await handshake(lose=lose)
    assert ours._transport is None
    assert theirs.state == "connected"
    assert len(finished) == 2
    answered = [ours.feed(b"\x16\xfe\xfd" + bytes(8) + b"\x00\x01\x00") for _ in range(30)]
    assert answered == [True] * (MAX_REPEATS - 1) + [False] * (31 - MAX_REPEATS)
    await ours.close()
    await asyncio.wait_for(_closed(theirs), seconds(5))


async def test_wrong_fingerprint_ends_the_handshake() -> None:
    """A peer with another certificate than the offer's gets no keys."""
    certificate = Certificate.generate()
    out: asyncio.Queue[bytes] = asyncio.Queue()
    ours = DtlsSrtp(certificate, [("sha-256", "00:11")], out.put_nowait)

    class Ice:
        role, state = "controlling", "completed"
        _recv = staticmethod(out.get)

        async def _send(self, data: bytes) -> None:
            ours.feed(data)

    theirs = RTCDtlsTransport(Ice(), [Certificate.generate()])  # type: ignore[arg-type]
    theirs._set_role("client")
    fingerprint = rtcdtlstransport.RTCDtlsFingerprint(*certificate.fingerprint)
    parameters = rtcdtlstransport.RTCDtlsParameters(fingerprints=[fingerprint])
    await asyncio.gather(ours.handshake(), theirs.start(parameters))
    assert ours.state == "failed"
    assert ours.protect_rtcp(bytes(8)) is None
    await ours.close()
    await theirs.stop()


async def test_there_are_no_keys_before_the_handshake() -> None:
    """Asking too early is a mistake of ours, and says so."""
    dtls = DtlsSrtp(Certificate.generate(), [("sha-256", "00")], lambda _: None)
    with pytest.raises(RuntimeError, match="no keys"):
        dtls.sending_keys()
    await dtls.close()


async def _closed(transport: RTCDtlsTransport) -> None:
    closed = asyncio.Event()
    transport.on("statechange", closed.set)
    if transport.state != "closed":
        await closed.wait()


async def test_queue_before_dtls_is_bounded_and_early_media_is_kept() -> None:
    """Nothing a peer sends before the handshake grows without end."""
    dtls = DtlsSrtp(Certificate.generate(), [("sha-256", "00")], lambda _: None)
    assert [dtls.feed(b"\x16") for _ in range(DTLS_QUEUE + 1)] == [True] * DTLS_QUEUE + [False]
    for number in range(100):
        assert dtls.unprotect(bytes([128, number]), rtcp=False) is None
    early = dtls.early()
    assert len(early) == 64
    assert early[-1] == bytes([128, 99])
    assert dtls.early() == []
    assert dtls.protect_rtcp(bytes(20)) is None
    await dtls.close()
