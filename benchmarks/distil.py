"""Makes digest/ranking/meaning.npz: a sentence model's sense of words, for those who run none.

    python -m benchmarks.distil --papers FILE.jsonl.xz … --wordnet DIR --terms GO.sqlite OUT.npz

Every stem gets a row so that the sum of a text's rows points where the sentence model puts the
text (as Model2Vec and its kin do). It learns from papers (title and abstract, one a line), from
the glosses of WordNet and the definitions of the Gene Ontology, which know the words of other
disciplines, and from bundles of glosses that are near each other, which have a paper's length.
Needs torch beside the extra `embeddings`; an hour on two cores, most of it encoding. It learns
nothing of who liked what.
"""

import argparse
import json
import lzma
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.encoder import load_encoder
from digest.ranking.background import PRIOR, Table
from digest.ranking.terms import bag, stem, words

DIMENSIONS = 256
SEEN_OFTEN = 4  # papers that have a stem, for it to have a row of its own
GLOSSES, DEFINITIONS, BUNDLES = 45_000, 16_000, 16_000
NEAR, AMONG = 6, 1_500  # a bundle is a gloss and its nearest, among so many
EPOCHS, BATCH, RATE = 4, 512, 2e-3
WEIGHTS = {"paper": 1.0, "gloss": 0.4, "bundle": 0.5}
TEST_EVERY = 20

Text = tuple[str, str]  # title and abstract


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, encode, learn, write."""
    options = _parser().parse_args(arguments)
    dice = np.random.default_rng(0)
    papers = list(_papers(options.papers))[: options.most]
    glosses = _some(list(_wordnet(options.wordnet)), GLOSSES, dice)
    glosses += _some(list(_definitions(options.terms)), DEFINITIONS, dice)
    glosses = glosses[: options.most]
    table = _empty_table(papers, options.model)
    encoder = load_encoder()
    taught = encoder.encode([f"{title}. {text}" for title, text in papers])
    told = encoder.encode([text for _, text in glosses])
    bundles, meant = _bundles(glosses, told, dice)
    kinds = ["paper"] * len(papers) + ["gloss"] * len(glosses) + ["bundle"] * len(bundles)
    texts = [_spelt(table, Counter(bag(*each))) for each in (*papers, *glosses)]
    texts += [_spelt(table, each) for each in bundles]
    first = encoder.encode([name.removeprefix("##") for name in table.numbers])
    goals = np.concatenate([taught, told, meant])
    rows, bias = _learn(texts, goals, [WEIGHTS[kind] for kind in kinds], first, len(papers))
    _write(options.out, table, rows, bias, papers)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--papers", nargs="+", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, required=True, help="the folder of data.noun …")
    parser.add_argument("--terms", type=Path, required=True, help="the Gene Ontology as SQLite")
    parser.add_argument("--model", type=Path, required=True, help="the sentence model's folder")
    parser.add_argument("--most", type=int, help="texts of each kind, for a trial")
    parser.add_argument("out", type=Path)
    return parser


def _papers(files: Sequence[Path]) -> Iterator[Text]:
    for file in files:
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                facts = json.loads(line)
                yield facts["title"] or "", facts["abstract"] or ""


def _wordnet(folder: Path) -> Iterator[Text]:
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text("utf-8").splitlines():
            if line.startswith("  "):
                continue  # the licence stands first
            head, _, gloss = line.partition("|")
            fields = head.split()
            names = [fields[4 + 2 * n].split("(")[0] for n in range(int(fields[3], 16))]
            meant = gloss.split('"')[0].strip("; ")
            yield "", f"{', '.join(names).replace('_', ' ')}: {meant}"


def _definitions(file: Path) -> Iterator[Text]:
    query = "SELECT term, definition FROM go_term WHERE definition IS NOT NULL"
    for term, definition in sqlite3.connect(file).execute(query):
        yield "", f"{term}: {definition}"


def _some(texts: list[Text], count: int, dice: np.random.Generator) -> list[Text]:
    return [texts[n] for n in dice.permutation(len(texts))[:count]]


def _empty_table(papers: Sequence[Text], model: Path) -> Table:
    """Name the rows: stems of papers, the model's own words, and its pieces of words."""
    seen = Counter(key for each in papers for key in bag(*each))
    names = dict.fromkeys(key for key, count in seen.items() if count >= SEEN_OFTEN)
    tokenizer = json.loads((model / "tokenizer.json").read_text("utf-8"))
    vocabulary = [name for name in tokenizer["model"]["vocab"] if name.isascii()]
    whole = (name for name in vocabulary if name.isalpha() and len(name) > 2)
    names.update(dict.fromkeys(key for name in whole if (key := stem(name))))
    pieces = (name for name in vocabulary if name.startswith("##") and name[2:].isalnum())
    names.update(dict.fromkeys(name for name in pieces if len(name) > 3))
    numbers = {name: number for number, name in enumerate(names)}
    frequency = np.asarray([seen[name] for name in names], dtype=float)
    nothing = np.zeros((0, DIMENSIONS), dtype=np.float32)
    return Table(
        numbers=numbers,
        rows=nothing,
        bias=nothing,
        mean=nothing,
        documents=len(papers),
        frequency=frequency,
        common=_common(papers, numbers, frequency),
    )


def _common(papers: Sequence[Text], numbers: dict[str, int], frequency: Any) -> Any:
    """Give the average TF-IDF vector, weighed as a first day weighs it."""
    total = np.zeros(len(numbers))
    rarest = np.log(1 + PRIOR)
    rarity = np.log((1 + PRIOR) / (1 + frequency * PRIOR / len(papers)))
    for each in papers:
        counts = bag(*each)
        places = [numbers.get(key, -1) for key in counts]
        weights = np.asarray([rarity[n] if n >= 0 else rarest for n in places])
        weights *= 1 + np.log(list(counts.values()) or [1.0])[: len(weights)]
        length = float(np.linalg.norm(weights)) or 1.0
        for place, weight in zip(places, weights, strict=True):
            if place >= 0:
                total[place] += weight / length
    return total / len(papers)


def _spelt(table: Table, counts: Counter[str]) -> tuple[list[int], list[float]]:
    """Give a text as rows of the table and what each counts."""
    pairs = [(row, 1 + np.log(n)) for key, n in counts.items() for row in table.spell(key)]
    return [row for row, _ in pairs], [float(weight) for _, weight in pairs]


def _bundles(
    glosses: Sequence[Text], told: Any, dice: np.random.Generator
) -> tuple[list[Counter[str]], Any]:
    """Join glosses that are near each other; what they mean together is their average."""
    bundles, meant = [], []
    for seed in dice.permutation(len(glosses))[:BUNDLES]:
        among = dice.integers(0, len(glosses), AMONG)
        near = among[np.argsort(-(told[among] @ told[seed]))[:NEAR]]
        joined = [seed, *near]
        bundles.append(Counter(word for n in joined for word in _stems(glosses[n][1])))
        mean = told[joined].mean(axis=0)
        meant.append(mean / np.linalg.norm(mean))
    return bundles, np.asarray(meant, dtype=np.float32)


def _stems(text: str) -> list[str]:
    return [key for word in words(text) if (key := stem(word))]


def _learn(
    texts: Sequence[tuple[list[int], list[float]]],
    goals: Any,
    weights: Sequence[float],
    first: Any,
    papers: int,
) -> tuple[Any, Any]:
    """Fit rows to the goals: to each text's direction, and to how texts of a batch compare."""
    import torch
    from torch.nn.functional import normalize

    torch.manual_seed(0)
    weighed = goals * np.asarray(weights, dtype=np.float32)[:, None]
    _, axes = np.linalg.eigh(goals.T @ weighed)
    axes = axes[:, ::-1][:, :DIMENSIONS].astype(np.float32)
    target = normalize(torch.tensor(goals @ axes), dim=1)
    start = first @ axes
    rows = torch.nn.EmbeddingBag(len(start), axes.shape[1], mode="sum")
    with torch.no_grad():
        rows.weight.copy_(torch.tensor(0.1 * (start - start.mean(axis=0))))
    bias = torch.nn.Parameter(torch.tensor((goals[:papers] @ axes).mean(axis=0)))
    share = torch.tensor(np.asarray(weights, dtype=np.float32))

    def forward(batch: Any) -> Any:
        flat = torch.tensor([row for n in batch for row in texts[n][0]])
        counts = torch.tensor([weight for n in batch for weight in texts[n][1]])
        ends = np.cumsum([0, *(len(texts[n][0]) for n in batch)])[:-1]
        return normalize(rows(flat, torch.tensor(ends), per_sample_weights=counts) + bias, dim=1)

    usable = np.asarray([n for n, (named, _) in enumerate(texts) if named])
    held = usable[(usable < papers) & (usable % TEST_EVERY == 0)]
    train = np.setdiff1d(usable, held)
    learner = torch.optim.Adam([*rows.parameters(), bias], lr=RATE)
    steps = max(1, EPOCHS * (len(train) // BATCH))
    dice, step = np.random.default_rng(0), 0
    for epoch in range(EPOCHS):
        dice.shuffle(train)
        for begin in range(0, len(train) - BATCH + 1, BATCH):
            batch = train[begin : begin + BATCH]
            ours, theirs = forward(batch), target[batch]
            loss = (share[batch] * (1 - (ours * theirs).sum(dim=1))).mean()
            ours = normalize(ours - ours.mean(dim=0), dim=1)
            theirs = normalize(theirs - theirs.mean(dim=0), dim=1)
            loss = loss + 2 * ((ours @ ours.T - theirs @ theirs.T) ** 2).mean()
            learner.zero_grad()
            loss.backward()
            learner.param_groups[0]["lr"] = RATE * (1 - step / steps) + 1e-5
            learner.step()
            step += 1
        with torch.no_grad():
            fit = float((forward(held) * target[held]).sum(dim=1).mean()) if len(held) else 0.0
        sys.stdout.write(f"epoch {epoch + 1}: cosine of papers held back {fit:.4f}\n")
    return rows.weight.detach().numpy(), bias.detach().numpy()


def _write(out: Path, table: Table, rows: Any, bias: Any, papers: Sequence[Text]) -> None:
    """Pack the rows in eight bits each number."""
    found = []
    for each in papers:
        named, counts = _spelt(table, Counter(bag(*each)))
        total = rows[named].T @ np.asarray(counts) + bias if named else bias
        found.append(total / np.linalg.norm(total))
    scales = np.abs(rows).max(axis=1) / 127
    scales[scales == 0] = 1
    np.savez_compressed(
        out,
        names=np.frombuffer("\n".join(table.numbers).encode(), dtype=np.uint8),
        rows=np.round(rows / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float16),
        bias=bias.astype(np.float32),
        mean=np.mean(found, axis=0).astype(np.float32),
        documents=np.int64(table.documents),
        frequency=table.frequency.astype(np.int32),
        common=table.common.astype(np.float16),
    )


if __name__ == "__main__":
    main()
