"""``GET /api/openapi.json``: OpenAPI 3.1, generated from the endpoints that are routed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from aiohttp import web

from liveshow.fields import View
from liveshow.http.api import ENDPOINTS, Endpoint, add_endpoints
from liveshow.http.schemas import REF, Schemas


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
        inputs += [model for model in (signature.body, signature.query) if model is not None]
        if signature.returns is not None:
            outputs.append(signature.returns)
    return Schemas.of(inputs, outputs)


def _operation(endpoint: Endpoint, path: str, schemas: Schemas) -> dict[str, Any]:
    signature = endpoint.signature
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": _operation_id(endpoint.method, path),
        "tags": [_tag(path)],
        "responses": _responses(endpoint, schemas),
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    if signature.query is not None:
        # Its properties stand on their own as parameters; references in them stay valid.
        properties = signature.query.model_json_schema(ref_template=f"{REF}{{model}}")
        needed = properties.get("required", [])
        parameters += [
            {"name": name, "in": "query", "required": name in needed, "schema": schema}
            for name, schema in properties["properties"].items()
        ]
    if parameters:
        operation["parameters"] = parameters
    if signature.body is not None:
        schema = schemas.inputs[signature.body]
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    elif endpoint.consumes:
        operation["requestBody"] = {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in endpoint.consumes
            },
        }
    if signature.caller == "required":
        operation["security"] = [{"bearer": []}, {"cookie": []}]
    elif signature.caller == "optional":
        operation["security"] = [{}, {"bearer": []}, {"cookie": []}]
    return operation


def _responses(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    signature = endpoint.signature
    if signature.answers_nothing:
        success: dict[str, Any] = {"204": {"description": "Done."}}
    else:
        schema: dict[str, Any] = {"type": "object"}
        if signature.returns is not None:
            schema = schemas.outputs[signature.returns]
        kind = endpoint.produces or "application/json"
        if endpoint.produces:
            schema = {"type": "string", "format": "binary"}
        success = {
            str(endpoint.status): {"description": "Done.", "content": {kind: {"schema": schema}}}
        }
    codes = ", ".join(f"`{code}`" for code in endpoint.errors)
    refusal = {
        "description": f"Refused. Particular codes: {codes}." if codes else "Refused.",
        "content": {"application/problem+json": {"schema": schemas.outputs[Problem]}},
    }
    if endpoint.errors:
        refusal["x-codes"] = list(endpoint.errors)
    return success | {"default": refusal}


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


#: Routes that are not made of endpoints: machines ask them, they are documented all the same.
_MACHINES = (
    Endpoint("GET", "/healthz", _elsewhere, "Whether the process is alive"),
    Endpoint("GET", "/readyz", _elsewhere, "Whether every part is ready; 503 when not"),
    Endpoint("GET", "/metrics", _elsewhere, "Prometheus metrics", produces="text/plain"),
)


class OpenApiResource:
    """Serves the document; it is built once, when it is first asked for."""

    def __init__(self) -> None:
        self._built: dict[str, Any] | None = None

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET", "/api/openapi.json", self.show, "This document in machine-readable form"
            )
        ]

    async def show(self, request: web.Request) -> dict[str, Any]:
        if self._built is None:
            self._built = document([*request.app[ENDPOINTS], *_MACHINES])
        return self._built


def add_openapi(app: web.Application) -> None:
    """Route the document."""
    add_endpoints(app, OpenApiResource().endpoints())
