"""How well and how fast items are tagged, beside what anybody would try first.

    python -m tests.benchmarks.tagging

Prints, on the labelled headlines beside the project: macro-F1 per facet, with its interval, for any keyword,
for TF-IDF and logistic regression on the examples alone, for the rules without a model and for the trained
model; calibration; and items per CPU second on one core.

No label of those headlines is trained on. But one constant (``rarity``) and the way thresholds are set were
chosen looking at them, and so may terms of the taxonomy have been: expect less on headlines never looked at.
"""

from __future__ import annotations

import gzip
import platform
import time
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from trendwatch.tagging.evaluate import Gold, evaluate, parse_gold
from trendwatch.tagging.examples import parse_examples
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.train import train
from trendwatch.tagging.weak import Matcher
from trendwatch.types.tags import Example, Facet, Label, Origin, Tag, Taxonomy
from trendwatch.vectors import analyse

PROJECT = Path(__file__).resolve().parents[2]
CONFIG = PROJECT / "config"
GOLD = PROJECT.parent / "shared" / "data" / "text" / "gold_tags_dev.jsonl.gz"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Texts = Sequence[tuple[str, str]]
Tags = Sequence[Sequence[Tag]]


def read_taxonomy(file: Path) -> Taxonomy:
    """Return the labels of a taxonomy file as it stands; config.py checks it, this only measures."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return Taxonomy(
        tuple(
            Label(
                facet=facet,
                key=key,
                name=row["name"],
                meaning=row["meaning"],
                parent=row.get("parent", ""),
                strong=tuple(row.get("strong", ())),
                weak=tuple(row.get("weak", ())),
                anti=tuple(row.get("anti", ())),
            )
            for facet in Facet
            for key, row in tables.get(facet.value, {}).items()
        )
    )


def read_examples(folder: Path, taxonomy: Taxonomy) -> list[Example]:
    """Return the examples of all files of a folder."""
    return [
        example
        for file in sorted(folder.glob("*.jsonl"))
        for example in parse_examples(file.read_text(encoding="utf-8").splitlines(), taxonomy, file=file.name)
    ]


def any_keyword(taxonomy: Taxonomy, texts: Texts) -> Tags:
    """Give a label wherever any of its terms stands."""
    matcher = Matcher(taxonomy)
    return [
        [_plain(key, 1.0) for key, votes in matcher.hits(title, summary).items() if votes.terms]
        for title, summary in texts
    ]


def examples_alone(examples: Sequence[Example], taxonomy: Taxonomy, texts: Texts) -> Tags:
    """Give what scikit-learn's TF-IDF and balanced logistic regression give from 0.5 on."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectoriser = TfidfVectorizer(analyzer=analyse, sublinear_tf=True, min_df=1)
    known = vectoriser.fit_transform(f"{example.title}. {example.summary}" for example in examples)
    new = vectoriser.transform(f"{title}. {summary}" for title, summary in texts)
    tags: list[list[Tag]] = [[] for _ in texts]
    for label in taxonomy.labels:
        targets = np.array([label.full_key in example.labels for example in examples])
        if targets.any() and not targets.all():
            model = LogisticRegression(solver="liblinear", C=3, class_weight="balanced")
            for row, sure in zip(tags, model.fit(known, targets).predict_proba(new)[:, 1], strict=True):
                if sure >= 0.5:
                    row.append(_plain(label.full_key, float(sure)))
    return tags


def items_per_second(tag: Callable[[Texts], Tags], texts: Texts) -> float:
    """Return texts per CPU second, the best of three."""
    many = list(texts) * max(1, 4_000 // len(texts))
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        tag(many)
        best = min(best, time.process_time() - started)
    return len(many) / best


def _plain(key: str, confidence: float) -> Tag:
    facet, name = key.split(":", 1)
    return Tag(facet=Facet(facet), label=name, confidence=confidence, origin=Origin.RULE)


def _row(name: str, tags: Tags, gold: Sequence[Gold]) -> str:
    cells = [f"{name:<22}"]
    for facet, score in evaluate(tags, gold).facets.items():
        f1 = score.macro_f1
        cells.append(
            f"{facet.value} {f1.value:.3f} [{f1.low:.3f}, {f1.high:.3f}] micro {score.micro_f1.value:.3f} "
            f"none {score.wrongly_tagged:.2f} ece {score.ece:.3f}"
        )
    return " | ".join(cells)


def main() -> None:
    """Print the table."""
    taxonomy = read_taxonomy(CONFIG / "taxonomy.toml")
    examples = read_examples(CONFIG / "examples", taxonomy)
    started = time.process_time()
    model = train(examples, taxonomy, now=NOW)
    print(f"python {platform.python_version()}, {len(examples)} examples, {len(taxonomy.labels)} labels")
    print(f"trained in {time.process_time() - started:.1f} CPU seconds, {len(model.blob):,} bytes")
    print(f"held-out examples: {model.manifest['trained']}")
    started = time.process_time()
    ours, rules = Tagger.load(model, taxonomy), Tagger.rules(taxonomy)
    print(f"loaded in {time.process_time() - started:.2f} s")
    if not GOLD.is_file():
        print("no labelled headlines beside the project: no F1")
        texts = [(example.title, example.summary) for example in examples]
        print(f"items per CPU second {items_per_second(ours.tag, texts):,.0f}")
        return
    with gzip.open(GOLD, "rt", encoding="utf-8") as lines:
        gold = parse_gold(lines, file=GOLD.name)
    texts = [(row.title, row.summary) for row in gold]
    print(_row("any keyword", any_keyword(taxonomy, texts), gold))
    print(_row("examples alone", examples_alone(examples, taxonomy, texts), gold))
    print(_row("rules without a model", rules.tag(texts), gold))
    print(_row("trendwatch", ours.tag(texts), gold))
    print(f"items per CPU second {items_per_second(ours.tag, texts):,.0f}")


if __name__ == "__main__":
    main()
