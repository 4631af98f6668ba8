"""Turns a table into a checked model, and pydantic's complaints into ours."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from trendwatch.config.hints import did_you_mean
from trendwatch.config.tables import Table
from trendwatch.errors import ConfigError

M = TypeVar("M", bound=BaseModel)

_LONGEST_SHOWN = 60

_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a table",
}
_BOUNDS = {
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "greater_than": "above {gt}",
    "finite_number": "a finite number",
}


def read(model: type[M], table: Table, problems: list[ConfigError]) -> M | None:
    """Return a table's values as a model; None where they do not fit, with the reasons in problems."""
    try:
        return model.model_validate(dict(table.values))
    except ValidationError as error:
        for complaint in error.errors(include_url=False):
            where = [str(part) for part in complaint["loc"]]
            message = _message(model, dict(complaint), where)
            if complaint["type"] == "missing" and len(where) == 1:
                # It stands nowhere: the table is the place, or the overlay that took it away.
                name = where[0] if where[0] in table.overlaid else ""
                nowhere = f" (no file has this {table.kind})" if table.file is None else ""
                problems.append(table.error(message + nowhere, name))
            else:
                problems.append(table.error(message, *where))
        return None


def names(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model under the names files use."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def hides(field: FieldInfo | None) -> bool:
    """Tell whether a field's value must not be repeated in a message."""
    return field is not None and (field.annotation is SecretStr or not field.repr)


def _message(model: type[BaseModel], complaint: Mapping[str, Any], where: list[str]) -> str:
    key = _written(where)
    field = names(model).get(where[0]) if where else None
    given = complaint["input"]
    kind = complaint["type"]
    if kind == "extra_forbidden":
        known = names(model) if len(where) == 1 else names(_inner(model, where))
        return f"unknown key {key!r}{did_you_mean(where[-1], known)}"
    if kind == "missing":
        return f"{key!r} is missing"
    if kind == "string_too_short":
        return f"{key} must not be empty"
    if kind == "value_error":
        return f"{key} {complaint['ctx']['error']}"
    if kind in {"literal_error", "enum"}:
        choices = _choices(field)
        hint = did_you_mean(str(given), choices)
        return f"{key} must be one of {', '.join(choices)}, not {_shown(given)}{hint}"
    wanted = _TYPES.get(kind) or _BOUNDS.get(kind, "something else").format(**complaint.get("ctx", {}))
    return f"{key} must be {wanted}" + ("" if hides(field) else f", not {_shown(given)}")


def _inner(model: type[BaseModel], where: list[str]) -> type[BaseModel]:
    """Return the model of a list's elements, such as net.allow, or of a table inside, such as risks."""
    annotation = names(model)[where[0]].annotation
    element: Any = next(iter(get_args(annotation)), annotation)
    assert isinstance(element, type)
    assert issubclass(element, BaseModel)
    return element


def _choices(field: FieldInfo | None) -> list[str]:
    if field is not None and get_origin(field.annotation) is Literal:
        return [str(choice) for choice in get_args(field.annotation)]
    if field is not None and isinstance(field.annotation, type) and issubclass(field.annotation, Enum):
        return [str(choice.value) for choice in field.annotation]
    return []


def _written(where: list[str]) -> str:
    """Return ``allow[0].address`` for a place inside a value."""
    text = ""
    for part in where:
        text += f"[{part}]" if part.isdigit() and text else f".{part}" if text else part
    return text


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
