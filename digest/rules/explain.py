"""Why a paper was or was not in an issue: the rules, in the order in which they decide.

The case of one paper, one subscriber and one day: what is known, and the verdict on it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum

from digest.issue import Issue, Pick, Status
from digest.paper import Paper, StoredPaper
from digest.rules import selection
from digest.rules.schedule import WhyNot, why_not
from digest.rules.selection import exclusion
from digest.subscriber import Subscriber, Suppression, Vote


class Fate(StrEnum):
    """What became of a paper for a subscriber."""

    NEVER_PULLED = "never-pulled"
    MERGED_INTO = "merged-into"
    HAD_ON = "had-on"
    EXCLUDED = "excluded"
    BELOW_LINE = "below-line"
    CROWDED_OUT = "crowded-out"
    OUTSIDE_WINDOW = "outside-window"
    PAUSED = "paused"
    SUPPRESSED = "suppressed"
    WAITING = "waiting"
    ACCEPTED = "accepted"


class Part(StrEnum):
    """Where in a ranking a paper is; `cut`: it was chosen, but the issue is without it."""

    PICK = "pick"
    ALSO = "also"
    CUT = "cut"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A paper's sum; `place` counts from 1 among what was allowed, None if it was not."""

    pick: Pick
    part: Part
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An issue that was made, and what became of it."""

    issue: Issue
    status: Status
    reply: str | None = None

    def standing(self, paper_id: int) -> Standing | None:
        """Say where in the issue a paper is."""
        parts = [(Part.PICK, pick) for pick in self.issue.picks]
        parts += [(Part.ALSO, pick) for pick in self.issue.also]
        for place, (part, pick) in enumerate(parts, start=1):
            if pick.stored.id == paper_id:
                return Standing(pick=pick, part=part, place=place)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known, as it was at `at`, when the day's issue was made or would be.

    `since` is how far back that issue looks. `subscriber` has the profile of the day, unless
    only today's is known (not `is_kept`). `stored` has what was seen by then, and `former` is the
    record of the name that was asked for, if it became part of another. `had` is an earlier issue
    with the paper, `later` one after. `why` was written down of a day without an issue.
    `standing` is where the paper is in a ranking made for the occasion, whose last pick is
    `last_pick`. By the clock of `zone` times are told; None is the machine's.
    """

    asked: str
    subscriber: Subscriber
    day: date
    at: datetime
    since: datetime
    is_past: bool
    is_kept: bool
    stored: StoredPaper | None = None
    former: Paper | None = None
    first_seen_at: datetime | None = None
    made: Made | None = None
    had: Made | None = None
    later: Made | None = None
    why: str | None = None
    suppression: Suppression | None = None
    vote: Vote | None = None
    example: str | None = None
    standing: Standing | None = None
    last_pick: Pick | None = None
    zone: tzinfo | None = UTC

    @property
    def is_next(self) -> bool:
        """Whether it is about an issue that is still to come."""
        return self.made is None and not self.is_past


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The verdict, a sentence that a person can check it by, and the sum that decided it."""

    fate: Fate
    detail: str
    standing: Standing | None = None
    last_pick: Pick | None = None
    had_on: date | None = None


_SUPPRESSED = "suppressed"
_HARDLY = (
    "points would do, but too few are left without its category, its popularity and what any "
    "paper may have by chance"
)
_REGARD = "an author who is followed, more upvotes, and the newer paper"
_DELIVERED = {
    Status.SENT: (Fate.ACCEPTED, "which the relay accepted"),
    Status.SUPPRESSED: (Fate.SUPPRESSED, "but nothing is sent to this address any more"),
    Status.FAILED: (Fate.WAITING, "which failed for good, so that the paper is free again"),
    Status.UNCERTAIN: (Fate.WAITING, "and nobody knows whether the relay took that"),
}
_STILL_WAITS = (Fate.WAITING, "which waits in the outbox")


def answer(case: Case) -> Answer:
    """Ask one rule after another; the first that applies decides."""
    found = next(found for rule in _RULES if (found := rule(case)))
    if case.later:
        day = case.later.issue.day
        found = replace(found, detail=f"{found.detail}. It was in the issue of {day}", had_on=day)
    if case.former and case.stored:
        return _of_another(case, found)
    return found


def _of_another(case: Case, found: Answer) -> Answer:
    """Say what the paper has become, and of that what was asked."""
    former, stored = case.former, case.stored
    is_one = f"“{former and former.title}” is one paper with “{stored and stored.paper.title}”"
    detail = f"{is_one}, which is {found.fate}: {found.detail}"
    return replace(found, fate=Fate.MERGED_INTO, detail=detail)


def _unknown(case: Case) -> Answer | None:
    if case.stored:
        return None
    return Answer(fate=Fate.NEVER_PULLED, detail=f"no source has brought “{case.asked}”")


def _chosen(case: Case) -> Answer | None:
    """Decide by what became of the day's issue, if it has the paper."""
    made, stored = case.made, case.stored
    standing = made.standing(stored.id) if made and stored else None
    if not (made and standing):
        return None
    fate, what = _DELIVERED.get(made.status, _STILL_WAITS)
    reply = f" ({made.reply})" if made.reply and fate is not Fate.ACCEPTED else ""
    return Answer(
        fate=fate,
        detail=f"it is {_place(standing)} of the issue of {case.day}, {what}{reply}",
        standing=standing,
        had_on=case.day if fate is Fate.ACCEPTED else None,
    )


def _had(case: Case) -> Answer | None:
    if not (case.had and case.stored):
        return None
    day = case.had.issue.day
    return Answer(
        fate=Fate.HAD_ON,
        detail=f"it was in the issue of {day}",
        standing=case.had.standing(case.stored.id),
        had_on=day,
    )


def _suppressed(case: Case) -> Answer | None:
    if case.made or not (case.suppression or case.why == _SUPPRESSED):
        return None
    detail = f"nothing is sent to this address{_since(case.suppression, case)}"
    return Answer(fate=Fate.SUPPRESSED, detail=detail, standing=case.standing)


def _since(suppression: Suppression | None, case: Case) -> str:
    if suppression is None:
        return ""
    return f" since {_local(suppression.since, case).date()}: {suppression.why}"


def _paused(case: Case) -> Answer | None:
    """Decide by why the day has no issue at all, whatever its papers."""
    why = _why_not(case)
    if why is None:
        return None
    return Answer(fate=Fate.PAUSED, detail=_no_issue(why, case), standing=case.standing)


def _why_not(case: Case) -> WhyNot | None:
    """Give what was written down of the day, else what the schedule says."""
    if case.made:
        return None
    if case.why is not None:
        return next((why for why in WhyNot if why == case.why), None)
    why = why_not(case.subscriber.schedule, case.day)
    # Today the question is about the next issue, whichever day that has.
    return None if why is WhyNot.NOT_A_DAY and case.is_next else why


def _no_issue(why: WhyNot, case: Case) -> str:
    schedule = case.subscriber.schedule
    pause = next((p for p in schedule.pauses if p.start <= case.day < p.end), None)
    if why is WhyNot.PAUSED and pause:
        return f"there is no mail from {pause.start} on, and again on {pause.end}"
    if why is WhyNot.ENDED and schedule.until:
        return f"{schedule.until} was the last day with mail"
    return f"{case.day} has no issue: {_NO_ISSUE[why]}"


_NO_ISSUE = {
    WhyNot.ENDED: "the last day was over",
    WhyNot.PAUSED: "mail was paused",
    WhyNot.CLOSED: "nobody gets mail that day",
    WhyNot.NOT_A_DAY: "it is none of the days of the week that are wanted",
}


def _not_yet(case: Case) -> Answer | None:
    if case.stored and case.stored.sightings:
        return None
    seen = _instant(case.first_seen_at, case) if case.first_seen_at else "a later day"
    detail = f"it was first seen on {seen}, after the issue of {case.day}"
    return Answer(fate=Fate.NEVER_PULLED, detail=detail)


def _excluded(case: Case) -> Answer | None:
    rule = _known(case) or (case.stored and exclusion(case.subscriber, case.stored))
    return _told(case, Fate.EXCLUDED, rule) if rule else None


def _known(case: Case) -> str | None:
    """Say whether they know the paper, by their own word."""
    if case.vote:
        day = _local(case.vote.voted_at, case).date()
        return f"{'+' if case.vote.liked else '-'} was voted on it on {day}"
    return f"the profile names it as an example, “{case.example}”" if case.example else None


def _outside(case: Case) -> Answer | None:
    seen = selection.new_at(case.stored, case.subscriber) if case.stored else None
    if seen is None or seen >= case.since:
        return None
    reach = f"{_issue(case)} reaches back to {_instant(case.since, case)}"
    return _told(
        case, Fate.OUTSIDE_WINDOW, f"it was first seen on {_instant(seen, case)}, and {reach}"
    )


def _drafted(case: Case) -> Answer | None:
    """Decide by the ranking for an issue that was not made."""
    standing = case.standing
    if not standing or standing.part not in (Part.PICK, Part.ALSO):
        return None
    return _told(case, Fate.WAITING, f"it would be {_place(standing)} of {_issue(case)}")


def _cut(case: Case) -> Answer | None:
    if not case.standing or case.standing.part is not Part.CUT:
        return None
    if case.is_next:
        return _told(case, Fate.CROWDED_OUT, "the message has no room for it")
    detail = f"it would be chosen now, but {_issue(case)} had no room for it or knew less of it"
    return _told(case, Fate.CROWDED_OUT, detail)


def _below(case: Case) -> Answer | None:
    pick = case.standing.pick if case.standing else None
    score = pick.score if pick else 0.0
    line = case.subscriber.min_score
    if pick and score >= line and score > 0:
        return None if pick.is_above else _told(case, Fate.BELOW_LINE, f"its {score:g} {_HARDLY}")
    if score > 0:
        return _told(case, Fate.BELOW_LINE, f"its {score:g} points are below the line of {line:g}")
    return _told(case, Fate.BELOW_LINE, "nothing in the profile speaks for it")


def _crowded_out(case: Case) -> Answer | None:
    last, standing = case.last_pick, case.standing
    if standing is None:
        return None
    detail = f"with {standing.pick.score:g} points it is place {standing.place}"
    if last:
        detail += f"; the last paper that got in was {_rival(last, standing.pick.score)}"
    return _told(case, Fate.CROWDED_OUT, detail)


def _rival(last: Pick, score: float) -> str:
    """Name the last pick, and why it is before one that has as many points or more."""
    named = f"“{last.stored.paper.title}” with {last.score:g}"
    if last.score > score:
        return named
    if last.score == score:
        return f"{named} too: of equals the stronger sum comes first, then {_REGARD}"
    return f"{named}: its interest “{last.interest or ''}” keeps places or weighs more"


_RULES: tuple[Callable[[Case], Answer | None], ...] = (
    _unknown,
    _chosen,
    _had,
    _suppressed,
    _paused,
    _not_yet,
    _excluded,
    _outside,
    _drafted,
    _cut,
    _below,
    _crowded_out,
)


def _told(case: Case, fate: Fate, detail: str) -> Answer:
    """Say beside the verdict whether there was an issue, and by whose profile it is told."""
    if case.is_past and not case.made:
        detail = f"there was no issue ({case.why or 'nothing was sent'}); {detail}"
    if not case.is_kept:
        detail += " (told by the profile of today)"
    last_pick = case.last_pick if fate is Fate.CROWDED_OUT else None
    return Answer(fate=fate, detail=detail, standing=case.standing, last_pick=last_pick)


def _issue(case: Case) -> str:
    return "the next issue" if case.is_next else f"the issue of {case.day}"


def _place(standing: Standing) -> str:
    if standing.part is Part.ALSO:
        return f"among the further titles, place {standing.place}"
    return f"place {standing.place}"


def _instant(instant: datetime, case: Case) -> str:
    return f"{_local(instant, case):%Y-%m-%d %H:%M %Z}"


def _local(instant: datetime, case: Case) -> datetime:
    return instant.astimezone(case.zone)
