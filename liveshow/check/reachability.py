"""Whether people reach the server, and whether their browsers trust it with a camera."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from cryptography import x509

from liveshow import tls
from liveshow.check.findings import Finding
from liveshow.settings import Settings
from liveshow.surroundings import CannotRun, is_loopback, is_wildcard

EXPIRES_SOON = dt.timedelta(days=14)


def tls_certificate(settings: Settings) -> Iterator[Finding]:
    """Whether the certificate can be used, and browsers will take it."""
    part = "TLS"
    path, key = settings.tls_certificate, settings.tls_key
    if not path or not key:
        yield _no_certificate(settings)
        return
    try:
        tls.server_context(settings)
    except CannotRun as error:
        yield Finding("problem", part, error.message.removeprefix("TLS: "))
        return
    certificate = tls.read_certificate(path)
    now = dt.datetime.now(dt.UTC)
    ends = certificate.not_valid_after_utc
    if key.stat().st_mode & 0o007:
        yield Finding("warning", part, f"Everybody can read the key: run `chmod 600 {key}`.")
    if ends <= now or certificate.not_valid_before_utc > now:
        since = f"expired on {ends:%Y-%m-%d}" if ends <= now else "is not valid yet"
        yield Finding("problem", part, f"The certificate {since}: browsers refuse it.")
    elif ends - now < EXPIRES_SOON:
        yield Finding("warning", part, f"The certificate expires on {ends:%Y-%m-%d}.")
    else:
        yield Finding("ok", part, f"The certificate is valid until {ends:%Y-%m-%d}.")
    name = urlsplit(settings.public_url).hostname
    if name and not _covers(certificate, name):
        yield Finding(
            "problem", part, f"The certificate is not for {name}, the name in public_url."
        )


def _no_certificate(settings: Settings) -> Finding:
    part = "TLS"
    if settings.tls_certificate or settings.tls_key:
        missing = "tls_key" if settings.tls_certificate else "tls_certificate"
        return Finding("problem", part, f"{missing} is not set; the two go together.")
    if settings.tls_self_signed:
        return Finding("ok", part, "Self-signed: every browser will ask once whether to go on.")
    if urlsplit(settings.public_url).scheme == "https":
        return Finding("ok", part, "A proxy in front has to do it, as public_url is https.")
    return Finding("ok", part, "None; see public URL.")


def _covers(certificate: x509.Certificate, name: str) -> bool:
    """Whether a browser takes the certificate for ``name`` (RFC 6125 §6.4)."""
    try:
        kind = x509.SubjectAlternativeName
        names = certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return False
    if name in {str(ip) for ip in names.get_values_for_type(x509.IPAddress)}:
        return True
    wildcard = "*." + name.partition(".")[2]
    return any(
        given.lower() in (name, wildcard) for given in names.get_values_for_type(x509.DNSName)
    )


def public_address(settings: Settings) -> Iterator[Finding]:
    """Whether media will find its way: it goes to an address, past any proxy."""
    part = "public address"
    for address in settings.public_address:
        try:
            socket.getaddrinfo(address, None)
        except OSError:
            yield Finding("problem", part, f"{address!r} is neither an address nor a known name.")
    if settings.public_address:
        yield _given_address(settings, part)
    else:
        yield _own_address(settings, part)


def _given_address(settings: Settings, part: str) -> Finding:
    if is_loopback(settings.host):
        return Finding(
            "problem",
            part,
            f"It is set, but the server listens on {settings.host}, which nobody else reaches: "
            "set host to 0.0.0.0 or to the address of this machine.",
        )
    if _is_public(settings) and all(map(_is_private, settings.public_address)):
        return Finding(
            "warning", part, "Only private addresses are set: viewers elsewhere get no picture."
        )
    return Finding("ok", part, f"Viewers are told {', '.join(settings.public_address)}.")


def _own_address(settings: Settings, part: str) -> Finding:
    if is_wildcard(settings.host):
        return Finding(
            "warning",
            part,
            "Not set: viewers are told this machine's own address, which does for a local "
            "network; behind NAT, in a container or in a cloud, set public_address.",
        )
    if not is_loopback(settings.host):
        return Finding("ok", part, f"Not set: viewers are told {settings.host}.")
    if _is_public(settings):
        return Finding(
            "problem",
            part,
            f"Media does not pass through the proxy, and {settings.host} is all that viewers "
            "would be told: set host to an address that they reach and public_address to the "
            "one they see.",
        )
    return Finding("ok", part, f"Not needed: {settings.host} is for this machine only.")


def _is_public(settings: Settings) -> bool:
    """Whether people come from elsewhere, by ``public_url``."""
    name = urlsplit(settings.public_url).hostname
    return bool(name) and not is_loopback(name or "")


def _is_private(address: str) -> bool:
    try:
        return not ipaddress.ip_address(address).is_global
    except ValueError:
        return False  # a name


def public_url(settings: Settings) -> Iterator[Finding]:
    """Whether pages are on a secure origin, and visitors can be told apart."""
    part = "public URL"
    if not settings.public_url:
        if is_loopback(settings.host) or settings.tls_self_signed or settings.tls_certificate:
            yield Finding("ok", part, "Not set: pages work under the address they are asked for.")
        else:
            yield Finding(
                "warning",
                part,
                "Not set, and there is no TLS: browsers give a camera to https pages only, so "
                "hosts cannot broadcast from another machine. Set tls_certificate, or a proxy "
                "with TLS and public_url, or tls_self_signed to try.",
            )
        return
    url = urlsplit(settings.public_url)
    if url.scheme not in ("http", "https") or not url.hostname:
        yield Finding("problem", part, "Write it as https://live.example.")
    elif url.path not in ("", "/") or url.query or url.fragment:
        yield Finding("problem", part, "It must be a whole origin, without a path.")
    elif url.scheme == "http" and not is_loopback(url.hostname):
        yield Finding(
            "warning",
            part,
            "It is http: browsers give a camera to https pages only, so hosts cannot broadcast.",
        )
    else:
        yield Finding("ok", part, f"{settings.public_url} gives pages a camera.")
    trusted = settings.trusted_proxies
    if url.scheme == "https" and not settings.tls_certificate and not trusted:
        yield Finding(
            "warning",
            part,
            "A proxy seems to be in front and trusted_proxies is 0: all visitors share one "
            "sign-in limit. Set trusted_proxies to 1.",
        )
