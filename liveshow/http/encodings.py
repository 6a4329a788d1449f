"""Content codings (RFC 9110 §8.4): of answers, as the request takes them, and of what is sent here.

aiohttp decodes what is sent here, in the codings of ``CODINGS`` and ``deflate``.
"""

from __future__ import annotations

import re
import sys
import zlib
from functools import lru_cache

import brotli
from aiohttp import web
from aiohttp.typedefs import Handler

from liveshow.errors import UnsupportedMediaType

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: The codings of answers, the smallest first.
CODINGS = ("br", "zstd", "gzip")
_READ = frozenset({*CODINGS, "deflate", "identity"})
#: Below it a coding saves no packet.
WORTH_BYTES = 1024
#: Above it the loop would wait too long: such an answer goes as it is.
MOST_BYTES = 1 << 20

_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def accepted(request: web.Request) -> str | None:
    """Return the best of our codings that the request takes, None for the plain bytes."""
    return _best(",".join(request.headers.getall("Accept-Encoding", [])))


@lru_cache(256)
def _best(header: str) -> str | None:
    weights: dict[str, float] = {}
    for part in header[:500].split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_WEIGHT.fullmatch(each) for each in parameters), None)
        if name and (weight is not None or not parameters):
            weights[name] = float(weight[1]) if weight else 1.0
    taken = {coding: weights.get(coding, weights.get("*", 0.0)) for coding in CODINGS}
    best = max(CODINGS, key=lambda coding: taken[coding])
    return best if taken[best] > 0 else None


@lru_cache(2048)
def packed(body: bytes, coding: str) -> bytes:
    """Return a file's bytes as small as the coding makes them.

    It takes some milliseconds: call it in a thread. The newest 2,048 results are kept.
    """
    if coding == "br":
        return bytes(brotli.compress(body, mode=brotli.MODE_TEXT))
    if coding == "zstd":
        return zstd.compress(body, level=19)
    return _gzip(body, 9)


def quickly(body: bytes, coding: str) -> bytes:
    """Return the bytes of one answer, coded in a fraction of a millisecond for each 10 kB."""
    if coding == "br":
        return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=4))
    if coding == "zstd":
        return zstd.compress(body, level=3)
    return _gzip(body, 4)


def _gzip(body: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, wbits=31)
    return packer.compress(body) + packer.flush()


def encode(request: web.Request, response: web.Response) -> web.Response:
    """Encode a whole answer as the request takes it, and say so; returns the same response.

    Not for an answer that has a secret beside what others wrote: its size would tell of the secret
    (BREACH).
    """
    response.headers["Vary"] = "Accept-Encoding"
    body = response.body
    coding = accepted(request)
    if coding and isinstance(body, bytes) and WORTH_BYTES <= len(body) <= MOST_BYTES:
        response.body = quickly(body, coding)
        response.headers["Content-Encoding"] = coding
    return response


@web.middleware
async def known_codings(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a body in a coding that nobody here reads, before it is taken for something else.

    Raises ``UnsupportedMediaType``.
    """
    coding = request.headers.get("Content-Encoding")
    if coding and coding.strip().lower() not in _READ:
        raise UnsupportedMediaType(
            message=f"Send the body as it is, or with Content-Encoding: {', '.join(CODINGS)}."
        )
    return await handler(request)
