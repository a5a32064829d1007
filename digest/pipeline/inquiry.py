"""Inquire: from the store to all that says why a paper was or was not in an issue."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from digest.issue import Issue
from digest.paper import StoredPaper
from digest.pipeline.desk import Desk, Draft
from digest.pipeline.examples import Readers
from digest.pipeline.past import Past
from digest.ranking import Encoder
from digest.rules import schedule, selection
from digest.rules.explain import Case, Made, Part, Standing
from digest.store import issues, papers, subscribers, votes
from digest.store.issues import PastIssue
from digest.store.papers import former_record
from digest.subscriber import Subscriber, Suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What is asked: about which paper, in whose issue of which day.

    `stored` is None if the store has no such paper. `fit` takes out of an issue what its message
    has no room for, as in composing.
    """

    asked: str
    stored: StoredPaper | None
    subscriber: Subscriber
    day: date
    now: datetime
    sources: Sequence[str]
    domain: str
    fit: Callable[[Issue], Issue] = lambda issue: issue
    encoder: Encoder | None = None

    @property
    def is_past(self) -> bool:
        """Whether the day is over for the subscriber."""
        return self.day < schedule.local_day(self.now, self.subscriber.schedule.timezone)


def inquire(connection: sa.Connection, inquiry: Inquiry) -> Case:
    """Look everything up as it was when the issue of that day was made, or would have been."""
    made = next(_made(connection, inquiry), None)
    case = _opened(connection, inquiry, made)
    stored = inquiry.stored
    if stored is None:
        return case
    case = _with_past(connection, case, stored)
    is_fact = case.had or (case.made and case.made.standing(stored.id))
    if is_fact or not case.stored or not case.stored.sightings:
        return case
    return _with_ranking(connection, case, case.stored, inquiry)


def _made(connection: sa.Connection, inquiry: Inquiry) -> Iterator[PastIssue]:
    """Give the issue of the day, under any of their addresses."""
    for key in inquiry.subscriber.keys:
        yield from issues.past(connection, subscriber=key, day=inquiry.day)


def _opened(connection: sa.Connection, inquiry: Inquiry, made: PastIssue | None) -> Case:
    """Say what is known before one looks at the paper."""
    subscriber, is_past = inquiry.subscriber, inquiry.is_past
    why, at = (None, made.made_at) if made else _decided(connection, inquiry)
    kept = (
        made and made.profile and subscribers.load_profile(connection, made.profile, of=subscriber)
    )
    profile = kept or subscriber
    past = _past(connection, inquiry, at if made or is_past else None)
    reach = selection.reach(profile, now=at, last_made_at=past.made_at(profile))
    return Case(
        asked=inquiry.asked,
        subscriber=profile,
        day=inquiry.day,
        at=at,
        since=at - reach,
        is_past=is_past,
        is_kept=bool(kept) or not (made or is_past),
        made=_content(connection, made) if made else None,
        why=why,
        suppression=_suppression(connection, subscriber, at),
    )


def _decided(connection: sa.Connection, inquiry: Inquiry) -> tuple[str | None, datetime]:
    """Give why a day has no issue, and when that was decided or would have been."""
    if not inquiry.is_past:
        return None, inquiry.now
    for key in inquiry.subscriber.keys:
        if verdict := issues.verdict(connection, key, inquiry.day):
            return verdict.why, verdict.decided_at
    return None, schedule.due_at(inquiry.subscriber.schedule, inquiry.day)


def _past(connection: sa.Connection, inquiry: Inquiry, bound: datetime | None) -> Past:
    past = Past.load(connection, inquiry.sources, now=bound or inquiry.now)
    return replace(past, last_made_at=issues.last_made(connection, before=bound))


def _content(connection: sa.Connection, past: PastIssue) -> Made:
    (issue,) = issues.load(connection, [past.id]).values()
    return Made(issue=issue, status=past.status, reply=past.reply)


def _suppression(
    connection: sa.Connection, subscriber: Subscriber, at: datetime
) -> Suppression | None:
    known = subscribers.load_suppressions(connection)
    found = (known[key] for key in subscriber.keys if key in known)
    return next((each for each in found if each.since <= at), None)


def _with_past(connection: sa.Connection, case: Case, stored: StoredPaper) -> Case:
    """Add what the paper was by then, and what the subscriber had or said of it."""
    bound = None if case.is_next else case.at
    (then,) = papers.load(connection, [stored.id], until=bound).values()
    subscriber = case.subscriber
    cast = votes.load(connection, {subscriber.key: subscriber.keys}, until=bound)[subscriber.key]
    earlier, later = _had(connection, case, stored.id)
    return replace(
        case,
        stored=then,
        former=former_record(connection, stored, case.asked),
        first_seen_at=stored.first_seen_at,
        had=_content(connection, earlier[-1]) if earlier else None,
        later=_content(connection, later[0]) if later else None,
        vote=next((each.vote for each in cast if each.stored.id == stored.id), None),
        example=Readers(connection, [subscriber]).named(subscriber, stored.id),
    )


def _had(
    connection: sa.Connection, case: Case, paper_id: int
) -> tuple[list[PastIssue], list[PastIssue]]:
    """Give the issues before and after the day's that brought the paper."""
    brought = [
        past
        for key in case.subscriber.keys
        for past in issues.past(connection, subscriber=key, paper=paper_id)
        if past.status not in issues.FREE_AGAIN and past.day != case.day
    ]
    earlier = [past for past in brought if case.is_next or past.made_at < case.at]
    return earlier, [past for past in brought if past not in earlier]


def _with_ranking(
    connection: sa.Connection, case: Case, stored: StoredPaper, inquiry: Inquiry
) -> Case:
    """Rank as on that day, and see where the paper comes in."""
    bound = None if case.is_next else case.at
    desk = Desk(
        connection,
        [case.subscriber],
        past=_past(connection, inquiry, bound),
        now=case.at,
        domain=inquiry.domain,
        until=bound,
        encoder=inquiry.encoder,
    )
    (draft,) = desk.draft(connection, [case.subscriber], everything=True)
    issue = case.made.issue if case.made else inquiry.fit(draft.issue)
    standing = _standing(draft, issue, stored.id)
    if standing is None:
        pick = desk.weigh(connection, case.subscriber, stored)
        standing = Standing(pick=pick, part=Part.REST) if pick else None
    return replace(case, standing=standing, last_pick=issue.picks[-1] if issue.picks else None)


def _standing(draft: Draft, issue: Issue, paper_id: int) -> Standing | None:
    """Say where in a draft a paper is, of which `issue` was or would be made."""
    ranked = [(Part.PICK, pick) for pick in draft.issue.picks]
    ranked += [(Part.ALSO, pick) for pick in draft.issue.also]
    ranked += [(Part.REST, pick) for pick in draft.rest]
    kept = {pick.stored.id for pick in (*issue.picks, *issue.also)}
    for place, (part, pick) in enumerate(ranked, start=1):
        if pick.stored.id == paper_id:
            is_cut = part is not Part.REST and paper_id not in kept
            return Standing(pick=pick, part=Part.CUT if is_cut else part, place=place)
    return None
