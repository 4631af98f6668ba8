"""A small generative grammar: ``[a|b]`` is one of these, ``{name}`` a word of the context, both nest.

    expand("{org} [buys|rents] {things}", context, draw)

A slot's value may be one text, or many of which one is drawn each time; it may hold slots and choices itself.
``{does.ing}`` turns the verb in front into its -ing form. A slot nobody fills is a mistake in the word lists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

Context = Mapping[str, str | Sequence[str]]
#: A text, a slot (name, form), or the alternatives of a choice.
Node = str | tuple[str, str] | list["Nodes"]
Nodes = tuple["Node", ...]

_SIGNS = re.compile(r"[\[\]|]|\{(\w+)(?:\.(\w+))?\}")
#: Verbs of the word lists whose last letter doubles.
_DOUBLED = frozenset("cut fit flag get let map plan put run ship shop split spot stop".split())
_AN = re.compile(r"\b([Aa]) (?=[aeioAEIO]|11\b|8\d?\b|18\b|un(?!i))(?!one\b|eur|Eur)")
_SPACES = re.compile(r" {2,}")


def expand(pattern: str, context: Context, draw: Random) -> str:
    """Return one text of a pattern.

    Raises:
        KeyError: a slot has no value.
    """
    said: list[str] = []
    _write(parse(pattern), context, draw=draw, said=said)
    text = _SPACES.sub(" ", "".join(said)).strip().replace(" ,", ",").replace(" .", ".")
    return _AN.sub(r"\1n ", text)


def parse(pattern: str) -> Nodes:
    """Return a pattern as nodes.

    Raises:
        ValueError: its brackets do not match.
    """
    return _parsed(pattern)


@cache
def _parsed(pattern: str) -> Nodes:
    nodes, end = _sequence(pattern, 0, depth=0)
    if end != len(pattern):
        raise ValueError(f"brackets do not match in {pattern!r}")
    return nodes


def _sequence(pattern: str, at: int, *, depth: int) -> tuple[Nodes, int]:
    """Return the nodes from a place up to the end of their alternative, and where that is."""
    nodes: list[Node] = []
    while found := _SIGNS.search(pattern, at):
        if found.start() > at:
            nodes.append(pattern[at : found.start()])
        sign, at = found[0], found.end()
        if sign.startswith("{"):
            nodes.append((found[1], found[2] or ""))
        elif sign == "[":
            choice, at = _choice(pattern, at, depth=depth + 1)
            nodes.append(choice)
        elif depth:
            return tuple(nodes), found.start()
        else:
            nodes.append(sign)
    if depth:
        raise ValueError(f"a bracket is not closed in {pattern!r}")
    return (*nodes, pattern[at:]), len(pattern)


def _choice(pattern: str, at: int, *, depth: int) -> tuple[list[Nodes], int]:
    alternatives: list[Nodes] = []
    while True:
        nodes, at = _sequence(pattern, at, depth=depth)
        alternatives.append(nodes)
        at += 1
        if pattern[at - 1] == "]":
            return alternatives, at


def _write(nodes: Nodes, context: Context, *, draw: Random, said: list[str]) -> None:
    for node in nodes:
        if isinstance(node, str):
            said.append(node)
        elif isinstance(node, list):
            _write(draw.choice(node), context, draw=draw, said=said)
        else:
            said.append(_slot(node, context, draw))


def _slot(slot: tuple[str, str], context: Context, draw: Random) -> str:
    name, form = slot
    value = context[name]
    text = value if isinstance(value, str) else draw.choice(value)
    if "{" in text or "[" in text:
        text = expand(text, context, draw)
    return ing(text) if form == "ing" else text


def ing(phrase: str) -> str:
    """Return "hear a bearing fail" as "hearing a bearing fail"."""
    verb, space, rest = phrase.partition(" ")
    if verb in _DOUBLED:
        verb += verb[-1]
    elif verb.endswith("e") and not verb.endswith("ee"):
        verb = verb[:-1]
    return f"{verb}ing{space}{rest}"
