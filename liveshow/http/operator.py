"""What operators and their tools ask: is it alive, is it ready, what has it done.

    GET /healthz   200 while the process can answer at all; restart it when not
    GET /readyz    200, or 503 with the parts that are not ready; send no traffic meanwhile
    GET /metrics   Prometheus text

:func:`observe` is the outermost middleware: it gives each request an id, counts and times it by
its route, and writes the access log. The path itself is not logged: handles and WHIP sessions
are in it. The query is not logged either.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web
from structlog.contextvars import bound_contextvars

from liveshow import __version__
from liveshow.errors import LiveshowError
from liveshow.fields import is_id
from liveshow.ids import new_id
from liveshow.metrics import Metrics

#: Raises when the part is not ready.
ReadyCheck = Callable[[], Awaitable[object]]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

READY_TIMEOUT = 2.0  # seconds that a part has to answer
NO_ROUTE = "(none)"
#: The id of a request, in the log, in problem documents and in ``X-Request-Id``.
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)

# Asked every few seconds by machines: in the log only when something is wrong.
_QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

log = structlog.get_logger(__name__)
_access = structlog.get_logger("liveshow.access")


def add_operator_routes(
    app: web.Application,
    metrics: Metrics,
    checks: Mapping[str, ReadyCheck],
    *,
    timeout: float = READY_TIMEOUT,
) -> None:
    """Add the three routes. ``checks`` are asked at once, each has ``timeout`` seconds."""
    operator = _Operator(metrics, dict(checks), timeout)
    app.router.add_get("/healthz", operator.healthz)
    app.router.add_get("/readyz", operator.readyz)
    app.router.add_get("/metrics", operator.metrics)


class _Operator:
    def __init__(self, metrics: Metrics, checks: dict[str, ReadyCheck], timeout: float) -> None:
        self._metrics = metrics
        self._checks = checks
        self._timeout = timeout
        # What was not ready last time, so that the log tells changes and not every question.
        self._failing: dict[str, str] = {}

    async def healthz(self, _request: web.Request) -> web.Response:
        return _fresh({"status": "ok", "version": __version__})

    async def readyz(self, _request: web.Request) -> web.Response:
        reasons = await asyncio.gather(*(self._reason(name) for name in self._checks))
        failing = {name: why for name, why in zip(self._checks, reasons, strict=True) if why}
        for name in failing.keys() - self._failing.keys():
            log.warning("not ready", part=name, reason=failing[name])
        for name in self._failing.keys() - failing.keys():
            log.info("ready again", part=name)
        self._failing = failing
        parts = {
            name: {"ready": False, "reason": failing[name]} if name in failing else {"ready": True}
            for name in self._checks
        }
        return _fresh({"ready": not failing, "parts": parts}, status=503 if failing else 200)

    async def _reason(self, name: str) -> str:
        """Return why a part is not ready, "" when it is. Anybody may read this: no addresses."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._checks[name]()
        except TimeoutError:
            return f"no answer within {self._timeout:g} s"
        except LiveshowError as error:
            return error.message
        except Exception as error:
            log.debug("readiness check failed", part=name, exc_info=error)
            return type(error).__name__
        return ""

    async def metrics(self, _request: web.Request) -> web.Response:
        return web.Response(
            body=self._metrics.render(),
            headers={"Content-Type": self._metrics.content_type, "Cache-Control": "no-store"},
        )


def _fresh(document: dict[str, object], *, status: int = 200) -> web.Response:
    return web.json_response(document, status=status, headers={"Cache-Control": "no-store"})


def observe(
    metrics: Metrics, *, trust_request_id: bool = False
) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
    """Return the outermost middleware: request id, metrics, access log.

    ``trust_request_id``: a proxy in front sets ``X-Request-Id``; otherwise it is our own.
    """

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        request_id = _request_id(request, trust_request_id)
        request[REQUEST_ID] = request_id
        started = time.perf_counter()
        status = 500
        upgraded = False
        with bound_contextvars(request_id=request_id):
            try:
                response = await handler(request)
                status = response.status
                upgraded = isinstance(response, web.WebSocketResponse) or status == 101
                return response
            except web.HTTPException as error:
                status = error.status
                raise
            except asyncio.CancelledError:
                status = 499  # the client went away; nginx's number for it
                raise
            finally:
                _record(metrics, request, status, time.perf_counter() - started, upgraded)

    return watch


async def add_request_id(request: web.Request, response: web.StreamResponse) -> None:
    """Send the request's id to the client; append to ``app.on_response_prepare``."""
    if REQUEST_ID in request:
        response.headers.setdefault("X-Request-Id", request[REQUEST_ID])


def _request_id(request: web.Request, trusted: bool) -> str:
    given = request.headers.get("X-Request-Id", "") if trusted else ""
    return given if _GIVEN_ID.fullmatch(given) else new_id()


def route_of(request: web.Request) -> str:
    """Return the template of the route, e.g. ``/api/shows/{show}``: few values, no names."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else NO_ROUTE


def _record(
    metrics: Metrics, request: web.Request, status: int, elapsed: float, upgraded: bool
) -> None:
    route = route_of(request)
    # A client may send any word as a method.
    method = request.method if request.method in _METHODS else "OTHER"
    metrics.http_requests_total.labels(method, route, str(status)).inc()
    if not upgraded:
        metrics.http_request_seconds.labels(method, route).observe(elapsed)
    if route in _QUIET_ROUTES and status < 500:
        return
    details: dict[str, object] = {"ms": round(elapsed * 1000, 1)}
    show = request.match_info.get("show", "")
    if is_id(show):  # anything else is nobody's show, and could be any text
        details["show"] = show
    if status >= 500 and status != 503:
        _access.error("request", method=method, route=route, status=status, **details)
    else:
        _access.info("request", method=method, route=route, status=status, **details)
