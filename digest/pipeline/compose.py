"""Compose: from the store into issues, each with its row in the outbox."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import sqlalchemy as sa

from digest.issue import Issue, Outcome
from digest.pipeline.desk import Desk, Draft
from digest.pipeline.past import Past
from digest.pipeline.summaries import StoredSummaries
from digest.ranking import Encoder
from digest.rules.schedule import (
    WhyNot,
    day_in_question,
    due_at,
    local_day,
    may_have_an_issue,
    why_not,
)
from digest.store import issues
from digest.store.database import reading, writing
from digest.store.issues import Verdict
from digest.store.subscribers import keep
from digest.subscriber import Interest, Subscriber, WhenEmpty

_AT_ONCE = 256
"""Subscribers ranked in one product: the dense block of papers × interests stays small."""

_TROUBLE = (Outcome.FAILED, Outcome.LATE, Outcome.STALE)

SUPPRESSED = "suppressed"
NOTHING_NEW = "nothing-new"
NOTHING_MATCHED = "nothing-matched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one composing run is to do.

    `domain` goes into Message-IDs. `named` are addresses asked for by name, whose days of the
    week don't count; with `only_due` the hour counts, for who is new the next one, and a day
    decided already stays so.
    `overdue` are sources about to be pulled: they count as late.
    """

    now: datetime
    domain: str
    sources: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()
    only_due: bool = False
    overdue: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Composed:
    """What composing did: issues made, and who was due but got none, by reason."""

    issues: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    in_vain: dict[str, int] = field(default_factory=dict)
    """How many papers were looked at for whom there is nothing."""
    served: dict[str, datetime] = field(default_factory=dict)
    """When who has today's issue already had it made."""


def compose(
    engine: sa.Engine,
    subscribers: Sequence[Subscriber],
    edition: Edition,
    *,
    fit: Callable[[Issue], Issue] = lambda issue: issue,
    encoder: Encoder | None = None,
    summaries: StoredSummaries | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Composed:
    """Make today's issue for everyone who should have one and has not.

    `fit` takes out of an issue what its message has no room for, so that it counts as not had;
    `encoder` is the sentence model, `summaries` who writes them, where there is one.
    With `dry_run` nothing is written, and the count is of the issues that would be made.
    """
    composed = Composed()
    with reading(engine) as connection:
        past = Past.load(connection, edition.sources, now=edition.now, overdue=edition.overdue)
        open_today, verdicts = _sort_out(subscribers, past, edition)
        desk = Desk(
            connection,
            open_today,
            past=past,
            now=edition.now,
            domain=edition.domain,
            days={each.key: _day(each, past, edition) for each in open_today},
            encoder=encoder,
        )
    composed.served = {
        each.email: at
        for each in subscribers
        if not edition.only_due and (at := _served_at(each, past, edition.now))
    }
    _keep(engine, (), verdicts, composed, edition, dry_run=dry_run)
    for start in range(0, len(open_today), _AT_ONCE):
        chunk = open_today[start : start + _AT_ONCE]
        with reading(engine) as connection:
            drafts = desk.draft(connection, chunk)
        full = [d for d in drafts if not _why_empty(d)]
        made = [draft.issue for draft in full]
        if summaries:
            made = summaries.add(made, now=edition.now)
        full = [replace(d, issue=fit(issue)) for d, issue in zip(full, made, strict=True)]
        empty = [
            replace(_verdict(d.subscriber, d.issue.day, edition, why), searched=d.issue.searched)
            for d in drafts
            if (why := _why_empty(d))
        ]
        _keep(engine, full, empty, composed, edition, dry_run=dry_run)
        progress(start + len(chunk), len(open_today))
    return composed


def _served_at(subscriber: Subscriber, past: Past, now: datetime) -> datetime | None:
    """Return when today's issue of somebody was made; None if there is none yet."""
    today = local_day(now, subscriber.schedule.timezone)
    return past.made_at(subscriber) if past.day_of(subscriber) == today else None


def who_is_due(subscribers: Sequence[Subscriber], past: Past, edition: Edition) -> list[Subscriber]:
    """Name those who should have an issue now."""
    return _sort_out(subscribers, past, edition)[0]


def _sort_out(
    subscribers: Sequence[Subscriber], past: Past, edition: Edition
) -> tuple[list[Subscriber], list[Verdict]]:
    """Part those who should have an issue now from those who are due but may not."""
    open_today, verdicts = [], []
    for subscriber in subscribers:
        if _is_over(subscriber, past, edition):
            continue
        why = _why_not(subscriber, past, edition)
        if why is None:
            open_today.append(subscriber)
        elif why != WhyNot.NOT_A_DAY:
            verdicts.append(_verdict(subscriber, _day(subscriber, past, edition), edition, why))
    return _alike_together(open_today), verdicts


def _alike_together(subscribers: Sequence[Subscriber]) -> list[Subscriber]:
    """Put those who want the same side by side, where they are ranked and rendered once."""
    first: dict[tuple[Interest, ...], int] = {}
    places = [first.setdefault(each.interests, len(first)) for each in subscribers]
    order = sorted(range(len(places)), key=places.__getitem__)
    return [subscribers[number] for number in order]


def _is_over(subscriber: Subscriber, past: Past, edition: Edition) -> bool:
    """Say whether the day is settled for this subscriber, or not yet begun."""
    day = _day(subscriber, past, edition)
    last = past.day_of(subscriber)
    if last is not None and last >= day:
        return True
    if not edition.only_due:
        return False
    decided = past.decided.get(subscriber.key)
    may = may_have_an_issue(
        subscriber.schedule,
        day,
        known_since=past.known_since(subscriber) or edition.now,
        is_first=last is None and decided is None,
        now=edition.now,
    )
    if not may:
        return True
    at = due_at(subscriber.schedule, day)
    if decided is not None and decided.day >= day and decided.decided_at >= at:
        return True
    if past.waits_for(subscriber):
        at += subscriber.schedule.wait_for
    return edition.now < at


def _day(subscriber: Subscriber, past: Past, edition: Edition) -> date:
    """Give the day whose issue this would be; who asks for one without the hour means today."""
    schedule = subscriber.schedule
    if not edition.only_due:
        return local_day(edition.now, schedule.timezone)
    decided = past.decided.get(subscriber.key)
    done = [day for day in (past.day_of(subscriber),) if day is not None]
    if decided is not None and decided.decided_at >= due_at(schedule, decided.day):
        done.append(decided.day)
    return day_in_question(schedule, edition.now, done=max(done, default=None))


def _why_not(subscriber: Subscriber, past: Past, edition: Edition) -> str | None:
    if past.is_suppressed(subscriber):
        return SUPPRESSED
    why = why_not(subscriber.schedule, _day(subscriber, past, edition))
    if why is WhyNot.NOT_A_DAY and subscriber.key in edition.named:
        return None
    return why


def _why_empty(draft: Draft) -> str | None:
    """Say why there is nothing to send; None if there is, or if the subscriber wants it said."""
    issue, wish = draft.issue, draft.subscriber.when_empty
    if issue.picks or wish is WhenEmpty.SEND:
        return None
    trouble = any(each.outcome in _TROUBLE and not each.is_library for each in issue.sources)
    if wish is WhenEmpty.EXPLAIN and trouble:
        return None
    return NOTHING_MATCHED if issue.searched else NOTHING_NEW


def _verdict(subscriber: Subscriber, day: date, edition: Edition, why: str) -> Verdict:
    return Verdict(subscriber=subscriber.key, day=day, why=str(why), decided_at=edition.now)


def _keep(
    engine: sa.Engine,
    made: Sequence[Draft],
    verdicts: Sequence[Verdict],
    composed: Composed,
    edition: Edition,
    *,
    dry_run: bool,
) -> None:
    """Write issues, what they were made with, and verdicts in one step, and count them."""
    composed.skipped.update(verdict.why for verdict in verdicts)
    composed.in_vain |= {v.subscriber: v.searched for v in verdicts if v.searched is not None}
    if dry_run:
        composed.issues += len(made)
    elif made or verdicts:
        with writing(engine) as connection:
            profile = keep(connection, (draft.subscriber for draft in made))
            added = issues.add_all(
                connection, [(draft.issue, profile[draft.subscriber.key]) for draft in made]
            )
            for verdict in verdicts:
                issues.decide(connection, verdict)
        # One that another run made in the meantime is not ours to count.
        composed.issues += sum(number is not None for number in added)
