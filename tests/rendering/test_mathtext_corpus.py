"""Every title and abstract of the real listings and of the benchmark's papers as text."""

import json
import lzma
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import pytest

from builders import SEEDS, SHARED
from digest.paper import Dump, collapse
from digest.rendering.mathtext import plain, runs
from digest.sources import registry

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the listings of ../shared")

COMMAND = re.compile(r"\\[A-Za-z]+")
NOT_PRINTED = re.compile(r"\\(?:begin|end|color|textcolor|foreignlanguage)\{\w+\*?\}")
BROKEN_GREEK = re.compile(r"\\[uvHckrbd]\{[a-z]{2,6}\}")  # \r{ho}: \rho, through some converter
# An address that is its own label is shown once.
LINK = re.compile(r"\\h\w+\s*\{.*://|\{\\+textbackslash\}url")
CODE = re.compile(r"\\unicode\{x[0-9A-Fa-f]+\}|\\char['\"]?[0-9A-F]+")
EVERY = 10  # of the benchmark's papers, unless --whole is asked for


def from_seeds(every: int) -> Iterator[tuple[str, str]]:
    for path in sorted(SEEDS.iterdir()):
        dump = Dump(content=path.read_bytes(), name=path.name)
        for announcement in registry.parse(dump).announcements:
            paper = announcement.paper
            yield paper.title or "", paper.abstract or ""


def from_benchmark(every: int) -> Iterator[tuple[str, str]]:
    folder = SHARED / "relevance"
    for path in (*sorted(folder.glob("*/papers.jsonl.xz")), folder / "background.jsonl.xz"):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % every:
                    continue
                facts = json.loads(line)
                yield facts["title"] or "", facts["abstract"] or ""


def signs(text: str) -> tuple[Counter[str], int]:
    folded = unicodedata.normalize("NFKC", text)
    return Counter(sign for sign in folded if sign.isdecimal()), folded.count("%")


def letters(text: str) -> Counter[str]:
    """The plain letters, but for those of commands and of what they hold as a name."""
    bare = BROKEN_GREEK.sub("", NOT_PRINTED.sub("", CODE.sub("", text)))
    folded = unicodedata.normalize("NFKD", COMMAND.sub("", bare)).casefold()
    return Counter(sign for sign in folded if "a" <= sign <= "z")


@pytest.mark.parametrize(
    ("source", "most"), [pytest.param(from_seeds, 200, id="seeds"),
                         pytest.param(from_benchmark, 3_000, id="benchmark")],
)  # fmt: skip
def test_nothing_is_lost_and_no_title_keeps_a_command(source, most, whole: bool) -> None:
    papers = list(source(every=1 if whole else EVERY))
    assert len(papers) >= most
    left = Counter()
    for texts in papers:
        for kind, text in zip(("title", "abstract"), map(collapse, texts), strict=True):
            shown = plain(text)
            assert "".join(run.text for run in runs(text)) or not text
            if not CODE.search(text) and not LINK.search(text):
                assert signs(shown) == signs(text), text
            assert LINK.search(text) or not letters(text) - letters(shown), text
            left[kind] += bool(COMMAND.search(shown))
    assert left["title"] <= len(papers) / 1000
    assert left["abstract"] <= len(papers) / 100  # authors' own commands, which nobody can know
