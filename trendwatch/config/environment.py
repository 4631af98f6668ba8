"""Settings from the environment: ``TRENDWATCH_POLL_CONCURRENCY=8`` wins over files and overlays.

An empty variable says nothing: compose files pass on as empty what is not set, and that must not undo what a
file says. Who wants an empty value says so in the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, get_origin

from pydantic import SecretStr

from trendwatch.config.hints import did_you_mean
from trendwatch.config.reading import names
from trendwatch.config.settings import section_models
from trendwatch.config.tables import Table
from trendwatch.errors import ConfigError

PREFIX = "TRENDWATCH_"

# A container platform sets TRENDWATCH_SERVICE_HOST and TRENDWATCH_PORT_8000_TCP for a service of our
# name: near TRENDWATCH_SERVE_HOST, yet no typing error.
_NOT_OURS = ("TRENDWATCH_SERVICE_", "TRENDWATCH_PORT")


def variables() -> dict[str, tuple[str, str]]:
    """Return section and field for each variable that is read."""
    return {
        f"{PREFIX}{section}_{field}".upper(): (section, field)
        for section, model in section_models().items()
        for field in names(model)
    }


def from_environment(
    settings: Mapping[str, Table], environ: Mapping[str, str], problems: list[ConfigError]
) -> dict[str, Table]:
    """Return the sections with what the environment says laid over them."""
    known = variables()
    found = dict(settings)
    for variable in sorted(name for name, text in environ.items() if text or name not in known):
        if variable not in known:
            _complain(variable, known, problems)
            continue
        section, field = known[variable]
        value = environ[variable] if _wants_text(section, field) else _value(environ[variable])
        table = found.get(section) or Table(kind="setting", key=section, values={})
        found[section] = replace(
            table,
            values={**table.values, field: value},
            variables={**table.variables, field: variable},
        )
    return found


def _complain(variable: str, known: Mapping[str, object], problems: list[ConfigError]) -> None:
    """Note a misspelt variable; whatever resembles none of ours belongs to somebody else."""
    if not variable.startswith(PREFIX) or variable.startswith(_NOT_OURS):
        return
    if hint := did_you_mean(variable, known, nearness=0.9):
        problems.append(ConfigError(f"{variable}: there is no such setting{hint}"))


def _wants_text(section: str, field: str) -> bool:
    annotation = names(section_models()[section])[field].annotation
    return annotation in {str, SecretStr} or get_origin(annotation) is Literal


def _value(text: str) -> object:
    """Return a number, truth value or list written as in JSON, else the text for the check to refuse."""
    try:
        return json.loads(text.lower() if text.lower() in {"true", "false"} else text)
    except (ValueError, RecursionError):
        return text
