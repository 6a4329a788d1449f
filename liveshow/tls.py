"""HTTPS: the operator's certificate, or one made on the spot for a local network.

Browsers give a camera to secure origins only. To try a show on phones in the same network,
``tls_self_signed`` serves a certificate for every address of this machine; it is kept in the data
folder, so that a warning that was accepted once stays accepted, and made anew when it expires or
the addresses change.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from liveshow.settings import Settings
from liveshow.surroundings import CannotRun, local_addresses

FOLDER = "tls"
CERTIFICATE = "self-signed.pem"
KEY = "self-signed.key"
_VALID = dt.timedelta(days=397)  # Apple refuses certificates that are valid for longer
_RENEW = dt.timedelta(days=14)


def server_context(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context of the server, None when it speaks plain HTTP.

    Raises :class:`CannotRun` with a sentence when the certificate cannot be used.
    """
    files = certificate_files(settings)
    if files is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    load(context, *files)
    return context


def load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Put a certificate into a context, also one in use: new connections then get it.

    What cannot be used leaves the context as it is, and nobody is asked for a passphrase: a server
    has no terminal. Raises :class:`CannotRun` with a sentence.
    """
    # OpenSSL takes the certificate before it looks at the key: a pair that does not match would
    # leave a running server without any.
    _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), certificate, key)
    _load(context, certificate, key)


class _Encrypted(Exception):
    """The private key asks for a passphrase."""


def _no_passphrase() -> str:
    raise _Encrypted


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    try:
        context.load_cert_chain(certificate, key, _no_passphrase)
    except _Encrypted as error:
        raise CannotRun(
            message=f"TLS: {key} is encrypted. Write it without a passphrase, readable by the "
            f"server alone: `openssl pkey -in {key} -out new.key`."
        ) from error
    except ssl.SSLError as error:
        raise CannotRun(
            message=f"TLS: {certificate} and {key} are not a PEM certificate and its private key "
            f"({error.reason or error})."
        ) from error
    except OSError as error:
        raise CannotRun(
            message=f"TLS: cannot read {certificate} and {key}: {error.strerror or error}."
        ) from error


def certificate_files(settings: Settings) -> tuple[Path, Path] | None:
    """Return the paths of certificate and key, making them when they are to be self-signed."""
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate and key:
        return certificate, key
    if certificate or key:
        missing = "tls_key" if certificate else "tls_certificate"
        raise CannotRun(message=f"TLS: {missing} is not set; a certificate and a key go together.")
    if settings.tls_self_signed:
        return self_signed(settings.data_dir / FOLDER)
    return None


def local_names() -> list[str]:
    """Return the names under which machines on the same network may know this one."""
    name = socket.gethostname().partition(".")[0].lower()
    # A machine may be called "My_Mac": not a host name, so nobody can type it as one.
    usable = name and name.isascii() and name.replace("-", "").isalnum() and name != "localhost"
    return ["localhost", *([name, f"{name}.local"] if usable else [])]


def self_signed(
    folder: Path,
    *,
    names: list[str] | None = None,
    addresses: list[str] | None = None,
    now: dt.datetime | None = None,
) -> tuple[Path, Path]:
    """Return certificate and key in ``folder`` for the names and addresses of this machine.

    What is there is kept while it is valid for another two weeks and names the same.
    """
    names = local_names() if names is None else names
    addresses = local_addresses() if addresses is None else addresses
    now = now or dt.datetime.now(dt.UTC)
    certificate, key = folder / CERTIFICATE, folder / KEY
    if not _is_current(certificate, key, names, addresses, now):
        _make(certificate, key, names, addresses, now)
    return certificate, key


def _is_current(
    certificate: Path, key: Path, names: list[str], addresses: list[str], now: dt.datetime
) -> bool:
    try:
        parsed = read_certificate(certificate)
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        alternative = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    return (
        parsed.not_valid_before_utc <= now < parsed.not_valid_after_utc - _RENEW
        and private.public_key() == parsed.public_key()
        and set(alternative.get_values_for_type(x509.DNSName)) == set(names)
        and {str(ip) for ip in alternative.get_values_for_type(x509.IPAddress)} == set(addresses)
    )


def read_certificate(path: Path) -> x509.Certificate:
    """Return the first certificate of a PEM file; raise ``OSError`` or ``ValueError``."""
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def _make(
    certificate: Path, key: Path, names: list[str], addresses: list[str], now: dt.datetime
) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "liveshow (self-signed)")])
    alternative = x509.SubjectAlternativeName(
        [x509.DNSName(name) for name in names]
        + [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    )
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))  # phones' clocks are not exact
        .not_valid_after(now + _VALID)
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate.parent.mkdir(parents=True, exist_ok=True)
    _write_private(
        key,
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def _write_private(path: Path, content: bytes) -> None:
    # A new file, so that nobody who had the old one open or linked sees the new key.
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
