"""A year of the service, or half a month: everybody's issue on each of their days, at their hour.

Forty subscribers in twelve zones, a real database, arXiv and a mail server on loopback, outages of
ours and of theirs. The clock jumps from one due minute to the next; one day ticks every minute.
"""

import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time

from arxiv_service import Arxiv, ArxivServer
from digest import wiring
from digest.net.client import Client
from digest.service.care import STEPS, Care
from digest.service.work import Work
from digest.store import issues
from digest.store.database import reading
from servers import smtp_server

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WAIT, STILL_DUE = timedelta(hours=2), timedelta(hours=6)
START = datetime(2026, 3, 30, tzinfo=UTC)
# A day without midnight (Cairo), hours that come twice or not at all (Santiago, Lord Howe, London),
# a zone beyond the date line, and one 45 minutes off.
ZONES = (
    "Africa/Cairo", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia",
    "Europe/London", "America/New_York", "Asia/Tokyo", "UTC", "Pacific/Kiritimati",
    "America/St_Johns", "Asia/Kolkata",
)  # fmt: skip
HOURS = (time(0, 15), time(23, 45), time(2, 10), time(7, 30))
EVERY_DAY = range(7)
WEEKDAYS = range(5)


@dataclass(frozen=True)
class Reader:
    """A subscriber as the test knows them."""

    email: str
    zone: ZoneInfo
    send_at: time
    days: frozenset[int]
    pause: tuple[date, date] | None = None

    def wants(self, day: date) -> bool:
        is_paused = self.pause and self.pause[0] <= day < self.pause[1]
        return day.weekday() in self.days and not is_paused

    def due_at(self, day: date) -> datetime:
        """The first minute of that day from `send_at` on which a clock there shows."""
        local = datetime.combine(day, self.send_at, self.zone)
        while local.astimezone(UTC).astimezone(self.zone) != local:
            local += MINUTE
        return local.astimezone(UTC)

    def toml(self) -> str:
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        days = [names[day] for day in sorted(self.days)]
        pause = self.pause and f"pauses = [{{ from = {self.pause[0]}, to = {self.pause[1]} }}]"
        return (
            f'[[subscriber]]\nemail = "{self.email}"\ntimezone = "{self.zone.key}"\n'
            f'send_at = "{self.send_at:%H:%M}"\ndays = {days}\n'
            f"{pause or ''}\n"
            '[[subscriber.interest]]\nkeywords = ["number"]\nalways = true\n'
        )


def make_readers() -> list[Reader]:
    found = []
    for number in range(40):
        days = EVERY_DAY if number % 3 else WEEKDAYS
        if number % 10 == 9:
            days = (number % 7,)  # weekly
        pause = (date(2026, 4, 8), date(2026, 4, 18)) if number % 13 == 5 else None
        found.append(
            Reader(
                email=f"reader{number}@example.org",
                zone=ZoneInfo(ZONES[number % len(ZONES)]),
                send_at=HOURS[number % len(HOURS)],
                days=frozenset(days),
                pause=pause,
            )
        )
    return found


@dataclass
class Year:
    """What happened: messages by recipient, and what the store says."""

    readers: list[Reader]
    end: datetime
    outages: list[tuple[datetime, datetime]]
    arxiv: Arxiv
    ticks: list[datetime] = field(default_factory=list)
    received: Counter[tuple[str, str]] = field(default_factory=Counter)
    made: dict[str, dict[date, datetime]] = field(default_factory=lambda: defaultdict(dict))
    had: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    memory: dict[int, float] = field(default_factory=dict)
    """Resident memory in MiB after so many months."""


def our_outages(end: datetime) -> list[tuple[datetime, datetime]]:
    """Nine days, some hours over midnight, some minutes; again and again."""
    found = []
    for month in range(0, (end - START).days, 30):
        at = START + month * DAY
        found += [
            (at + 4 * DAY + timedelta(hours=6), at + 4 * DAY + timedelta(hours=6, minutes=50)),
            (at + 8 * DAY + timedelta(hours=20), at + 9 * DAY + timedelta(hours=3)),
            (at + 15 * DAY, at + 24 * DAY + timedelta(minutes=7)),
        ]
    return [outage for outage in found if outage[1] < end - 3 * DAY]


def make_ticks(year: Year) -> list[datetime]:
    """Every minute at which something is due, or waited for long enough; and one whole day."""
    at = set()
    for number in range((year.end - START).days + 2):
        day = START.date() + (number - 1) * DAY
        due = {reader.due_at(day) for reader in year.readers}
        at |= due
        if not year.arxiv.silent.isdisjoint((day - DAY, day)):
            at |= {each + WAIT for each in due}
        midnight = datetime.combine(day, time(0), UTC)
        at |= {midnight + timedelta(hours=4, minutes=16), midnight + timedelta(hours=5, minutes=16)}
    whole_day = START + 2 * DAY
    at |= {whole_day + number * MINUTE for number in range(24 * 60)}
    at |= {back for _, back in year.outages}
    return sorted(
        each
        for each in at
        if START <= each < year.end and not any(gone <= each < back for gone, back in year.outages)
    )


def live(folder: Path, days: int) -> Year:
    end = START + days * DAY
    arxiv = Arxiv(
        categories=("cs.LG", "stat.ML"),
        first=START.date(),
        silent=frozenset(START.date() + n * DAY for n in range(11, days, 30)),
        down=frozenset(START.date() + n * DAY for n in range(28, days - 2, 30)),
    )
    arxiv.announce(end.date() + DAY)
    readers = make_readers()
    year = Year(readers=readers, end=end, outages=our_outages(end), arxiv=arxiv)
    year.ticks = make_ticks(year)
    with ArxivServer(arxiv) as server, smtp_server() as relay:
        url = server.url("")
        config = folder / "config.toml"
        config.write_text(
            '[digest]\ndatabase = "sqlite:///digest.db"\nkeep_issues = "60d"\nkeep_papers = "90d"\n'
            '[mail]\nfrom = "papers@example.org"\n'
            f'host = "{relay.host}"\nport = {relay.port}\nsecurity = "none"\nconnections = 1\n'
            '[[source]]\nname = "ml"\nkind = "arxiv"\ncategories = ["cs.LG", "stat.ML"]\n'
            f'base_urls = {{ feed = "{url}", list = "{url}", api = "{url}" }}\nbackfill = "1d"\n'
            '[defaults]\nwhen_empty = "send"\nmax_papers = 50\nalso = 0\n'
            + "\n".join(reader.toml() for reader in readers)
        )
        settings = wiring.load_settings(str(config))
        with freeze_time(START, tick=True) as clock:
            _run(year, settings, clock, relay)
    return year


def _run(year: Year, settings, clock, relay) -> None:
    with wiring.open_store(settings, create=True) as engine:
        care = Care(Work(settings, engine))
        before = year.ticks[0]
        for now in year.ticks:
            if any(before < back <= now for _, back in year.outages):
                care = Care(Work(settings, engine))  # a process of its own
            before = now
            clock.move_to(now)
            year.arxiv.now = now
            for step in STEPS:
                care.attempt(step)
            _note(year, engine, relay)
            year.memory[(now - START).days // 30] = resident()


def resident() -> float:
    """Give this process's resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _note(year: Year, engine, relay) -> None:
    """Write down what came, before it may be pruned."""
    letters = relay.take_away()
    if not letters:
        return
    for letter in letters:
        year.received[letter.recipient, _message_id(letter.content)] += 1
    with reading(engine) as connection:
        new = [
            each for each in issues.past(connection) if each.day not in year.made[each.subscriber]
        ]
        held = issues.load(connection, [each.id for each in new])
    for each in new:
        year.made[each.subscriber][each.day] = each.made_at
        picks = held[each.id].picks
        year.had[each.subscriber] += [pick.stored.paper.arxiv_id for pick in picks]


def _message_id(content: bytes) -> str:
    head = content.split(b"\r\n\r\n", 1)[0].replace(b"\r\n ", b" ").decode()
    return next(
        line.split(" ")[1] for line in head.split("\r\n") if line.lower().startswith("message-id:")
    )


def expected(year: Year, reader: Reader) -> dict[date, datetime]:
    """The days on which somebody should have an issue, and the first tick at which it may go."""
    found: dict[date, datetime] = {}
    last: date | None = None
    day = START.date() - 2 * DAY
    while (day := day + DAY) <= year.end.date() + DAY:
        if not reader.wants(day):
            continue
        due = reader.due_at(day)
        if due < year.ticks[0]:  # the hour was over when the service first saw them
            continue
        first = next((tick for tick in year.ticks if tick >= due), None)
        if first is None:
            break
        is_same_day = first.astimezone(reader.zone).date() == day
        if is_same_day or (last is not None and first - due <= STILL_DUE):
            found[day], last = first, day
    return found


def each_has_one_issue_on_each_of_their_days_and_no_other(year: Year) -> None:
    for reader in year.readers:
        assert sorted(year.made[reader.email]) == sorted(expected(year, reader)), reader


def each_goes_at_its_hour_or_when_we_are_back_or_when_late_papers_are_there(
    year: Year,
) -> None:
    waited = 0
    for reader in year.readers:
        for day, first in expected(year, reader).items():
            made_at = year.made[reader.email][day].replace(second=0, microsecond=0)
            assert first <= made_at <= max(first, reader.due_at(day) + WAIT) + MINUTE, (reader, day)
            waited += made_at > first
    # Only the silent days made anybody wait.
    silent = [day for day in year.arxiv.silent if day.weekday() < 5]
    assert waited <= 2 * len(year.readers) * len(silent)


def nobody_has_a_message_twice(year: Year) -> None:
    assert set(year.received.values()) == {1}
    assert len(year.received) == sum(map(len, year.made.values()))


def nobody_has_a_paper_twice(year: Year) -> None:
    assert all(len(had) == len(set(had)) for had in year.had.values())


def nobody_misses_a_paper(year: Year) -> None:
    announced = year.arxiv.announced()
    for reader in year.readers:
        last = max(year.made[reader.email])
        pulled_by_then = {paper for paper, day in announced.items() if day < last - DAY}
        assert pulled_by_then <= set(year.had[reader.email]), reader


def memory_stays_flat(year: Year) -> None:
    after = list(year.memory.values())[
        2:
    ]  # once everything is loaded and pruned for the first time
    assert not after or max(after) - after[0] < 40, year.memory


@pytest.mark.longest
def test_everybody_has_one_issue_on_each_of_their_days_at_their_hour_and_every_paper_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    # Its patience with a server that is down is not what this is about.
    monkeypatch.setattr("digest.wiring.sources.Client", partial(Client, sleep=lambda seconds: None))
    year = live(tmp_path, 365 if whole else 16)
    each_has_one_issue_on_each_of_their_days_and_no_other(year)
    each_goes_at_its_hour_or_when_we_are_back_or_when_late_papers_are_there(year)
    nobody_has_a_message_twice(year)
    nobody_has_a_paper_twice(year)
    nobody_misses_a_paper(year)
    memory_stays_flat(year)
