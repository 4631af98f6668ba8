"""Frozen values as JSON text and back, exactly: what was written once is read the same for ever."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

Value = TypeVar("Value")


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def freeze(value: object) -> str:
    """Return a dataclass of ``trendwatch.types`` as JSON text, the same text for the same value."""
    return _adapter(cast(Any, type(value))).dump_json(value).decode()


def thaw(kind: type[Value], text: str) -> Value:
    """Return the value a text was frozen from."""
    return cast(Value, _adapter(cast(Any, kind)).validate_json(text))
