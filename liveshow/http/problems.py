"""The one renderer of errors over HTTP: RFC 9457 problem documents.

    {"type": "about:blank", "title": "Conflict", "status": 409,
     "detail": "That handle is taken.", "code": "handle_taken", …details}

``LiveshowError`` says its own status and code, aiohttp's ``HTTPException`` (404, 405, 413, …) is
given the code of its status, pydantic's ``ValidationError`` becomes ``invalid`` with ``errors``.
Anything else is a defect: it is logged with a request id, and the id is all that the client sees.
A browser that navigates to an address that does not exist gets a page instead.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from pydantic import ValidationError

from liveshow.errors import Invalid, LiveshowError
from liveshow.field_errors import field_errors, invalid_fields
from liveshow.http.operator import REQUEST_ID, route_of
from liveshow.ids import new_id

Page = Callable[[web.Request, int], web.StreamResponse]

CONTENT_TYPE = "application/problem+json"

#: Renders the page for a browser that navigates to nowhere; without it a problem is sent.
ERROR_PAGE: web.AppKey[Page] = web.AppKey("error_page", Page)  # type: ignore[arg-type]

_CODES = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    411: "invalid",
    413: "too_large",
    415: "unsupported_media_type",
    417: "invalid",
    429: "rate_limited",
    503: "unavailable",
}
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not answer to that method.",
    413: "The request is larger than this server accepts.",
}
# Headers of an HTTPException that the problem must carry as well.
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate", "Location")

log = structlog.get_logger(__name__)


def invalid_from(error: ValidationError, prefix: str = "") -> Invalid:
    """Turn pydantic's complaint into ours."""
    errors = field_errors(error)
    if prefix:
        for item in errors:
            item["field"] = f"{prefix}.{item['field']}".rstrip(".")
    if not errors[0]["field"]:  # it is not about a field: not JSON, or not an object
        return Invalid("invalid", f"{errors[0]['message']}.")
    return invalid_fields(errors)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    details: Mapping[str, Any] | None = None,
) -> web.Response:
    """Return a problem document. ``details`` cannot replace the standard members."""
    document: dict[str, Any] = dict(details or {})
    document |= {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return web.Response(
        status=status,
        body=json.dumps(document, ensure_ascii=False).encode(),
        content_type=CONTENT_TYPE,
        headers=headers,
    )


def problem_of(error: LiveshowError) -> web.Response:
    """Render one of our own errors."""
    headers: dict[str, str] = {}
    # The first answer to a key comes back without its class, but with its details.
    retry_after = getattr(error, "retry_after", error.details.get("retry_after"))
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="liveshow"'
    return problem(error.status, error.code, error.message, headers=headers, details=error.details)


def _problem_of_http(error: web.HTTPException) -> web.Response:
    status = error.status
    phrase = HTTPStatus(status).phrase
    return problem(
        status,
        _CODES.get(status, "internal" if status >= 500 else "invalid"),
        _DETAILS.get(status, f"{phrase}."),
        headers={name: error.headers[name] for name in _KEPT_HEADERS if name in error.headers},
    )


def is_navigation(request: web.Request) -> bool:
    """Whether a person's browser is opening this address as a page."""
    if request.method not in ("GET", "HEAD") or request.path.startswith(("/api/", "/socket.io/")):
        return False
    return "text/html" in request.headers.get("Accept", "")


def _has_left(request: web.Request) -> bool:
    """Whether nobody is there any more to be answered."""
    return request.transport is None or request.transport.is_closing()


def problems_middleware() -> Middleware:
    """Return the middleware that renders every error."""

    @web.middleware
    async def render(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except LiveshowError as error:
            if error.status >= 500 and error.status != 503:
                log.error(
                    "request failed", code=error.code, route=route_of(request), exc_info=error
                )
            response = problem_of(error)
        except ValidationError as error:
            response = problem_of(invalid_from(error))
        except web.HTTPException as error:
            if error.status < 400:
                raise
            response = _problem_of_http(error)
        except Exception as error:
            if isinstance(error, ConnectionError) and _has_left(request):
                # Nobody reads this; it is what the log and the figures say of the request.
                return problem(400, "invalid", "The connection was closed.")
            request_id = request.get(REQUEST_ID) or new_id()
            log.error(
                "request failed",
                request_id=request_id,
                method=request.method,
                route=route_of(request),
                exc_info=error,
            )
            response = problem(
                500,
                "internal",
                "Something went wrong on the server. It has been noted.",
                details={"request_id": request_id},
            )
        page = request.app.get(ERROR_PAGE)
        if page is not None and is_navigation(request):
            return page(request, response.status)
        return response

    return render
