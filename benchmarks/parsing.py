"""How much faster than feedparser a day of arXiv is read, and what recording it costs."""

import io
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from digest.paper import Dump, Listing
from digest.sources.arxiv.feed import ArxivRss
from digest.store.database import migrate, open_database, writing
from digest.store.recording import record

PAPERS = 1_200
ROUNDS = 7
SEEN_AT = datetime(2026, 1, 19, 5, 0, tzinfo=UTC)
_CHANNEL = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:atom="http://www.w3.org/2005/Atom" \
xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">
  <channel>
    <title>cs updates on arXiv.org</title>
    <link>http://rss.arxiv.org/rss/cs</link>
    <description>cs updates on the arXiv.org e-print archive.</description>
    <atom:link href="http://rss.arxiv.org/rss/cs" rel="self" type="application/rss+xml"/>
    <docs>http://www.rssboard.org/rss-specification</docs>
    <language>en-us</language>
    <lastBuildDate>Mon, 19 Jan 2026 05:00:02 +0000</lastBuildDate>
    <managingEditor>rss-help@arxiv.org</managingEditor>
    <pubDate>Mon, 19 Jan 2026 00:00:00 -0500</pubDate>
    <skipDays>
      <day>Sunday</day>
      <day>Saturday</day>
    </skipDays>
"""
_ITEM = """    <item>
      <title>{title}</title>
      <link>https://arxiv.org/abs/2601.{number}</link>
      <description>arXiv:2601.{number}v1 Announce Type: new\x20
Abstract: {abstract}</description>
      <guid isPermaLink="false">oai:arXiv.org:2601.{number}v1</guid>
      <category>cs.LG</category>
      <category>stat.ML</category>
      <pubDate>Mon, 19 Jan 2026 00:00:00 -0500</pubDate>
      <arxiv:announce_type>new</arxiv:announce_type>
      <dc:rights>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</dc:rights>
      <dc:creator>{authors}</dc:creator>
    </item>
"""


def run() -> None:
    """Print the ratios of the times, each the best of rounds that take turns."""
    content = feed()
    dump = Dump(content=content, name="feed.xml")
    listing = ArxivRss().parse(dump)
    if len(listing.announcements) != PAPERS or listing.rejections:
        raise RuntimeError("the invented feed was not read whole")
    ours, theirs = _best(lambda: ArxivRss().parse(dump), lambda: feedparser.parse(_file(content)))
    recording = _recording(listing)
    sys.stdout.write(
        f"parsing: {PAPERS} papers: arxiv-rss {ours:.3f} s, feedparser {theirs:.3f} s, "
        f"ratio {theirs / ours:.1f}; recording them {recording:.2f} s, "
        f"{recording / ours:.0f} times the parsing\n"
    )


def feed() -> bytes:
    """Invent a day of arXiv as RSS 2.0."""
    dice = random.Random(7)  # noqa: S311 (invented texts, no secret)
    items = (
        _ITEM.format(
            number=90_000 + number,
            title=_text(dice, 10).capitalize(),
            abstract=_text(dice, 180),
            authors=", ".join(_name(dice) for _ in range(dice.randint(1, 9))),
        )
        for number in range(PAPERS)
    )
    return f"{_CHANNEL}{''.join(items)}  </channel>\n</rss>\n".encode()


def _text(dice: random.Random, length: int) -> str:
    return " ".join(_word(dice) for _ in range(length))


def _word(dice: random.Random) -> str:
    """Invent a word; one in a hundred is mathematics, an accent or a sign that XML escapes."""
    if dice.random() < 0.01:
        return dice.choice((r"$\alpha_1$", "p &lt; 0.05", "r&amp;d", r"\'etale", "naïve", r"50\%"))
    return _letters(dice)


def _name(dice: random.Random) -> str:
    return f"{_letters(dice)} {_letters(dice)}".title()


def _letters(dice: random.Random) -> str:
    return "".join(dice.choices("aeioulmnrst", k=dice.randint(2, 9)))


def _file(content: bytes) -> io.BytesIO:
    """A file, as feedparser would look for one of this name otherwise."""
    return io.BytesIO(content)


def _best(*works: Callable[[], object]) -> list[float]:
    """The least seconds of each; taking turns, so that a busy machine is busy for all."""
    rounds = [[_seconds(work) for work in works] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _recording(listing: Listing) -> float:
    """Record into a fresh database each time; making it is not counted."""
    return min(_recorded(listing) for _ in range(3))


def _recorded(listing: Listing) -> float:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'digest.db'}", create=True)
        try:
            migrate(engine)
            begun = time.perf_counter()
            with writing(engine) as connection:
                record(connection, listing, source="ml", seen_at=SEEN_AT)
            return time.perf_counter() - begun
        finally:
            engine.dispose()


if __name__ == "__main__":
    run()
