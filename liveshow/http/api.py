"""One row per route: the handler's signature is the contract, OpenAPI is generated from it.

A resource is a class that is given what it needs and lists its routes:

    class ShowDraft(Body):                          # liveshow.fields: strict, nothing unknown
        title: Annotated[str, OneLine(1, 120)]
        hold_seconds: Annotated[int, Field(ge=30, le=3600)] = 300

    class ShowsQuery(PageQuery):                    # liveshow.http.bodies: after, limit
        host: Handle | None = None

    class ShowResource:
        def __init__(self, shows: Shows) -> None:
            self._shows = shows

        def endpoints(self) -> list[Endpoint]:
            return [
                Endpoint("GET", "/api/shows", self.list, "List shows"),
                Endpoint("POST", "/api/shows", self.create, "Plan a show", status=201,
                         errors=("unknown_photo",)),
                Endpoint("DELETE", "/api/shows/{show}", self.delete, "Delete a show"),
            ]

        async def list(self, caller: Identity | None, query: ShowsQuery) -> Page[ShowCard]: ...
        async def create(self, caller: Identity, body: ShowDraft) -> ShowView: ...
        async def delete(self, caller: Identity, show: str) -> None: ...

    add_endpoints(app, ShowResource(shows).endpoints())

What a handler may ask for, by parameter name:

| parameter | is |
| --- | --- |
| ``caller: Identity`` | who is signed in; guests get 401 |
| ``caller: Identity \\| None`` | the same, guests are welcome |
| ``body: SomeBody`` | the JSON body (64 KiB), validated |
| ``query: SomeQuery`` | the query string, validated |
| ``request: web.Request`` | the request itself, for headers and the like |
| any other, ``str`` | the part of the path in braces of that name; ``id_`` is ``{id}`` |

What it may return: a pydantic model or a ``msgspec.Struct`` (sent with ``status``),
``dict[str, Any]`` (an object, sent as it is; say ``returns=Model`` to document it), ``None`` (204),
or a ``web.StreamResponse`` (``json_response`` helps when headers or cookies are needed;
``returns=Model`` documents it too).

A request that changes something is counted by its person and its address (``liveshow.budgets``);
``paced_by`` names other budgets.

Refusals are raised (``liveshow.errors``) and rendered by ``liveshow.http.problems``. ``errors``
names the stable codes that are particular to the route, for the document.
"""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web
from pydantic import BaseModel

from liveshow.accounts.identity import Identity
from liveshow.budgets import WRITES, WRITES_FROM, Budget
from liveshow.errors import NotFound
from liveshow.fields import is_handle, is_id
from liveshow.http.bodies import read_json, read_query
from liveshow.http.encodings import encode
from liveshow.http.identity import (
    SAFE_METHODS,
    address_key,
    client_address,
    identify,
    require,
)
from liveshow.http.schemas import is_model, is_struct
from liveshow.pace import Paces, of_person


@dataclass(frozen=True)
class Endpoint:
    """One route of the API and everything that its documentation says."""

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    summary: str
    #: The status of success; a handler that returns None always answers 204.
    status: int = 200
    #: Stable error codes that are particular to this route.
    errors: tuple[str, ...] = ()
    #: Documents the answer of a handler that returns a dict or a response: a pydantic model or
    #: a Struct.
    returns: Any = None
    #: Other statuses with a document of their own that is no refusal: its model or Struct.
    also: Mapping[int, Any] = field(default_factory=dict)
    #: It depends on nothing that could be missing, and refuses nobody.
    unconditional: bool = False
    #: Documents a JSON body that the handler reads itself.
    accepts: type[BaseModel] | None = None
    #: Content types of a body that is not JSON and that the handler reads itself.
    consumes: tuple[str, ...] = ()
    #: Content type of an answer that is not JSON.
    produces: str = ""
    #: The answer has no secret in it and is sent compressed; see ``encodings.encode``.
    compressed: bool = False
    #: What a request is counted under: rates of a person or of an address. None: the usual ones of
    #: a request that changes something.
    paced_by: tuple[Budget, ...] | None = None
    signature: Signature = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signature", Signature.of(self))
        if self.paced_by is None:
            usual = () if self.method in SAFE_METHODS else (WRITES_FROM, WRITES)
            object.__setattr__(self, "paced_by", usual)


@dataclass(frozen=True)
class Signature:
    """What a handler asks for and gives, read from its annotations once at start."""

    caller: str  # "", "optional" or "required"
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    request: bool
    #: Handler parameter → name in the path.
    path: dict[str, str]
    #: A pydantic model or a Struct, None when the answer is not documented.
    returns: Any
    answers_nothing: bool

    @classmethod
    def of(cls, endpoint: Endpoint) -> Signature:
        """Read the signature; raise ``TypeError`` for one that cannot be served."""
        handler = endpoint.handler
        where = f"{endpoint.method} {endpoint.path} ({handler.__qualname__})"
        hints = typing.get_type_hints(getattr(handler, "__func__", handler))
        braces = set(re.findall(r"\{(\w+)", endpoint.path))
        caller, request, path = "", False, {}
        body: type[BaseModel] | None = None
        query: type[BaseModel] | None = None
        for name in inspect.signature(handler).parameters:
            hint = hints.get(name)
            if name == "caller":
                if hint is Identity:
                    caller = "required"
                elif _is_optional(hint, Identity):
                    caller = "optional"
                else:
                    raise TypeError(f"{where}: caller must be Identity or Identity | None")
            elif name == "request":
                request = True
            elif name == "body":
                body = _model(hint, f"{where}: body")
            elif name == "query":
                query = _model(hint, f"{where}: query")
            elif name.rstrip("_") in braces and hint is str:
                path[name] = name.rstrip("_")
            else:
                raise TypeError(f"{where}: cannot supply the parameter {name}: {hint}")
        unused = braces - set(path.values())
        if unused and not request:
            raise TypeError(f"{where}: nobody reads {sorted(unused)} of the path")
        answer = hints.get("return")
        nothing = answer is type(None)
        returns = endpoint.returns
        if returns is None and (is_model(answer) or is_struct(answer)):
            returns = answer
        return cls(caller, body, query, request, path, returns, nothing)


def _is_optional(hint: Any, of: type) -> bool:
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return False
    return set(typing.get_args(hint)) == {of, type(None)}


def _model(hint: Any, where: str) -> type[BaseModel]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    raise TypeError(f"{where} must be a pydantic model")


#: Counts what has a budget, for all routes of the app.
PACES: web.AppKey[Paces] = web.AppKey("paces", Paces)
#: Every route of the app, in the order in which they were added.
ENDPOINTS: web.AppKey[list[Endpoint]] = web.AppKey("endpoints", list[Endpoint])


def add_endpoints(app: web.Application, endpoints: Iterable[Endpoint]) -> None:
    """Route each endpoint and remember it for ``GET /api/openapi.json``."""
    known = app.setdefault(ENDPOINTS, [])
    for endpoint in endpoints:
        handler = _serve(endpoint)
        if endpoint.method == "GET":
            app.router.add_get(endpoint.path, handler)
        else:
            app.router.add_route(endpoint.method, endpoint.path, handler)
        known.append(endpoint)


def _serve(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the aiohttp handler that supplies what the endpoint's handler asks for."""
    wants = endpoint.signature
    handler = endpoint.handler

    rates = endpoint.paced_by or ()
    of_addresses = [budget for budget in rates if budget.of == "address"]
    of_people = [budget for budget in rates if budget.of == "person"]

    async def serve(request: web.Request) -> web.StreamResponse:
        given: dict[str, Any] = {}
        # Before anything is looked up for them.
        for budget in of_addresses:
            request.app[PACES][budget].take(address_key(client_address(request)))
        if wants.request:
            given["request"] = request
        for name, part in wants.path.items():
            given[name] = _path_part(request.match_info[part], part)
        # Who asks comes before what they ask: strangers learn nothing from our validation.
        if wants.caller == "required":
            given["caller"] = await require(request)
        elif wants.caller == "optional":
            given["caller"] = await identify(request)
        if caller := given.get("caller"):
            for budget in of_people:
                request.app[PACES][budget].take(of_person(caller.user_id))
        if wants.query is not None:
            given["query"] = read_query(request, wants.query)
        if wants.body is not None:
            given["body"] = await read_json(request, wants.body)
        answer = _answer(await handler(**given), endpoint.status)
        if endpoint.compressed and isinstance(answer, web.Response):
            return encode(request, answer)
        return answer

    return serve


def _path_part(value: str, name: str) -> str:
    # What cannot be a handle or an id is not in the database.
    if name == "handle":
        value = value.lower()  # as where a handle is typed
    known = is_handle(value) if name == "handle" else is_id(value)
    if not known:
        raise NotFound("not_found", "There is nothing at this address.")
    return value


def _answer(result: Any, status: int) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if result is None:
        return web.Response(status=204)
    return json_response(result, status=status)


def json_response(
    result: BaseModel | msgspec.Struct | dict[str, Any] | list[Any], *, status: int = 200
) -> web.Response:
    """Return ``result`` as a JSON response, to which headers and cookies can be added."""
    if isinstance(result, BaseModel):
        body = result.model_dump_json().encode()
    elif isinstance(result, msgspec.Struct):
        body = msgspec.json.encode(result)
    else:
        text = json.dumps(result, ensure_ascii=False, separators=(",", ":"), default=_plain)
        body = text.encode()
    return web.Response(status=status, body=body, content_type="application/json", charset="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
