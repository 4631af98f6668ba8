"""What corrections are worth, and whether the queue asks better questions than chance.

    python -m tests.benchmarks.corrections [--halves 20] [--taken-away 0.4] [--examples 0.1]

The labelled headlines beside the project are cut in two at random, again and again. The operator is played by
the labels of one half: asked 25 at a time by the queue, or at random, in both cases learnt after every 100.
Reported on the other half: macro-F1 after each 100, as the gain over configuration alone, with a 95 %
interval of the mean over the halves. ``--taken-away`` leaves out a share of the terms, others in each half,
``--examples`` keeps a share of the examples: together an operator who begins with a taxonomy of their own.

"Best thresholds, seen" is no way to learn: it takes each label's best threshold on the very half that is
reported on. It says how far thresholds could reach.

Measured for areas / sectors, 300 corrections:

                                    before          queue            random        best thresholds, seen
    all terms, 4,375 examples     .810 / .744   not measured     -.001 / +.002       +.042 / +.062
    60 % of terms, 435 examples   .727 / .679   +.015 / +.012    +.013 / +.017       +.055 / +.060

over 4 halves, intervals of ±.003 to ±.021. (First row: random with a slightly stricter limit for "none" than
now; best thresholds over 12 halves, with the first 3,862 examples. With those, and corrections counted once,
the queue brought -.000 / +.006 and random ones -.000 / +.010 over 20 halves, ±.003 / ±.004.)

So where terms and examples are rich, 300 corrections teach hardly anything. Tried there, over 12 halves:
thresholds from 424 labelled headlines instead, shrunk or not (-.006 to -.025); a step from the model's logit
to their answer by words and bias (-.02 to -.05 in macro-F1, +.002 in mean average precision). Over 6 halves:
corrections at 12 instead of 4 when words are learnt (nothing).

Where they are thin, wrong tags of headlines without an area fall from 13 % to 7 % besides. The queue is no
better than chance, and neither were two others, over 5 halves with stricter limits for "none" than now:
uncertainty with diminishing returns by label, so that rare ones are not drowned (150 brought +.008 ± .011
for areas, 300 random ones +.003 ± .015; for sectors less), and the labels most expected (.06 behind chance).
"""

from __future__ import annotations

import argparse
import gzip
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tests.benchmarks.tagging import CONFIG, GOLD, NOW, read_examples, read_taxonomy, thinned
from trendwatch.tagging.evaluate import Gold, evaluate, parse_gold
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.queue import pick
from trendwatch.tagging.train import train
from trendwatch.types.tags import Correction, Example, Facet, Origin, Tag, Taxonomy

STEP, STEPS = 25, 12
LEARNT_AFTER = 100
FACETS = (Facet.AREA, Facet.SECTOR)


def corrections(gold: Sequence[Gold]) -> list[Correction]:
    """Return what an operator with these labels in mind says."""
    return [
        Correction(
            item_id=str(number),
            title=one.title,
            summary=one.summary,
            labels=one.labels,
            facets=frozenset(FACETS),
            made_at=NOW,
        )
        for number, one in enumerate(gold)
    ]


def macro(tagger: Tagger, gold: Sequence[Gold]) -> list[float]:
    """Return macro-F1 of areas and sectors."""
    found = evaluate(tagger.tag([(one.title, one.summary) for one in gold]), gold)
    return [found.facets[facet].macro_f1.value for facet in FACETS]


def played(
    how: str, cold: Tagger, pool: list[Gold], rest: Sequence[Gold], *, known: tuple[list[Example], Taxonomy]
) -> list[list[float]]:
    """Return macro-F1 on the rest after each 100 corrections of the pool."""
    examples, taxonomy = known
    asked: list[Gold] = []
    left, tagger, reached = list(pool), cold, []
    for step in range(STEPS):
        if how == "queue":
            texts = [(one.title, one.summary) for one in left]
            places = {one.place for one in pick(tagger, texts, STEP, seed=step)}
        else:
            places = set(range(min(STEP, len(left))))
        asked += [one for place, one in enumerate(left) if place in places]
        left = [one for place, one in enumerate(left) if place not in places]
        if len(asked) % LEARNT_AFTER == 0:
            model = train(examples, taxonomy, corrections=corrections(asked), now=NOW)
            tagger = Tagger.load(model, taxonomy)
            reached.append(macro(tagger, rest))
    return reached


def seen_through(cold: Tagger, taxonomy: Taxonomy, gold: Sequence[Gold]) -> list[float]:
    """Return macro-F1 with the best threshold of each label, chosen on the very texts it is reported on.

    Nothing that is learnt of thresholds can reach further.
    """
    sure = cold.confidences([(one.title, one.summary) for one in gold])
    tags: list[list[Tag]] = [[] for _ in gold]
    for number, label in enumerate(taxonomy.labels):
        scored = [place for place, one in enumerate(gold) if label.full_key not in one.maybe]
        true = {place for place in scored if label.full_key in gold[place].labels}
        order = sorted(scored, key=lambda place: -float(sure[place, number]))
        hits = np.cumsum([place in true for place in order])
        reached = 2 * hits / (np.arange(1, len(order) + 1) + len(true))
        for place in order[: int(np.argmax(reached)) + 1] if true else ():
            own = float(sure[place, number])
            tags[place].append(
                Tag(facet=label.facet, label=label.key, confidence=own, origin=Origin.MODEL, terms=())
            )
    found = evaluate(tags, gold)
    return [found.facets[facet].macro_f1.value for facet in FACETS]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--halves", type=int, default=4)
    parser.add_argument("--taken-away", type=float, default=0.0)
    parser.add_argument("--examples", type=float, default=1.0)
    given = parser.parse_args()
    whole = read_taxonomy(CONFIG / "taxonomy.toml")
    examples = read_examples(CONFIG / "examples", whole)
    kept = np.random.default_rng(7).random(len(examples)) < given.examples
    examples = [one for one, chosen in zip(examples, kept.tolist(), strict=True) if chosen]
    with gzip.open(GOLD, "rt", encoding="utf-8") as lines:
        gold = parse_gold(lines, file=GOLD.name)
    gains: dict[tuple[str, int], list[list[float]]] = defaultdict(list)
    start = []
    for half in range(given.halves):
        taxonomy = thinned(whole, given.taken_away, seed=half) if given.taken_away else whole
        cold = Tagger.load(train(examples, taxonomy, now=NOW), taxonomy)
        order = np.random.default_rng(half).permutation(len(gold)).tolist()
        pool, rest = ([gold[place] for place in part] for part in (order[::2], order[1::2]))
        before = macro(cold, rest)
        start.append(before)
        best = seen_through(cold, taxonomy, rest)
        gains["best thresholds, seen", 0].append([now - then for now, then in zip(best, before, strict=True)])
        for how in ("queue", "random"):
            after = played(how, cold, pool, rest, known=(examples, taxonomy))
            for number, reached in enumerate(after, start=1):
                gain = [now - then for now, then in zip(reached, before, strict=True)]
                gains[how, number * LEARNT_AFTER].append(gain)
    areas, sectors = np.mean(start, axis=0)
    print(f"{given.halves} halves, {given.taken_away:.0%} of the terms taken away, {len(examples)} examples")
    print(f"configuration alone: area {areas:.3f}, sector {sectors:.3f}")
    for (how, count), found in gains.items():
        values = np.array(found)
        spread = 1.96 * values.std(axis=0, ddof=1) / np.sqrt(len(values))
        cells = [
            f"{facet.value} {mean:+.3f} [{mean - wide:+.3f}, {mean + wide:+.3f}]"
            for facet, mean, wide in zip(FACETS, values.mean(axis=0), spread, strict=True)
        ]
        print(f"{how:<6} {count} corrections: {', '.join(cells)}")


if __name__ == "__main__":
    main()
