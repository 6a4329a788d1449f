"""Reading what a request carries: JSON bodies, query strings, cursors.

    draft = await read_json(request, ListingDraft)      # Invalid, TooLarge, UnsupportedMediaType
    page = read_query(request, PageQuery)                # Invalid
    data = await read_bytes(request, limit=12_000_000)   # TooLarge

``liveshow.http.api.Endpoint`` does the first two from a handler's signature; call them yourself
only where that does not fit.
"""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from liveshow.domain.values import Address as ShipTo
from liveshow.errors import Conflict, Invalid, TooLarge, UnsupportedMediaType
from liveshow.fields import NOT_NULL, Address, Digits, Query, View
from liveshow.http.problems import invalid_from

Model = TypeVar("Model", bound=BaseModel)
Item = TypeVar("Item")

MAX_JSON_BYTES = 64 * 1024
READ_SECONDS = 60.0  # for a body to arrive
PACE_SECONDS = 5.0  # for a part of a body that has to keep a pace
DEFAULT_LIMIT = 50
MAX_LIMIT = 100


# A cursor names the last item that was shown: the numbers and the id by which the list is sorted.
_NUMBER, _ID = "-?[0-9]{1,16}", "[a-z0-9_-]{1,64}"
Cursor = Annotated[
    str,
    Field(
        max_length=98,
        pattern=rf"^{_NUMBER}\.{_ID}$",
        description="What was given as `next`; opaque.",
    ),
]
"""The cursor of a list that is sorted by a number and an id."""

RankedCursor = Annotated[
    str,
    Field(
        max_length=98,
        pattern=rf"^{_NUMBER}\.{_NUMBER}\.{_ID}$",
        description="What was given as `next`; opaque.",
    ),
]
"""The cursor of a list that is sorted by two numbers and an id."""


class PageQuery(Query):
    """``?after=cursor&limit=n``; subclass it to add filters."""

    after: Annotated[Cursor | None, NOT_NULL] = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), Digits] = DEFAULT_LIMIT


class Page(View, Generic[Item]):
    """One page of a list. ``next`` is the cursor of the page after it."""

    items: list[Item]
    next: str | None


async def read_bytes(request: web.Request, limit: int, *, least: int = 0) -> bytes:
    """Return the whole body.

    ``least``: so many bytes have to come every ``PACE_SECONDS``, or the rest of the body; 0: the
    body may come at any pace.

    Raises ``TooLarge`` once it exceeds ``limit`` bytes (after decompression), ``Invalid`` when it
    cannot be read, 408 when it takes too long to come.
    """
    message = f"The body must not exceed {limit} bytes."
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge("too_large", message)
    body = bytearray()
    now = asyncio.get_running_loop().time
    end = now() + READ_SECONDS
    paid = 0  # the bytes for which there was more time
    try:
        async with asyncio.timeout_at(min(end, now() + PACE_SECONDS) if least else end) as wait:
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise TooLarge("too_large", message)
                if least and len(body) - paid >= least:
                    paid = len(body)
                    wait.reschedule(min(end, now() + PACE_SECONDS))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError) as error:
        # Badly compressed or chunked, or the client went away in the middle.
        raise Invalid("invalid", "The body could not be read.") from error
    return bytes(body)


async def read_json(request: web.Request, model: type[Model]) -> Model:
    """Return the JSON body as ``model``."""
    body = await read_json_bytes(request)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise invalid_from(error) from None


async def read_json_bytes(request: web.Request) -> bytes:
    """Return a body that says it is JSON, unparsed.

    Raises ``Invalid`` when there is none, ``UnsupportedMediaType`` when it is something else, and
    what ``read_bytes`` raises.
    """
    if not request.body_exists:
        raise Invalid("invalid", "Send a JSON body.")
    if request.content_type != "application/json":
        raise UnsupportedMediaType(
            "unsupported_media_type", "Send JSON with Content-Type: application/json."
        )
    return await read_bytes(request, MAX_JSON_BYTES)


def read_query(request: web.Request, model: type[Model]) -> Model:
    """Return the query string as ``model``; a parameter may be given once."""
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name in values:
            raise Invalid(
                "invalid",
                f"{name}: This was given more than once.",
                errors=[{"field": name, "message": "This was given more than once"}],
            )
        values[name] = value
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid_from(error) from None


def encode_cursor(*parts: int | str) -> str:
    """Return a cursor that holds ``parts``, the sort key of the last item shown: numbers and an id.

    >>> encode_cursor(7, "abc")
    '7.abc'
    """
    return ".".join(str(part) for part in parts)


def decode_cursor(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """Return the parts of a cursor; raise ``Invalid`` unless they are of these ``kinds``.

    >>> decode_cursor("7.abc", int, str)
    (7, 'abc')
    """
    parts = cursor.split(".")
    form = r"\.".join(_NUMBER if kind is int else _ID for kind in kinds)
    if not re.fullmatch(form, cursor):
        raise Invalid(
            "invalid",
            "after: This is not a cursor that this server gave.",
            errors=[{"field": "after", "message": "This is not a cursor that this server gave"}],
        )
    return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))


def ship_to(address: Address) -> ShipTo:
    """Return the address as the domain knows it, its postcode as the country writes it.

    Raises ``wrong_postcode``.
    """
    postcode = address.shape.postcode(address.postcode)
    if postcode is None:
        message = address.shape.wrong_postcode()
        errors = [{"field": "address.postcode", "message": message}]
        raise Conflict("wrong_postcode", f"{message}.", errors=errors)
    return ShipTo(**address.model_dump() | {"postcode": postcode})
