"""What is odd about labelled examples: the same text twice, and one in a language that no terms cover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trendwatch.config.examples import placed_examples
from trendwatch.errors import ConfigError
from trendwatch.types.tags import Example, Taxonomy


@dataclass(frozen=True, slots=True)
class Placed:
    """An example, and where it stands."""

    file: Path
    line: int
    example: Example

    @property
    def text(self) -> str:
        """Return what is read of it, in any capitals and spaces."""
        return " ".join(f"{self.example.title} {self.example.summary}".split()).casefold()


def example_warnings(directory: Path, taxonomy: Taxonomy) -> list[ConfigError]:
    """Return what is odd about examples without mistakes, with file and line.

    A further language without an example is told at its file of terms: tags in it rest on terms alone.
    """
    placed = [Placed(*one) for one in placed_examples(directory, taxonomy)]
    return [*_twice(placed), *_languages(placed, directory, taxonomy)]


def _twice(placed: Sequence[Placed]) -> Iterator[ConfigError]:
    first: dict[str, Placed] = {}
    for one in placed:
        other = first.setdefault(one.text, one)
        if other is one:
            continue
        alike = one.example.labels == other.example.labels
        said = "is labelled otherwise at" if not alike else "stands already at"
        advice = "leave one out" if alike else "say which labels are right, and leave one out"
        yield ConfigError(
            f"the same text {said} {other.file.name}:{other.line}; {advice}", file=one.file, line=one.line
        )


def _languages(placed: Sequence[Placed], directory: Path, taxonomy: Taxonomy) -> Iterator[ConfigError]:
    from trendwatch.tagging.language import detect

    texts = [f"{one.example.title}\n{one.example.summary}" for one in placed]
    found = detect(texts, ours=taxonomy.language)
    for one, language in zip(placed, found, strict=True):
        if not taxonomy.covers(language):
            said = f"this reads as {language!r}, and there is no taxonomy.{language}.toml: no item is like it"
            yield ConfigError(said, file=one.file, line=one.line)
    for language in taxonomy.further:
        if language not in found:
            said = f"no example reads as {language!r}: its tags rest on terms alone; add some to examples/"
            yield ConfigError(said, file=directory / f"taxonomy.{language}.toml")
