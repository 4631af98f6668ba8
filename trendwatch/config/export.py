"""Writes files and overlays back as files: what a page changed becomes part of the operator's texts.

A file without overlays is copied byte for byte; others are edited in place with tomlkit, so comments stay.
What the environment says belongs to the machine and is not written; secrets are left out, with a comment
that names their variable.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from trendwatch.config import files
from trendwatch.config.loading import Config
from trendwatch.config.settings import is_secret
from trendwatch.config.termlists import DIFFERENCES, LISTS
from trendwatch.errors import ConfigError
from trendwatch.types.work import Overlay

# Where in which file a thing stands: keys from the top of the file.
_Where = tuple[Path, tuple[str, ...]]
# Kinds whose things all stand in one file, in one outer table.
_LISTS = {
    "feed": (files.FEEDS, "feeds"),
    "practice": (files.PRACTICES, "practices"),
    "sector": (files.SECTORS, "sectors"),
    "pack": (files.PACKS, "packs"),
}


def export(config: Config, directory: Path) -> list[Path]:
    """Write the configuration in force as files and return them; read again, they give an equal Config.

    Raises:
        ConfigError: the directory holds something else, a file is no longer what was read, or the disk
            refuses.
    """
    source = config.directory.resolve()
    if directory.resolve() != source and directory.is_dir() and any(directory.iterdir()):
        raise ConfigError(f"{directory} is not empty; export into a new directory or over {config.directory}")
    try:
        texts = _texts(config)
        return [directory / path for path, text in sorted(texts.items()) if _write(directory / path, text)]
    except OSError as error:
        raise ConfigError(f"cannot be exported: {error.strerror}", file=directory) from error


def _texts(config: Config) -> dict[Path, bytes | None]:
    """Return what to write under each relative path; None for a file that is to go."""
    above = config.directory
    texts: dict[Path, bytes | None] = {
        path.relative_to(above): path.read_bytes() for path in files.config_files(above)
    }
    for path, overlays in _by_file(_in_words_of_files(one, config) for one in config.overlays).items():
        texts[path] = _edited(texts.get(path), overlays, file=above / path)
    packs = Path(files.PACKS)
    if text := texts.get(packs):
        texts[packs] = _without_removed(text, config, file=above / packs)
    settings = Path(files.SETTINGS)
    texts[settings] = _without_secrets(texts.get(settings) or b"", file=above / settings)
    return texts


def _by_file(overlays: Iterable[Overlay]) -> dict[Path, list[Overlay]]:
    found: dict[Path, list[Overlay]] = {}
    for overlay in overlays:
        found.setdefault(_where(overlay)[0], []).append(overlay)
    return found


def _in_words_of_files(overlay: Overlay, config: Config) -> Overlay:
    """Return an overlay on a label with its lists of terms whole, as a file has them; others as they are."""
    if overlay.kind != "label" or not overlay.values or not DIFFERENCES & set(overlay.values):
        return overlay
    table = config.tables.labels[overlay.key]
    values = {name: value for name, value in overlay.values.items() if name not in DIFFERENCES}
    return replace(
        overlay, values={**values, **{name: table.values[name] for name in LISTS if name in table.overlaid}}
    )


def _where(overlay: Overlay) -> _Where:
    if overlay.kind == "business":
        return Path(files.BUSINESSES, f"{overlay.key}.toml"), ()
    if overlay.kind == "label":
        facet, _, key = overlay.key.partition(":")
        return Path(files.TAXONOMY), (facet, key)
    if overlay.kind in _LISTS:
        name, outer = _LISTS[overlay.kind]
        return Path(name), (outer, overlay.key)
    return Path(files.SETTINGS), (overlay.key,)


def _edited(text: bytes | None, overlays: Iterable[Overlay], *, file: Path) -> bytes | None:
    """Return a file's text with overlays in it; None where they took all of it away."""
    for overlay in overlays:
        path = _where(overlay)[1]
        if not path and overlay.values is None:
            text = None
        else:
            text = _edit(text or b"", partial(_lay, path=path, values=overlay.values), file=file)
    return text


def _edit(text: bytes, change: Callable[[Any], None], *, file: Path) -> bytes:
    """Return a TOML text with a change made to it, comments kept where that is possible.

    tomlkit loses its way in some valid layouts (tables of one parent far apart, dotted keys). The same
    change on plain values says what must come out, order included; where it does not, the text is
    written anew.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        plain = tomllib.loads(text.decode("utf-8-sig"))
    except ValueError as error:
        raise ConfigError("was changed since it was read and is not TOML now", file=file) from error
    change(plain)
    with suppress(TOMLKitError, LookupError, ValueError, TypeError, AttributeError):
        document = tomlkit.parse(text.decode("utf-8-sig"))
        change(document)
        written = tomlkit.dumps(document)
        if repr(tomllib.loads(written)) == repr(plain):
            return written.encode()
    return tomlkit.dumps(plain).encode()


def _lay(top: Any, *, path: tuple[str, ...], values: Mapping[str, object] | None) -> None:
    """Lay an overlay's values on a table of a plain dictionary or a tomlkit document alike."""
    table = top
    for name in path[:-1] if values is None else path:
        if name not in table:
            table[name] = {}
        table = table[name]
    if values is None:
        table.pop(path[-1], None)
        return
    body = _body(table)
    behind = len(body)
    while behind and body[behind - 1][0] is None:
        behind -= 1
    # Comments at a table's end belong to what follows it: new keys go before them.
    tail = body[behind:]
    del body[behind:]
    for name, value in values.items():
        if value is None:
            table.pop(name, None)
        else:
            table[name] = _inline(value) if _is_document(top) else _plain(value)
    body.extend(tail)


def _is_document(top: object) -> bool:
    """Tell a tomlkit document from the plain values that undergo the same change."""
    return hasattr(top, "as_string")


def _body(table: Any) -> list[Any]:
    """Return the keys, comments and spaces of a tomlkit table as the list it keeps; nothing for others."""
    from tomlkit import TOMLDocument
    from tomlkit.items import Table

    if isinstance(table, Table):
        return table.value.body
    return table.body if isinstance(table, TOMLDocument) else []


def _plain(value: object) -> object:
    """Return a value as tomllib would give it."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _inline(value: object) -> object:
    """Return a value that stays on its key's line; tomlkit makes [[tables]] of lists otherwise."""
    import tomlkit

    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update({name: _inline(each) for name, each in value.items()})
        return table
    if isinstance(value, (list, tuple)):
        array = tomlkit.array()
        array.extend(_inline(each) for each in value)
        return array
    return value


def _without_secrets(text: bytes, *, file: Path) -> bytes:
    """Return the settings file without passwords."""
    sections = tomllib.loads(text.decode("utf-8-sig"))
    for section, values in sections.items():
        for name, value in values.items():
            if is_secret(section, name, value):
                text = _edit(text, partial(_hide, section=section, name=name), file=file)
    return text


def _without_removed(text: bytes, config: Config, *, file: Path) -> bytes:
    """Return the packs without feeds that overlays took away: a file may only name feeds that there are."""
    packs = tomllib.loads(text.decode("utf-8-sig")).get("packs", {})
    for key, values in packs.items():
        gone = [feed for feed in values.get("feeds", ()) if feed not in config.tables.feeds]
        if gone:
            text = _edit(text, partial(_take, pack=key, gone=gone), file=file)
    return text


def _take(top: Any, *, pack: str, gone: Iterable[str]) -> None:
    feeds = top["packs"][pack]["feeds"]
    for feed in gone:
        feeds.remove(feed)


def _hide(top: Any, *, section: str, name: str) -> None:
    """Take a key away; where comments can be kept, one says where its value belongs."""
    del top[section][name]
    if _is_document(top):
        import tomlkit

        variable = f"TRENDWATCH_{section}_{name}".upper()
        top[section].add(tomlkit.comment(f"{name} is a secret and was left out: set {variable}"))


def _write(path: Path, text: bytes | None) -> bool:
    """Replace a file whole, so that nobody reads half of it; without text, remove it."""
    if text is None:
        path.unlink(missing_ok=True)
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(text)
    part.replace(path)
    return True
