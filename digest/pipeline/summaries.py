"""Summaries of picks: each paper's written once a language, kept, and never worth a delay."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from digest.errors import SummaryFailed, SummaryRefused
from digest.extras.summary import Question, Writer, question_about
from digest.issue import Issue, Pick
from digest.store import caches
from digest.store.database import reading, writing

_BUDGET = timedelta(minutes=2)
"""All summaries of a run together: the mail goes out on time."""

_AT_ONCE = 4
_FAILURES = 3


class _Spent(Exception):  # noqa: N818 (control flow between us and the writer)
    """No further request may be made today."""


class StoredSummaries:
    """Gives picks their summaries: from the store, else by asking `writer`, if there is one.

    What goes wrong costs the summaries alone; `trouble` says in a line what did. `clock` is
    monotonic and in seconds.
    """

    def __init__(
        self,
        engine: sa.Engine,
        model: str,
        writer: Writer | None,
        *,
        max_per_day: int,
        budget: timedelta = _BUDGET,
        at_once: int = _AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._model = model
        self._writer = writer
        self._max_per_day = max_per_day
        self._budget = budget
        self._left = budget.total_seconds()
        self._at_once = at_once
        self._clock = clock
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._without = 0
        self._error: SummaryFailed | None = None
        self._stopped: str | None = None

    @property
    def trouble(self) -> str | None:
        """Say how many papers go without a summary, and why; None if all is well."""
        if not self._without:
            return None
        why = self._stopped or str(self._error)
        papers = "1 paper goes" if self._without == 1 else f"{self._without} papers go"
        return f"summary: {papers} without: {why}"

    def add(self, issues: Sequence[Issue], *, now: datetime) -> list[Issue]:
        """Give issues with the summaries of their picks, as far as there are any."""
        questions = _questions(issues)
        known = self._known(questions)
        if self._writer:
            new = [each for each in questions if each not in known]
            known |= self._written(self._writer, new, now)
        return [_with(issue, known) for issue in issues]

    def _known(self, questions: Iterable[Question]) -> dict[Question, str]:
        by_language: dict[str, dict[str, Question]] = {}
        for each in questions:
            by_language.setdefault(each.language, {})[each.fingerprint] = each
        with reading(self._engine) as connection:
            return {
                asked[name]: text
                for language, asked in by_language.items()
                for name, text in caches.load_summaries(
                    connection, self._model, language, asked.keys()
                ).items()
            }

    def _written(
        self, writer: Writer, questions: Sequence[Question], now: datetime
    ) -> dict[Question, str]:
        begun = self._clock()
        until = begun + self._left

        def write(question: Question) -> str | None:
            return self._write(writer, question, until=until, now=now)

        with ThreadPoolExecutor(self._at_once, thread_name_prefix="summary") as pool:
            texts = list(pool.map(write, questions))
        self._left -= self._clock() - begun
        self._without += texts.count(None)
        return {each: text for each, text in zip(questions, texts, strict=True) if text is not None}

    def _write(
        self, writer: Writer, question: Question, *, until: float, now: datetime
    ) -> str | None:
        """Ask for one and keep it; None if it fails, or if it is no use to ask any more."""
        left = until - self._clock()
        if left <= 0:
            self._stop(f"{self._budget.total_seconds():.0f} s for all of them are over")
        if self._stopped:
            return None
        try:
            text = writer.write(
                question, within=timedelta(seconds=left), begin=lambda: self._count(now)
            )
        except _Spent:
            self._stop(f"max_per_day = {self._max_per_day} requests were made today")
            return None
        except SummaryFailed as error:
            self._failed(error)
            return None
        with writing(self._engine) as connection:
            caches.keep_summary(
                connection, self._model, question.language, question.fingerprint, text, now=now
            )
        self._in_a_row = 0
        return text

    def _count(self, now: datetime) -> None:
        """Write a request down before it is made: it may cost money, whatever comes of it."""
        if self._stopped:
            raise _Spent
        with writing(self._engine) as connection:
            if not caches.may_ask(connection, now.date(), most=self._max_per_day):
                raise _Spent

    def _failed(self, error: SummaryFailed) -> None:
        with self._lock:
            self._error = error
            self._in_a_row += 1
            in_a_row = self._in_a_row
        if isinstance(error, SummaryRefused):
            self._stop(str(error))
        elif in_a_row >= _FAILURES:
            self._stop(f"{in_a_row} failures in a row, the last: {error}")

    def _stop(self, why: str) -> None:
        with self._lock:
            self._stopped = self._stopped or why


def _asked(issue: Issue) -> Iterator[tuple[Pick, Question | None]]:
    return ((pick, question_about(pick.stored.paper, issue.language)) for pick in issue.picks)


def _questions(issues: Iterable[Issue]) -> list[Question]:
    """Ask about each paper once a language, everybody's best first."""
    ranked = [
        (place, question)
        for issue in issues
        for place, (_, question) in enumerate(_asked(issue))
        if question
    ]
    return list(dict.fromkeys(question for _, question in sorted(ranked, key=lambda each: each[0])))


def _with(issue: Issue, known: Mapping[Question, str]) -> Issue:
    picks = tuple(
        replace(pick, summary=(known.get(question) if question else None) or None)
        for pick, question in _asked(issue)
    )
    return replace(issue, picks=picks)
