"""What a service does wrong: what the store holds after, what is said of it, and the exit code."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import pytest
from freezegun import freeze_time

from arxiv_pages import feed, feed_path, page, page_path
from digest.net.client import Client, Limits
from http_server import HttpServer, Reply
from world import Result, World

TODAY = date(2026, 3, 10)  # a Tuesday
MORNING, LATER = "2026-03-10 07:30:00", "2026-03-10 08:30:00"
IDS = ("2603.90001", "2603.90002", "2603.90003")
PATH, PAGE = feed_path(), page_path(TODAY)
FEED = feed(TODAY, *IDS)
GOOD = Reply(body=FEED)
BUSY, DOWN = Reply(status=429), Reply(status=503, body=b"Service Unavailable")
CUT = FEED[: FEED.rindex(b"<summary>")]
UMLAUT = FEED.replace(b"<title>Graphs", "<title>Möbius graphs".encode(), 1)
LATIN = UMLAUT.decode().encode("latin-1")
DECLARES_LATIN = (b"encoding='UTF-8'", b"encoding='ISO-8859-1'")
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<feed xmlns='http://www.w3.org/2005/Atom'><title>&b;</title></feed>"
)
SORRY = b"<!DOCTYPE html><html><body><h1>Back soon</h1></body></html>"
ERROR = FEED[: FEED.index(b"<title>")] + b"<title>Feed error for query: cs.LG</title></feed>"
NOTHING_KNOWN = (
    b"<feed xmlns='http://www.w3.org/2005/Atom'><id>http://arxiv.org/api/none</id></feed>"
)

LIMITS = Limits(
    total=timedelta(seconds=20), tries=2, longest_pause=timedelta(minutes=1), redirects=3,
    size=50_000,
)  # fmt: skip
IMPATIENT = replace(LIMITS, total=timedelta(seconds=0.3))


class Arxiv(HttpServer):
    """Plays arXiv; its interface is up and knows none of the papers yet."""

    def take(self, path: str) -> Reply:
        return Reply(body=NOTHING_KNOWN) if path.startswith("/api/") else super().take(path)

    @property
    def asked(self) -> list[str]:
        """What was asked for, hydration left out."""
        return [path for path in self.paths if not path.startswith("/api/")]


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How a fetch sees time pass: pauses are written down instead of slept."""

    monkeypatch: pytest.MonkeyPatch
    pauses: list[float]

    def set(self, limits: Limits = LIMITS) -> None:
        client = partial(Client, sleep=self.pauses.append, jitter=lambda: 0.0, limits=limits)
        self.monkeypatch.setattr("digest.wiring.sources.Client", client)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    clock = Clock(monkeypatch=monkeypatch, pauses=[])
    clock.set()
    return clock


@pytest.fixture
def arxiv(world: World) -> Iterator[Arxiv]:
    """An arXiv that shows its papers of today as well, once a test lets it."""
    with Arxiv() as server:
        urls = ", ".join(f'{what} = "{server.url("")}"' for what in ("feed", "list", "api"))
        world.sources = (
            '[[source]]\nname = "ml"\nkind = "arxiv"\ncategories = ["cs.LG"]\n'
            f'backfill = "0d"\nbase_urls = {{ {urls} }}'
        )
        world.write()
        yield server


def held(world: World) -> tuple[str, ...]:
    return tuple(sorted(paper["arxiv_id"] for paper in world.run("papers", "--json").lines))


def status(world: World) -> dict:
    (source,) = world.run("status", "--json").json["sources"]
    return source


def fetch(world: World, *, at: str = MORNING) -> tuple[Result, dict]:
    """Fetch, and give what it printed and what `status` says of the source afterwards."""
    with freeze_time(at, tick=True):
        result = world.run("fetch", "--json")
        (line,) = result.lines
        said = status(world)
    assert (said["outcome"], said["error"]) == (line["outcome"], line["error"])
    assert "Traceback" not in result.err
    return result, said


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the feed answers in turn, and all that must be true after one fetch.

    `said` stands in the error or the reason that `status` shows, `asked` is how often the feed
    was asked for; `page` is what the list page of the day answers meanwhile.
    """

    replies: tuple[Reply, ...]
    outcome: str = "new"
    code: int = 0
    held: tuple[str, ...] = IDS
    said: str = ""
    complaint: str = ""
    rejected: int = 0
    asked: int = 1
    pauses: tuple[float, ...] = ()
    page: Reply | None = None
    limits: Limits = LIMITS


def failed(*replies: Reply, said: str, code: int = 75, **facts: object) -> Fault:
    return Fault(replies=replies, outcome="failed", code=code, held=(), said=said, **facts)


def redirect(status: int, path: str) -> Reply:
    return Reply(status=status, headers={"Location": path})


FAULTS: Mapping[str, Fault] = {
    "503 then good": Fault(replies=(DOWN, GOOD), asked=2, pauses=(2,)),
    "503 for ever": failed(DOWN, said="503 Service Unavailable", asked=2, pauses=(2,)),
    "503 for ever, but its page": Fault(
        replies=(DOWN,), page=Reply(body=page(TODAY, *IDS)), asked=2, pauses=(2,)
    ),
    "503 for ever, its page too": failed(
        DOWN, said="503 Service Unavailable", page=DOWN, asked=2, pauses=(2, 2)
    ),
    "429 then good": Fault(replies=(BUSY, GOOD), asked=2, pauses=(2,)),
    "429 with Retry-After then good": Fault(
        replies=(Reply(status=429, headers={"Retry-After": "17"}), GOOD), asked=2, pauses=(17,)
    ),
    "429 with a long Retry-After": failed(
        Reply(status=429, headers={"Retry-After": "600"}), said="429 Too Many Requests"
    ),
    "a trickling body": failed(
        Reply(body=FEED, trickle=0.05),
        said="not finished after 0.3 s",
        asked=2,
        pauses=(2,),
        limits=IMPATIENT,
    ),
    "a body cut half way": Fault(
        replies=(Reply(body=CUT, claims=None),),
        held=IDS[:2],
        code=1,
        rejected=1,
        complaint="cut off here",
    ),
    "a body shorter than its length then good": Fault(
        replies=(Reply(body=CUT, claims=len(FEED)), GOOD), asked=2, pauses=(2,)
    ),
    "a body shorter than its length for ever": failed(
        Reply(body=CUT, claims=len(FEED)), said=PATH, asked=2, pauses=(2,)
    ),
    "HTML with 200": failed(Reply(body=SORRY), said="HTML", code=1),
    "an empty 200": failed(Reply(), said="an empty answer"),
    "a redirect loop": failed(redirect(302, PATH), said="more than 3 redirects", code=1, asked=4),
    "a gzip bomb": failed(
        Reply(body=gzip.compress(bytes(10**6)), headers={"Content-Encoding": "gzip"}),
        said="larger than 50,000 bytes",
        code=1,
    ),
    "a gzip that ends early then good": Fault(
        replies=(
            Reply(body=gzip.compress(FEED)[:-20], headers={"Content-Encoding": "gzip"}),
            GOOD,
        ),
        asked=2,
        pauses=(2,),
    ),
    "moved for good (301)": Fault(replies=(redirect(301, "/new/feed"),)),
    "moved for good (308)": Fault(replies=(redirect(308, "/new/feed"),)),
    "Latin-1 that declares UTF-8": Fault(
        replies=(Reply(body=LATIN),), held=IDS[1:], code=1, rejected=1, complaint="UTF-8"
    ),
    "Latin-1 that declares itself": Fault(
        replies=(Reply(body=LATIN.replace(*DECLARES_LATIN)),),
    ),
    "UTF-8 that declares Latin-1": Fault(
        replies=(Reply(body=UMLAUT.replace(*DECLARES_LATIN)),),
    ),
    "an entity bomb": failed(Reply(body=BOMB), said="declares entities", code=1),
    "an error feed with 400": failed(Reply(status=400, body=ERROR), said="400", code=1),
    "an error feed with 200": failed(Reply(body=ERROR), said="error", code=1),
    "another day's feed": Fault(
        replies=(Reply(body=feed(date(2026, 3, 9), *IDS)),),
        outcome="stale",
        code=75,
        said="still shows the listing of 2026-03-09",
    ),
    "a feed without papers": Fault(
        replies=(Reply(body=feed(TODAY)),),
        outcome="late",
        code=75,
        held=(),
        said="is not there yet",
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_apart_and_the_next_good_pull_has_everything(
    world: World, arxiv: Arxiv, clock: Clock, fault: Fault
) -> None:
    arxiv.script(PATH, *fault.replies)
    arxiv.script("/new/feed", GOOD)
    if fault.page:
        arxiv.script(PAGE, fault.page)
    clock.set(fault.limits)
    result, said = fetch(world)
    assert (said["outcome"], result.code, held(world)) == (fault.outcome, fault.code, fault.held)
    assert fault.said in f"{said['error']} {said['why']}"
    assert said["parts"] == {"cs.LG": fault.outcome}
    assert (result.lines[0]["rejected"], arxiv.asked.count(PATH)) == (fault.rejected, fault.asked)
    assert fault.complaint in result.err
    assert tuple(clock.pauses) == fault.pauses

    arxiv.script(PATH, GOOD)
    clock.set()
    again, said = fetch(world, at=LATER)
    assert (again.code, held(world), said["error"]) == (0, IDS, None)
    assert said["outcome"] == ("new" if len(fault.held) < len(IDS) else "quiet")
    assert world.run("status", "--json").json["problems"] == []


@pytest.mark.parametrize("name", ["Latin-1 that declares itself", "UTF-8 that declares Latin-1"])
def test_a_charset_that_is_declared_wrongly_spoils_no_title(
    world: World, arxiv: Arxiv, clock: Clock, name: str
) -> None:
    arxiv.script(PATH, *FAULTS[name].replies)
    fetch(world)
    titles = {paper["title"] for paper in world.run("papers", "--json").lines}
    assert titles == {"Möbius graphs", "Graphs"}


def test_a_failure_is_a_problem_that_status_shows_until_it_is_over(
    world: World, arxiv: Arxiv, clock: Clock
) -> None:
    arxiv.script(PATH, DOWN)
    fetch(world)
    (problem,) = world.run("status", "--json").json["problems"]
    assert problem.startswith("source ml: failed: ")
    assert world.run("status", "--problems").err == f"{problem}\n"


def test_one_category_that_fails_stops_no_other(world: World, arxiv: Arxiv, clock: Clock) -> None:
    world.sources = world.sources.replace('["cs.LG"]', '["cs.LG", "stat.ML"]')
    world.write()
    arxiv.script(PATH, GOOD)
    arxiv.script(feed_path("stat.ML"), Reply(body=SORRY))
    result, said = fetch(world)
    assert (result.code, held(world), said["outcome"]) == (1, IDS, "failed")
    assert said["parts"] == {"cs.LG": "new", "stat.ML": "failed"}
    fetch(world, at=LATER)
    assert (arxiv.asked.count(PATH), arxiv.asked.count(feed_path("stat.ML"))) == (1, 2)


def make_line(name: str) -> bytes:
    paper = {"title": f"Paper {name}", "abstract": "We.", "arxiv_id": name}
    return json.dumps(paper).encode() + b"\n"


LINES = b"".join(map(make_line, IDS))
VALIDATORS = {"ETag": "no-quotes", "Last-Modified": "Tue, 10 Mar 2026 05:00:00 GMT"}


@pytest.fixture
def listing(world: World) -> Iterator[HttpServer]:
    """A listing at one address."""
    with HttpServer() as server:
        world.sources = f'[[source]]\nname = "web"\nkind = "url"\nurl = "{server.url("/l")}"'
        world.write()
        yield server


def test_a_listing_is_asked_for_only_if_it_has_changed(
    world: World, listing: HttpServer, clock: Clock
) -> None:
    listing.script("/l", Reply(body=LINES, headers=VALIDATORS), Reply(status=304))
    fetch(world)
    result, said = fetch(world, at=LATER)
    assert (result.code, said["outcome"], said["why"]) == (
        0,
        "quiet",
        "unchanged since the last pull",
    )
    assert (result.lines[0]["pulled"], held(world)) == (0, IDS)
    first, second = listing.requests
    assert not {"If-None-Match", "If-Modified-Since"} & first.headers.keys()
    assert second.headers["If-None-Match"] == VALIDATORS["ETag"]
    assert second.headers["If-Modified-Since"] == VALIDATORS["Last-Modified"]


@pytest.mark.parametrize(
    ("damaged", "kept"),
    [
        pytest.param(LINES[: len(LINES) - 20], IDS[:2], id="cut"),
        pytest.param(SORRY, (), id="HTML"),
    ],
)
def test_a_listing_that_was_damaged_is_asked_for_again_whatever_its_validators(
    world: World, listing: HttpServer, clock: Clock, damaged: bytes, kept: tuple[str, ...]
) -> None:
    listing.script("/l", Reply(body=damaged, headers=VALIDATORS, claims=None))
    result, _ = fetch(world)
    assert (result.code, held(world)) == (1, kept)
    listing.script("/l", Reply(body=LINES))
    result, _ = fetch(world, at=LATER)
    assert "If-None-Match" not in listing.requests[-1].headers
    assert (result.code, held(world)) == (0, IDS)


@pytest.mark.parametrize(
    ("damaged", "kept"),
    [
        pytest.param(LINES[: len(LINES) - 20], IDS[:2], id="cut"),
        pytest.param(SORRY, (), id="HTML"),
    ],
)
def test_a_day_that_was_damaged_is_asked_for_again_although_it_is_over(
    world: World, listing: HttpServer, clock: Clock, damaged: bytes, kept: tuple[str, ...]
) -> None:
    world.sources = world.sources.replace("/l", "/l/{date}") + '\nbackfill = "1d"'
    world.write()
    listing.script("/l/2026-03-10", Reply(body=make_line("2603.90009")))
    listing.script("/l/2026-03-09", Reply(body=damaged, claims=None))
    result, _ = fetch(world)
    assert (result.code, held(world)) == (1, (*kept, "2603.90009"))
    listing.script("/l/2026-03-09", Reply(body=LINES))
    result, _ = fetch(world, at=LATER)
    assert (result.code, held(world)) == (0, (*IDS, "2603.90009"))


def test_a_304_that_nobody_asked_for_is_a_failure(
    world: World, listing: HttpServer, clock: Clock
) -> None:
    listing.script("/l", Reply(status=304))
    result, said = fetch(world)
    assert (result.code, said["outcome"], held(world)) == (1, "failed", ())
    assert "304" in said["error"]
