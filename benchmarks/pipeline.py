"""A whole morning for many subscribers, against the loop that everybody else has.

Theirs: for each user a cosine over all papers, Jinja, premailer, EmailMessage, a connection and a
commit of its own. Ours: the pipeline as `digest send` runs it. Both send to Postfix's sink; the
papers are invented, about sixty subjects, with abstracts of 1,300 characters.
"""

import random
import smtplib
import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import premailer
from jinja2 import Environment
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from benchmarks import sinks
from digest import wiring
from digest.bundled import bundled
from digest.paper import Announcement, AnnounceType, Listing, Paper
from digest.pipeline.compose import Edition, compose
from digest.store.database import writing
from digest.store.recording import record
from digest.subscriber import Interest, Keyword, Subscriber

PAPERS, PICKS, SUBJECTS = 1_200, 12, 60
SUBSCRIBERS, SLOW, ROUNDS = 2_000, 200, 5
PROFILES = 100  # where subscribers share them, as laboratories do
GROUP = 50
NOW = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)

_CONFIG = """
[digest]
database = "sqlite:///digest.db"
[mail]
from = "Daily Papers <papers@example.org>"
host = "{host}"
port = {port}
security = "none"
connections = 1
messages_per_connection = 1000
commit_group = {group}
[[source]]
name = "ml"
kind = "file"
path = "none"
"""
_PAGE = """<html><head><style>{{ css | safe }}</style></head><body class="page">
<table class="sheet">
{% for p in papers %}<tr><td class="sheet"><table class="eyebrow"><tr>
<td class="eyebrow-cell muted">{{ loop.index }}</td>
<td class="eyebrow-cell muted">{{ "%.0f" | format(p.score) }}</td></tr></table>
<h2 class="paper-title"><a class="link title-link" href="{{ p.url }}">{{ p.title }}</a></h2>
<p class="byline muted">{{ p.authors }}</p><p class="why">{{ p.why }}</p>
<p class="quote">{{ p.abstract[:200] }}</p><p class="abstract">{{ p.abstract }}</p>
<p class="facts muted">cs.LG</p><p class="links"><a class="link" href="{{ p.url }}">Page</a>
<a class="link" href="{{ p.url }}">PDF</a></p><div class="rule"></div></td></tr>{% endfor %}
</table></body></html>"""
_TEXT = """{% for p in papers %}{{ p.title }}
{{ p.authors }}
{{ p.abstract }}
{{ p.url }}

{% endfor %}"""


@dataclass(frozen=True)
class World:
    """Invented papers, and people who care for two subjects each."""

    papers: list[Paper]
    people: list[Subscriber]

    @classmethod
    def invented(cls, people: int, profiles: int) -> "World":
        """Invent them, always the same; `profiles` different wishes."""
        dice = random.Random(7)  # noqa: S311 (invented texts, no secret)
        syllables = [a + b for a in "bcdfgklmnprst" for b in "aeiou"]
        words = ["".join(dice.choices(syllables, k=dice.randint(2, 4))) for _ in range(6_000)]
        weights = [1 / (place + 3) for place in range(2_000)]
        subjects = [dice.sample(words[2_000:], 40) for _ in range(SUBJECTS)]

        def text(count: int, subject: Sequence[str]) -> str:
            common = dice.choices(words[:2_000], weights, k=count)
            return " ".join(dice.choice(subject) if dice.random() < 0.25 else w for w in common)

        def paper(number: int) -> Paper:
            subject = subjects[number % SUBJECTS]
            said = ". ".join(text(14, subject).capitalize() for _ in range(18))
            return Paper(
                title=text(9, subject).capitalize(),
                abstract=said[:1_300],
                authors=tuple(text(2, words).title() for _ in range(4)),
                author_count=4,
                categories=("cs.LG",),
                arxiv_id=f"2603.{10_000 + number}",
            )

        def wishes() -> tuple[Interest, ...]:
            terms = dice.sample(dice.choice(subjects), 4) + dice.sample(dice.choice(subjects), 4)
            about = " ".join(dice.sample(dice.choice(subjects), 5))
            keywords = tuple(Keyword(term=term) for term in dice.sample(terms, 8))
            return (Interest(name="mine", keywords=keywords, about=about),)

        papers = [paper(number) for number in range(PAPERS)]
        wanted = [wishes() for _ in range(profiles)]
        subscribers = [
            Subscriber(
                email=f"reader{n}@example.org",
                name=f"Reader {n}",
                interests=wanted[n % profiles],
                min_score=0,
                max_papers=PICKS,
                also=0,
            )
            for n in range(people)
        ]
        return cls(papers, subscribers)


def run(*, quick: bool = False) -> None:
    """Print how many times as long the loop takes over a message as we do; the goal is 30."""
    if not sinks.are_there():
        sys.stdout.write(f"pipeline: {sinks.MISSING}\n")
        return
    with sinks.sink() as port:
        people = SLOW if quick else SUBSCRIBERS
        for profiles in (people // 20, people):
            world = World.invented(people, profiles)
            theirs, ours = [], []
            for _ in range(1 if quick else ROUNDS):
                theirs.append(their_loop(world, port))
                ours.append(our_morning(world, port))
            ratio = median(a / b for a, b in zip(theirs, ours, strict=True))
            sys.stdout.write(
                f"pipeline: {people:,} subscribers, {profiles:,} different wishes: "
                f"{1e3 * median(theirs):.1f} ms a message by the usual loop, "
                f"{1e3 * median(ours):.2f} by ours, ratio {ratio:.1f}\n"
            )


def their_loop(world: World, port: int) -> float:
    """Write to SLOW users as the usual program does; give the seconds of each message."""
    environment = Environment(autoescape=True)
    page, plain = environment.from_string(_PAGE), environment.from_string(_TEXT)
    css = (bundled("templates") / "style.css").read_text(encoding="utf-8")
    with TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "sent.db")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE sent (email TEXT, paper TEXT)")
        start = time.perf_counter()
        vectorizer = TfidfVectorizer()
        matrix = vectorizer.fit_transform(f"{p.title} {p.abstract}" for p in world.papers)
        for person in world.people[:SLOW]:
            _their_message(world, person, vectorizer, matrix, (page, plain, css), port, database)
        seconds = (time.perf_counter() - start) / SLOW
        database.close()
    return seconds


def _their_message(
    world: World,
    person: Subscriber,
    vectorizer: Any,
    matrix: Any,
    templates: tuple[Any, Any, str],
    port: int,
    database: sqlite3.Connection,
) -> None:
    page, plain, css = templates
    interest = person.interests[0]
    query = f"{' '.join(k.term for k in interest.keywords)} {interest.about}"
    scores = cosine_similarity(vectorizer.transform([query]), matrix)[0]
    best = scores.argsort()[::-1][:PICKS]
    papers = [
        {
            "title": world.papers[i].title,
            "abstract": world.papers[i].abstract,
            "authors": ", ".join(world.papers[i].authors),
            "url": f"https://arxiv.org/abs/{world.papers[i].arxiv_id}",
            "score": 100 * scores[i],
            "why": ", ".join(k.term for k in interest.keywords[:3]),
        }
        for i in best
    ]
    message = EmailMessage()
    message["From"], message["To"] = "papers@example.org", person.email
    message["Subject"] = str(papers[0]["title"])
    message.set_content(plain.render(papers=papers))
    message.add_alternative(premailer.transform(page.render(papers=papers, css=css)), "html")
    with smtplib.SMTP(sinks.HOST, port) as relay:
        relay.send_message(message)
    database.executemany("INSERT INTO sent VALUES (?, ?)", [(person.email, str(i)) for i in best])
    database.commit()


def our_morning(world: World, port: int) -> float:
    """Rank, render and deliver for everybody; give the seconds of each message."""
    with TemporaryDirectory() as folder:
        settings = _settings(Path(folder), port)
        with wiring.open_store(settings, create=True) as engine:
            listing = Listing(
                format="arxiv-rss",
                rejections=(),
                announcements=tuple(
                    Announcement(paper=paper, format="arxiv-rss", announce_type=AnnounceType.NEW)
                    for paper in world.papers
                ),
            )
            with writing(engine) as connection:
                record(connection, listing, source="ml", seen_at=NOW - timedelta(hours=1))
            start = time.perf_counter()
            edition = Edition(now=NOW, domain="example.org", sources=("ml",))
            made = compose(engine, world.people, edition, fit=wiring.fitter(settings)).issues
            delivered = wiring.dispatch(settings, engine)
            seconds = time.perf_counter() - start
    if delivered.by_status.total() != made or made < 0.98 * len(world.people):
        raise RuntimeError(f"{made} issues, {delivered}")
    return seconds / made


def _settings(folder: Path, port: int) -> Any:
    path = folder / "config.toml"
    path.write_text(_CONFIG.format(host=sinks.HOST, port=port, group=GROUP), encoding="utf-8")
    return wiring.load_settings(str(path))
