"""``GET /api/openapi.json``: OpenAPI 3.1, generated from the endpoints that are routed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel

from liveshow.fields import ADDRESSED_HANDLE_PATTERN, ID_PATTERN, View
from liveshow.http.api import ENDPOINTS, Endpoint, add_endpoints
from liveshow.http.refusals import codes_by_status, responses
from liveshow.http.schemas import REF, Schemas, without_null_defaults

_BINARY = {"type": "string", "format": "binary"}


class FieldProblem(View):
    """What is wrong with one field of a body."""

    field: str
    message: str


class Problem(View):
    """RFC 9457 problem document. ``code`` is stable, ``detail`` is for people."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem] = []


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the OpenAPI document of ``endpoints``."""
    rows = list(endpoints)
    schemas = _schemas(rows)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in rows:
        path = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, path, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "liveshow",
            "version": _version(),
            "description": "Self-hosted live-selling shows. PROTOCOL.md is the full description.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "liveshow_session"},
            },
        },
    }


def _version() -> str:
    try:
        return version("liveshow")
    except PackageNotFoundError:
        return "0"


def _schemas(rows: list[Endpoint]) -> Schemas:
    """Return the schemas of all that ``rows`` take and give."""
    inputs: list[Any] = []
    outputs: list[Any] = [Problem]
    for endpoint in rows:
        signature = endpoint.signature
        bodies = (signature.body, endpoint.accepts)
        inputs += [model for model in bodies if model is not None]
        if signature.returns is not None:
            outputs.append(signature.returns)
        outputs += endpoint.also.values()
    return Schemas.of(inputs, outputs)


def _operation(endpoint: Endpoint, path: str, schemas: Schemas) -> dict[str, Any]:
    signature = endpoint.signature
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": _operation_id(endpoint.method, path),
        "tags": [_tag(path)],
        "responses": _success(endpoint, schemas) | _refusals(endpoint, path, schemas),
    }
    if parameters := _path_parameters(endpoint.path) + _query_parameters(signature.query):
        operation["parameters"] = parameters
    if content := _body(endpoint, schemas):
        operation["requestBody"] = {"required": True, "content": content}
    if signature.caller == "required":
        operation["security"] = [{"bearer": []}, {"cookie": []}]
    elif signature.caller == "optional":
        operation["security"] = [{}, {"bearer": []}, {"cookie": []}]
    return operation


def _path_parameters(path: str) -> list[dict[str, Any]]:
    """The parts in braces; a part with alternatives (``{size:full|thumb}``) lists them."""
    found = []
    for name, alternatives in re.findall(r"\{(\w+)(?::([^}]*))?\}", path):
        schema: dict[str, Any] = {"type": "string"}
        if alternatives:
            schema["enum"] = alternatives.split("|")
        else:
            schema["pattern"] = ADDRESSED_HANDLE_PATTERN if name == "handle" else ID_PATTERN
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    return found


def _query_parameters(query: type[BaseModel] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    # Its properties stand on their own as parameters; references in them stay valid.
    schema = without_null_defaults(query.model_json_schema(ref_template=f"{REF}{{model}}"))
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": property_}
        for name, property_ in schema["properties"].items()
    ]


def _body(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    """The schemas of a body by content type."""
    model = endpoint.signature.body or endpoint.accepts
    if model is not None:
        return {"application/json": {"schema": schemas.inputs[model]}}
    return {kind: {"schema": _BINARY} for kind in endpoint.consumes}


def _success(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    signature = endpoint.signature
    if signature.answers_nothing or endpoint.status == 204:
        return {"204": {"description": "Done."}}
    if endpoint.produces:
        kind, schema = endpoint.produces, _BINARY
    else:
        kind, schema = "application/json", {"type": "object"}
        if signature.returns is not None:
            schema = schemas.outputs[signature.returns]
    answers = {endpoint.status: (kind, schema)} | {
        status: ("application/json", schemas.outputs[model])
        for status, model in endpoint.also.items()
    }
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": {kind: {"schema": schema}},
        }
        for status, (kind, schema) in answers.items()
    }


def _refusals(endpoint: Endpoint, path: str, schemas: Schemas) -> dict[str, Any]:
    signature = endpoint.signature
    if endpoint.unconditional:
        return {}
    codes = codes_by_status(
        endpoint.errors,
        method=endpoint.method,
        caller=signature.caller,
        body=bool(signature.body or endpoint.accepts or endpoint.consumes),
        query=signature.query is not None,
        path="{" in path,
        paced=bool(endpoint.paced_by),
    )
    return responses(codes, schemas.outputs[Problem])


def _operation_id(method: str, path: str) -> str:
    words = [word for word in re.split(r"[^\w]+", path.removeprefix("/api")) if word]
    return "_".join([method.lower(), *words]).replace("-", "_")


def _tag(path: str) -> str:
    parts = path.strip("/").split("/")
    if parts[0] != "api" or "." in parts[-1]:
        return "operator"
    return parts[1]


async def _elsewhere(request: web.Request) -> web.StreamResponse:
    raise NotImplementedError


class HealthView(View):
    status: Literal["ok"]
    version: str


class PartView(View):
    """``reason``: why it is not ready."""

    ready: bool
    reason: str | None = None


class ReadyView(View):
    ready: bool
    parts: dict[str, PartView]


#: Routes that are not made of endpoints: machines ask them, they are documented all the same.
_MACHINES = (
    Endpoint(
        "GET",
        "/healthz",
        _elsewhere,
        "Whether the process is alive",
        returns=HealthView,
        unconditional=True,
    ),
    Endpoint(
        "GET",
        "/readyz",
        _elsewhere,
        "Whether every part is ready; 503 when not",
        returns=ReadyView,
        also={503: ReadyView},
        unconditional=True,
    ),
    Endpoint(
        "GET",
        "/metrics",
        _elsewhere,
        "Prometheus metrics",
        produces="text/plain",
        unconditional=True,
    ),
)


class OpenApiResource:
    """Serves the document; it is built once, when it is first asked for."""

    def __init__(self) -> None:
        self._built: dict[str, Any] | None = None

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                "/api/openapi.json",
                self.show,
                "This document in machine-readable form",
                unconditional=True,
                compressed=True,
            )
        ]

    async def show(self, request: web.Request) -> dict[str, Any]:
        if self._built is None:
            self._built = document([*request.app[ENDPOINTS], *_MACHINES])
        return self._built


def add_openapi(app: web.Application) -> None:
    """Route the document."""
    add_endpoints(app, OpenApiResource().endpoints())
