"""Xero's own OpenAPI specification as a judge of requests and answers, where it lies beside the checkout.

`request_problems` and `response_problems` say in words what breaks it; an empty list is what a test wants. What the
specification itself gets wrong stands in one table, `xero_specification_defects.DEFECTS`, each line with its reason.
"""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import yaml
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker

from tests.pipelines.xero_specification_defects import DEFECTS
from tests.reference_data import XERO_SPECIFICATION, needs

SPECIFICATION, IDENTITY = XERO_SPECIFICATION / "xero_accounting.yaml", XERO_SPECIFICATION / "xero-identity.yaml"
API = "/api.xro/2.0"
PLAIN_HEADERS = frozenset(
    ["accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host", "user-agent"]
)
"""Headers of HTTP itself, which no specification lists."""

needs_specification = needs(SPECIFICATION, "Xero's OpenAPI specification", "XERO_SPECIFICATION")

Json = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path, as the specification describes it."""

    document: Json
    template: str
    parameters: list[Json]
    body: Mapping[str, Json]
    """Content type -> media type object."""
    responses: Mapping[str, Json]


def request_problems(request: httpx.Request) -> list[str]:
    """What a request does that the specification does not allow: path, method, query, headers, body.

    Args:
        request: as it goes out, for any host.
    """
    operation = find_operation(request.method, request.url.path)
    if operation is None:
        return [f"{request.method} {request.url.path}: not in the specification"]
    place = f"{request.method} {operation.template}"
    found = [*_parameter_problems(operation, request), *_body_problems(operation, request)]
    return [f"{place}: {words}" for words in found]


def response_problems(method: str, path: str, status: int, body: bytes | str) -> list[str]:
    """What an answer holds that the specification does not allow; a status without a schema is judged by nothing.

    Args:
        method: of the request.
        path: of the request, with or without `/api.xro/2.0`.
        status: of the answer; only 200 and 400 have schemas.
        body: the answer as it came.
    """
    operation = find_operation(method, path)
    if operation is None:
        return [f"{method} {path}: not in the specification"]
    response = _resolve(operation.document, operation.responses.get(str(status), {}))
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return []
    try:
        content = json.loads(body)
    except ValueError:
        return [f"{method} {operation.template}: {status} without JSON"]
    return [f"{method} {operation.template}: {status} {words}" for words in _deviations(operation, schema, content)]


def find_operation(method: str, path: str) -> Operation | None:
    """The operation of a path, in any case as Xero reads it; literal paths win over those with parameters."""
    bare = re.sub(f"^{re.escape(API)}", "", path, flags=re.IGNORECASE)
    candidates = [
        (document, template, item)
        for document in specifications()
        for template, item in document["paths"].items()
        if method.lower() in item and _pattern(template).fullmatch(unquote(bare))
    ]
    if not candidates:
        return None
    document, template, item = min(candidates, key=lambda one: one[1].count("{"))
    operation = item[method.lower()]
    return Operation(
        document=document,
        template=template,
        parameters=[_resolve(document, one) for one in [*item.get("parameters", []), *operation.get("parameters", [])]],
        body=_resolve(document, operation.get("requestBody", {})).get("content", {}),
        responses=operation["responses"],
    )


@cache
def specifications() -> tuple[Json, ...]:
    """Accounting and identity, mended where they are wrong, and closed: a property that a schema lacks is an error."""
    mended = tuple(deepcopy(read_specification(path)) for path in (SPECIFICATION, IDENTITY))
    for document in mended:
        for schema in document["components"]["schemas"].values():
            if "properties" in schema:
                schema.setdefault("additionalProperties", False)
    for defect in DEFECTS:
        defect.mend(mended[0])
    return mended


@cache
def read_specification(path: Path) -> Json:
    """A specification as it was published."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads 25,000 lines ten times as fast
    found: Json = yaml.load(path.read_bytes(), loader)  # noqa: S506 - a safe loader
    return found


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)), re.IGNORECASE)


def _parameter_problems(operation: Operation, request: httpx.Request) -> Iterator[str]:
    given = {
        "query": dict(request.url.params.multi_items()),
        "header": {name.lower(): value for name, value in request.headers.items()},
    }
    for place, values in given.items():
        known = {_key(one): one for one in operation.parameters if one["in"] == place}
        yield from (f"{place} {name} is missing" for name, one in known.items() if _is_missing(one, values))
        for name, text in values.items():
            if name in known:
                yield from _value_problems(operation, known[name], text)
            elif place == "query" or name not in PLAIN_HEADERS:
                yield f"{place} {name} is unknown"


def _key(parameter: Json) -> str:
    """Headers are compared in small letters, queries as they are."""
    name = str(parameter["name"])
    return name.lower() if parameter["in"] == "header" else name


def _is_missing(parameter: Json, values: Mapping[str, str]) -> bool:
    return bool(parameter.get("required")) and _key(parameter) not in values


def _value_problems(operation: Operation, parameter: Json, text: str) -> Iterator[str]:
    schema = parameter["schema"]
    value = _typed(text, schema)
    for words in _deviations(operation, schema, value):
        yield f"{parameter['in']} {parameter['name']}: {words}"


def _typed(text: str, schema: Json) -> object:
    """A text of the query in the type that the schema names; left as it is where it is none of that type."""
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text.split(",") if schema.get("type") == "array" else text


def _body_problems(operation: Operation, request: httpx.Request) -> Iterator[str]:
    if not operation.body:
        if request.content:
            yield "a body where there is none"
        return
    kind = request.headers.get("content-type", "").partition(";")[0]
    media = operation.body.get(kind) or operation.body.get("*/*")
    if media is None:
        yield f"body: content type {kind!r} is none of {', '.join(operation.body)}"
    elif kind == "application/json":
        try:
            content = json.loads(request.content)
        except ValueError:
            yield "body: no JSON"
            return
        for words in _deviations(operation, media["schema"], content, is_sent=True):
            yield f"body {words}"


def _deviations(operation: Operation, schema: Json, content: object, *, is_sent: bool = False) -> Iterator[str]:
    root = {**schema, "components": operation.document["components"]}
    validator = OAS30WriteValidator if is_sent else OAS30ReadValidator
    for error in validator(root, format_checker=oas30_format_checker).iter_errors(content):
        yield f"{error.json_path}: {error.message[:200]}"


def _resolve(document: Json, item: Json) -> Json:
    """What a reference leads to."""
    if "$ref" not in item:
        return item
    found: Any = document
    for part in str(item["$ref"]).removeprefix("#/").split("/"):
        found = found[part]
    return _resolve(document, found)
