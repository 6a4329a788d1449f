"""Certificates: the operator's own, and those made on the spot."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from liveshow import tls
from liveshow.settings import Settings
from liveshow.surroundings import CannotRun

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
NAMES, ADDRESSES = ["localhost", "shop.local"], ["127.0.0.1", "192.168.1.20"]


def make(folder: Path, now: dt.datetime = NOW, addresses: list[str] = ADDRESSES) -> bytes:
    certificate, _key = tls.self_signed(folder, names=NAMES, addresses=addresses, now=now)
    return certificate.read_bytes()


def test_a_self_signed_certificate_names_every_name_and_address(tmp_path: Path) -> None:
    make(tmp_path)
    certificate = tls.read_certificate(tmp_path / tls.CERTIFICATE)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == NAMES
    assert names.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address(address) for address in ADDRESSES
    ]


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    (tmp_path / tls.KEY).write_text("something older")
    (tmp_path / tls.KEY).chmod(0o644)
    make(tmp_path)
    assert stat.S_IMODE((tmp_path / tls.KEY).stat().st_mode) == 0o600


def test_a_certificate_is_kept_so_that_a_warning_is_accepted_once(tmp_path: Path) -> None:
    assert make(tmp_path) == make(tmp_path, NOW + dt.timedelta(days=300))


def test_a_certificate_is_renewed_before_it_expires(tmp_path: Path) -> None:
    assert make(tmp_path) != make(tmp_path, NOW + dt.timedelta(days=390))


def test_a_certificate_is_renewed_when_the_addresses_change(tmp_path: Path) -> None:
    assert make(tmp_path) != make(tmp_path, addresses=["127.0.0.1", "10.0.0.7"])


@pytest.mark.parametrize("damaged", [tls.KEY, tls.CERTIFICATE])
def test_a_damaged_file_is_replaced(tmp_path: Path, damaged: str) -> None:
    before = make(tmp_path)
    (tmp_path / damaged).write_text("half a file")
    assert make(tmp_path) != before


def test_this_machine_gets_a_context_that_speaks_tls_1_2_and_up(tmp_path: Path) -> None:
    context = tls.server_context(Settings(data_dir=tmp_path, tls_self_signed=True))
    assert context is not None
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_without_tls_settings_there_is_no_context(tmp_path: Path) -> None:
    assert tls.server_context(Settings(data_dir=tmp_path)) is None


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="tls_key is not set"):
        tls.server_context(Settings(tls_certificate=tmp_path / "a.pem"))


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "one")
    make(tmp_path / "two")
    settings = Settings(
        tls_certificate=tmp_path / "one" / tls.CERTIFICATE, tls_key=tmp_path / "two" / tls.KEY
    )
    with pytest.raises(CannotRun, match="are not a PEM certificate and its private key"):
        tls.server_context(settings)


def test_a_missing_certificate_is_named(tmp_path: Path) -> None:
    settings = Settings(tls_certificate=tmp_path / "gone.pem", tls_key=tmp_path / "gone.key")
    with pytest.raises(CannotRun, match=r"gone\.pem .*No such file"):
        tls.server_context(settings)


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """faults.md 76: OpenSSL would prompt on the terminal, and freeze the server meanwhile."""
    certificate, key = tls.self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    encryption = serialization.BestAvailableEncryption(b"a passphrase")
    form = serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, encryption))
    with pytest.raises(CannotRun, match="is encrypted"):
        tls.load(context, certificate, key)


def test_what_cannot_be_used_leaves_the_certificate_that_is_served(tmp_path: Path) -> None:
    """faults.md 76: at SIGHUP, a certificate whose key was not renewed with it."""
    good, other = tls.self_signed(tmp_path / "good"), tls.self_signed(tmp_path / "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load(context, *good)
    with pytest.raises(CannotRun):
        tls.load(context, other[0], good[1])
    assert _served(context) == x509.load_pem_x509_certificate(good[0].read_bytes())


def _served(server: ssl.SSLContext) -> x509.Certificate:
    """The certificate that a client gets of a context, without a network."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(6):
        for end in ends:
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
    found = ends[0].getpeercert(binary_form=True)
    assert found is not None
    return x509.load_der_x509_certificate(found)
