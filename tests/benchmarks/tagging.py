"""How well and how fast items are tagged, beside what anybody would try first.

    python -m tests.benchmarks.tagging [--minilm PYTHON]

Prints first, on texts of our own whose two writers did not know the terms, what keywords, rules and the model
make of them. Then, on the labelled headlines beside the project: macro-F1 per facet with its interval, how
many texts without a label are wrongly tagged, calibration and speed; for any keyword, for the rules without a
model, for TF-IDF with logistic regression or complement naive Bayes on the examples alone, for zero-shot
MiniLM (with a Python that has it), and for the trained model: cold, from configuration alone, and warm, with
the real feeds beside the project as unlabelled news. Then the same with 40 % of the terms taken away at
random: the terms were looked at on these headlines, so that says more about headlines nobody has looked at.
Last, recall per label of companies and lists.

No label of those texts is trained on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import subprocess
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from trendwatch.news.parse import parse
from trendwatch.tagging.evaluate import Gold, evaluate, parse_gold
from trendwatch.tagging.examples import parse_examples
from trendwatch.tagging.language import detect
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.train import train
from trendwatch.tagging.weak import Matcher
from trendwatch.tagging.weights import unpack
from trendwatch.types.news import Document, ParsedFeed
from trendwatch.types.tags import Example, Facet, Label, Model, Origin, Tag, Taxonomy
from trendwatch.vectors import analyse

PROJECT = Path(__file__).resolve().parents[2]
CONFIG = PROJECT / "config"
SHARED = PROJECT.parent / "shared" / "data"
GOLD = SHARED / "text" / "gold_tags_dev.jsonl.gz"
#: written for us by somebody who knew the meanings of the labels and nothing else
APART = PROJECT / "tests" / "data" / "gold" / "headlines.jsonl"
#: by another such writer, who wrote as newspapers do
NEWS_APART = APART.with_name("news.jsonl")
FEEDS = ("real_*/*.xml", "ts_narrowcast/[!t]*/*.xml", "fix_*/**/*.xml", "fix_*/**/*.rss")
MOST_OF_ONE_FEED = 200
TAKEN_AWAY = 0.4
SHORT_NAMES = {
    "s_agri": "agriculture",
    "s_constr": "construction",
    "s_edu": "education",
    "s_energy": "energy",
    "s_finance": "finance",
    "s_health": "healthcare",
    "s_hosp": "food_hospitality",
    "s_logistics": "logistics",
    "s_manuf": "manufacturing",
    "s_retail": "retail",
}
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


def naive_bayes(examples: Sequence[Example], taxonomy: Taxonomy, texts: Texts) -> Tags:
    """Give what scikit-learn's complement naive Bayes gives from 0.5 on."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import ComplementNB

    vectoriser = TfidfVectorizer(analyzer=analyse, sublinear_tf=True, min_df=1)
    known = vectoriser.fit_transform(f"{example.title}. {example.summary}" for example in examples)
    new = vectoriser.transform(f"{title}. {summary}" for title, summary in texts)
    tags: list[list[Tag]] = [[] for _ in texts]
    for label in taxonomy.labels:
        targets = np.array([label.full_key in example.labels for example in examples])
        if targets.any() and not targets.all():
            sure = ComplementNB(alpha=0.3).fit(known, targets).predict_proba(new)[:, 1]
            for row in np.flatnonzero(sure >= 0.5).tolist():
                tags[row].append(_plain(label.full_key, float(sure[row])))
    return tags


def minilm(python: str, taxonomy: Taxonomy, gold: Sequence[Gold]) -> tuple[Tags, float]:
    """Give labels whose name and meaning are like the text, from the likeness that is best on this very gold.

    Returns the tags and texts per CPU second.
    """
    labels = [label for label in taxonomy.labels if label.facet in {Facet.AREA, Facet.SECTOR}]
    asked = {
        "texts": [f"{one.title}. {one.summary}" for one in gold],
        "labels": [f"{label.name}: {label.meaning}" for label in labels],
    }
    done = subprocess.run(
        [python, str(Path(__file__).with_name("minilm.py"))],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": ""},
    )
    said = json.loads(done.stdout)
    likeness = np.array(said["likeness"])
    tags: list[list[Tag]] = [[] for _ in gold]
    for facet in (Facet.AREA, Facet.SECTOR):
        columns = [place for place, label in enumerate(labels) if label.facet is facet]

        def at(cut: float, columns: list[int] = columns) -> Tags:
            return [
                [
                    _plain(labels[column].full_key, float(row[column]))
                    for column in columns
                    if row[column] >= cut
                ]
                for row in likeness
            ]

        best = max(
            np.arange(0.1, 0.5, 0.02), key=lambda cut: evaluate(at(cut), gold).facets[facet].macro_f1.value
        )
        for row, more in zip(tags, at(float(best)), strict=True):
            row.extend(more)
    return tags, len(gold) / said["seconds"]


def unlabelled(besides: set[str]) -> list[tuple[str, str]]:
    """Return (title, summary) of the English news of real feeds, each title once, none of those given."""
    found: dict[str, tuple[str, str]] = {}
    for pattern in FEEDS:
        for file in sorted((SHARED / "feeds").glob(pattern)):
            read = parse(Document(url="https://feeds.example/", body=file.read_bytes()))
            entries = read.entries[:MOST_OF_ONE_FEED] if isinstance(read, ParsedFeed) else ()
            for entry in entries:
                key = entry.title.strip().lower()
                if key and key not in besides:
                    found.setdefault(key, (entry.title, entry.summary))
    texts = list(found.values())
    read_as = detect([f"{title}. {summary}" for title, summary in texts], ours="en")
    return [text for text, language in zip(texts, read_as, strict=True) if language == "en"]


def thinned(taxonomy: Taxonomy, share: float, *, seed: int) -> Taxonomy:
    """Return a taxonomy with a share of its terms taken away at random."""
    rng = np.random.default_rng(seed)

    def some(terms: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(term for term in terms if rng.random() > share)

    return replace(
        taxonomy,
        labels=tuple(
            replace(label, strong=some(label.strong), weak=some(label.weak)) for label in taxonomy.labels
        ),
    )


def items_per_second(tag: Callable[[Texts], object], texts: Texts) -> float:
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


def recalls(tag: Callable[[Texts], Tags], taxonomy: Taxonomy) -> str:
    """Return the recall of each label of companies and lists."""
    lines = []
    for name, field in (("companies_tagged", "mapped"), ("lists_labelled", "label")):
        with gzip.open(SHARED / "text" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        given = tag([(row["title"], row["summary"]) for row in rows])
        hits: dict[str, list[bool]] = defaultdict(list)
        for row, tags in zip(rows, given, strict=True):
            labels = {one.label for one in tags}
            said = row[field]
            for short in said if isinstance(said, list) else [said]:
                wanted = (
                    {"robotics", "drones"} if short == "robotics_drones" else {SHORT_NAMES.get(short, short)}
                )
                hits[short].append(bool(wanted & labels))
        cells = [f"{short} {np.mean(found):.2f} ({len(found)})" for short, found in sorted(hits.items())]
        mean = np.mean([np.mean(found) for found in hits.values()])
        lines.append(f"{name}, recall {mean:.2f} in the mean: {', '.join(cells)}")
    return "\n".join(lines)


def trained(
    examples: Sequence[Example], taxonomy: Taxonomy, news: Texts = (), *, say: str
) -> tuple[Tagger, Model]:
    """Train, and say what it took."""
    started = time.process_time()
    model = train(examples, taxonomy, unlabelled=news, now=NOW)
    took = time.process_time() - started
    reading, loading = [], []
    for _ in range(5):
        started = time.process_time()
        unpack(model)
        reading.append(time.process_time() - started)
        started = time.process_time()
        tagger = Tagger.load(model, taxonomy)
        loading.append(time.process_time() - started)
    print(
        f"{say}: trained in {took:.1f} CPU seconds on {len(examples)} examples and {len(news)} news items, "
        f"{len(model.blob):,} bytes, read in {min(reading):.3f} s, "
        f"ready with the taxonomy's terms in {min(loading):.3f} s"
    )
    return tagger, model


def print_apart(file: Path, taxonomy: Taxonomy, cold: Tagger) -> None:
    """Print what is made of texts whose writer did not know the terms."""
    apart = parse_gold(file.read_text("utf-8").splitlines(), file=file.name)
    said = [(row.title, row.summary) for row in apart]
    print(f"{len(apart)} texts of our own, written apart from the terms ({file.name}):")
    print(_row("any keyword", any_keyword(taxonomy, said), apart))
    print(_row("rules without a model", Tagger.rules(taxonomy).tag(said), apart))
    print(_row("trendwatch cold", cold.tag(said), apart))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minilm", default=os.environ.get("MINILM_PYTHON", ""), help="a Python that has it")
    python = parser.parse_args().minilm
    taxonomy = read_taxonomy(CONFIG / "taxonomy.toml")
    examples = read_examples(CONFIG / "examples", taxonomy)
    print(f"python {platform.python_version()}, {len(examples)} examples, {len(taxonomy.labels)} labels")
    cold, model = trained(examples, taxonomy, say="cold")
    print(f"held-out examples: {model.manifest['trained']}")
    for file in (APART, NEWS_APART):
        print_apart(file, taxonomy, cold)
    if not GOLD.is_file():
        print("no labelled headlines beside the project: no F1")
        return
    with gzip.open(GOLD, "rt", encoding="utf-8") as lines:
        gold = parse_gold(lines, file=GOLD.name)
    texts = [(row.title, row.summary) for row in gold]
    news = unlabelled({row.title.strip().lower() for row in gold})
    warm, _ = trained(examples, taxonomy, news, say="warm")
    fast, tagging = items_per_second(cold.confidences, texts), items_per_second(cold.tag, texts)
    print(f"items per CPU second: {fast:,.0f} to confidences, {tagging:,.0f} to tags with terms")
    print(_row("any keyword", any_keyword(taxonomy, texts), gold))
    print(_row("rules without a model", Tagger.rules(taxonomy).tag(texts), gold))
    print(_row("examples alone, LR", examples_alone(examples, taxonomy, texts), gold))
    print(_row("examples alone, CNB", naive_bayes(examples, taxonomy, texts), gold))
    if python:
        tags, speed = minilm(python, taxonomy, gold)
        print(_row("zero-shot MiniLM", tags, gold))
        print(f"MiniLM: {speed:,.0f} items per CPU second; trendwatch {fast / speed:,.0f} times as many")
    print(_row("trendwatch cold", cold.tag(texts), gold))
    print(_row("trendwatch warm", warm.tag(texts), gold))
    thin = thinned(taxonomy, TAKEN_AWAY, seed=5)
    print(f"with {TAKEN_AWAY:.0%} of the terms taken away:")
    print(_row("rules without a model", Tagger.rules(thin).tag(texts), gold))
    for name, more in (("cold", ()), ("warm", news)):
        tagger = Tagger.load(train(examples, thin, unlabelled=more, now=NOW), thin)
        print(_row(f"trendwatch {name}", tagger.tag(texts), gold))
    print(recalls(cold.tag, taxonomy))


if __name__ == "__main__":
    main()
