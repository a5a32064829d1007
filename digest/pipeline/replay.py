"""Replay: what issues would have been on past days, from the papers that are kept."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from digest.issue import Issue
from digest.pipeline.desk import Desk
from digest.pipeline.past import Past
from digest.ranking import Encoder
from digest.rules import schedule
from digest.store import issues
from digest.store.database import reading
from digest.subscriber import Subscriber

_DAY = timedelta(days=1)


def replay(
    engine: sa.Engine,
    subscribers: Sequence[Subscriber],
    *,
    first: date,
    last: date,
    now: datetime,
    encoder: Encoder | None = None,
) -> Iterator[Issue]:
    """Give what each would have had on each of their days, day by day; nothing is written.

    Before the first day they had what they really had; from then on what these issues hold.
    """
    had: dict[str, frozenset[int]] = {}
    made_at: dict[str, datetime] = {}
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        for subscriber in subscribers:
            with reading(engine) as connection:
                at = _at(connection, subscriber, day, now)
                if at is None:
                    continue
                issue = _issue(connection, subscriber, at, had, made_at, encoder)
            had[subscriber.key] |= {pick.stored.id for pick in (*issue.picks, *issue.also)}
            made_at[subscriber.key] = at
            yield issue


def _at(
    connection: sa.Connection, subscriber: Subscriber, day: date, now: datetime
) -> datetime | None:
    """Return when the issue of a day was made, or would have been; None if there was none to be.

    Today's is made now, where it was not: papers that came after its hour are in it, too.
    """
    for key in subscriber.keys:
        for made in issues.past(connection, subscriber=key, day=day):
            return made.made_at
    at = schedule.due_at(subscriber.schedule, day)
    if at > now or schedule.why_not(subscriber.schedule, day):
        return None
    return now if day == schedule.local_day(now, subscriber.schedule.timezone) else at


def _issue(
    connection: sa.Connection,
    subscriber: Subscriber,
    at: datetime,
    had: dict[str, frozenset[int]],
    made_at: dict[str, datetime],
    encoder: Encoder | None,
) -> Issue:
    key = subscriber.key
    if key not in had:
        had[key] = issues.had(connection, {key: subscriber.keys}, before=at)[key]
        really = issues.last_made(connection, before=at)
        if times := [really[each] for each in subscriber.keys if each in really]:
            made_at[key] = max(times)
    past = Past(
        last_day={},
        last_made_at={key: made_at[key]} if key in made_at else {},
        decided={},
        suppressed=frozenset(),
        reports=(),
        libraries={},
        late=frozenset(),
        met_at={},
    )
    desk = Desk(
        connection,
        [subscriber],
        past=past,
        now=at,
        domain="replay.invalid",
        until=at,
        encoder=encoder,
    )
    (draft,) = desk.draft(connection, [subscriber], had=had)
    return draft.issue
