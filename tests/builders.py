"""One builder a type: a test names what matters to it, the rest is invented here."""

import itertools
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from digest.issue import Issue, Message, Pick, Reason, ReasonKind
from digest.mail.message import MailHeaders
from digest.paper import Announcement, Dump, Paper, Sighting, StoredPaper
from digest.subscriber import (
    Criteria,
    Example,
    FollowedAuthor,
    FollowedCategory,
    Interest,
    Keyword,
    Subscriber,
)

NOW = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
SHARED = Path(__file__).parents[2] / "shared"
SEEDS = SHARED / "seeds"

_ids = itertools.count(1)


def make_paper(**facts: Any) -> Paper:
    return Paper(**{"title": "Graphs", "abstract": "We study graphs.", **facts})


def make_announcement(paper: Paper | None = None, **facts: Any) -> Announcement:
    return Announcement(**{"paper": paper or make_paper(), "format": "jsonl", **facts})


def make_sighting(**facts: Any) -> Sighting:
    return Sighting(**{"source": "ml", "format": "jsonl", "seen_at": NOW, **facts})


def make_stored(
    paper: Paper | None = None, *, number: int | None = None, sightings: Any = None, **facts: Any
) -> StoredPaper:
    return StoredPaper(
        id=number or next(_ids),
        paper=paper or make_paper(**facts),
        sightings=sightings or (make_sighting(),),
    )


def make_keywords(*terms: str | Keyword) -> tuple[Keyword, ...]:
    return tuple(term if isinstance(term, Keyword) else Keyword(term=term) for term in terms)


def make_criteria(*, keywords: Any = (), authors: Any = (), categories: Any = ()) -> Criteria:
    return Criteria(
        keywords=make_keywords(*keywords),
        authors=tuple(FollowedAuthor(name=name) for name in authors),
        categories=tuple(FollowedCategory(term=term) for term in categories),
    )


def make_interest(
    *,
    keywords: Any = (),
    authors: Any = (),
    categories: Any = (),
    examples: Any = (),
    **rest: Any,
) -> Interest:
    """An interest; plain strings stand for terms of weight 1 and for names of examples."""
    return Interest(
        keywords=make_keywords(*keywords),
        authors=tuple(
            author if isinstance(author, FollowedAuthor) else FollowedAuthor(name=author)
            for author in authors
        ),
        categories=tuple(
            category if isinstance(category, FollowedCategory) else FollowedCategory(term=category)
            for category in categories
        ),
        examples=tuple(
            each if isinstance(each, Example) else Example(name=each) for each in examples
        ),
        **rest,
    )


def make_subscriber(*interests: Interest, **facts: Any) -> Subscriber:
    return Subscriber(**{"email": "ada@example.org", "interests": interests, **facts})


def make_pick(stored: StoredPaper | None = None, **facts: Any) -> Pick:
    score = facts.pop("score", 50.0)
    return Pick(
        **{
            "stored": stored or make_stored(),
            "score": score,
            "reasons": (Reason(kind=ReasonKind.KEYWORD, term="graphs", weight=score),),
            **facts,
        }
    )


def make_issue(*picks: Pick, **facts: Any) -> Issue:
    return Issue(
        **{
            "subscriber": "ada@example.org",
            "name": "Ada",
            "day": date(2026, 3, 10),
            "made_at": NOW,
            "message_id": "<1.2026-03-10@digest.example.org>",
            "picks": picks,
            "searched": 412,
            **facts,
        }
    )


def make_dump(content: str | bytes, **facts: Any) -> Dump:
    data = content.encode() if isinstance(content, str) else content
    return Dump(**{"content": data, "name": "dump.txt", **facts})


def make_message(**parts: str) -> Message:
    return Message(**{"subject": "Graphs", "text": "Hello.\n", "html": "<p>Hello.</p>\n", **parts})


def make_headers(**facts: Any) -> MailHeaders:
    return MailHeaders(
        **{
            "sender": "Daily Papers <papers@example.org>",
            "recipient": "ada@example.org",
            "recipient_name": "Ada",
            "unsubscribe": ("mailto:papers+unsubscribe@example.org",),
            "token": "t0ken",
            "message_id": "<2026-03-10.abc@example.org>",
            "date": NOW,
            "list_id": "digest.example.org",
            "feedback_id": "2026-03-10:cards:digest.example.org:digest0a1b2c3d",
            **facts,
        }
    )
