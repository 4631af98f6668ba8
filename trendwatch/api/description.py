"""What the description (OpenAPI) says beyond the routes: our errors, our keys, the shape of a digest.

FastAPI describes its own error of a wrong request and knows nothing of the gate, so both are put right here,
for all routes at once: a new route cannot forget them.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pydantic import BaseModel, TypeAdapter

from trendwatch.api.keys import is_open
from trendwatch.api.problems import MEDIA_TYPE
from trendwatch.types.advice import Digest

_SCHEMAS = "#/components/schemas/"
_METHODS = {"get", "post", "put", "patch", "delete"}
#: Answers of a digest as it is kept: path and method, with the status.
_DIGESTS = (
    ("/businesses/{key}/digests/{period}", "get"),
    ("/businesses/{key}/preview", "post"),
    ("/preview", "post"),
)
#: What is answered where a request cannot be: by its path, its body, its method, or whoever asks.
_ALWAYS = {
    "401": "A key is missing or wrong.",
    "403": "Not from here: a change sent by another site's page, or a name this service does not answer to.",
    "422": "The request is wrong; errors says where.",
    "503": "The database is busy or cannot be reached; nothing was lost.",
}
_NAMED = {"404": "Nothing has this name."}
_CHANGES = {"409": "It is there already, held by a file, or in use.", "413": "The body is too large."}


class Place(BaseModel):
    """What is wrong at one place of a request."""

    #: name of a parameter, or path in the body such as sectors.0
    where: str
    message: str


class ProblemShape(BaseModel):
    """Why there is no answer (RFC 9457)."""

    #: page that explains this kind of problem
    type: str
    #: the same few words for the same kind
    title: str
    status: int
    #: what happened and what to do
    detail: str
    #: the log has it too
    request_id: str
    #: of a wrong request
    errors: list[Place] = []


def described(spec: dict[str, Any], *, prefix: str) -> dict[str, Any]:
    """Return a description in which errors, keys and digests are as they are answered.

    Args:
        spec: as FastAPI makes it; it is not changed
        prefix: under which the routes are
    """
    found = deepcopy(spec)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for model in (ProblemShape, Digest):
        schemas |= _schemas(model)
    found["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "tw_..., made by trendwatch keys add"},
        "password": {"type": "http", "scheme": "basic", "description": "Any name, and the key as password."},
    }
    for path, methods in found["paths"].items():
        for method in _METHODS & methods.keys():
            _describe(methods[method], path, method)
    for path, method in _DIGESTS:
        content = found["paths"][prefix + path][method]["responses"]["200"]["content"]
        content["application/json"] = {"schema": {"$ref": f"{_SCHEMAS}Digest"}}
    return found


def _describe(operation: dict[str, Any], path: str, method: str) -> None:
    problems = _ALWAYS | (_NAMED if "{" in path else {}) | ({} if method == "get" else _CHANGES)
    if is_open(path):
        problems = {status: words for status, words in problems.items() if status not in {"401", "403"}}
    content = {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}ProblemShape"}}}
    said = {status: {"description": words, "content": content} for status, words in problems.items()}
    # health answers 503 in its own words
    kept = {status: one for status, one in operation["responses"].items() if status != "422"}
    operation["responses"] = dict(sorted((said | kept).items()))
    # a service for its own machine asks for no key
    operation["security"] = [] if is_open(path) else [{"key": []}, {"password": []}, {}]


def _schemas(model: type) -> dict[str, Any]:
    made = TypeAdapter(model).json_schema(ref_template=_SCHEMAS + "{model}", mode="serialization")
    inner = made.pop("$defs", {})
    return {**inner, model.__name__: made}
