"""issues: past issues and what became of them."""

import argparse
from collections import Counter

from digest import wiring
from digest.cli import configuration, interests
from digest.cli.output import counted, emit, say, state_of, table
from digest.errors import ConfigError
from digest.issue import Issue
from digest.store import issues as store
from digest.store.database import reading


def issues(arguments: argparse.Namespace) -> int:
    """List past issues, or show one of them again."""
    settings = configuration.load(arguments)
    with wiring.open_store(settings, read_only=True) as engine, reading(engine) as connection:
        past = store.past(connection, subscriber=arguments.address, day=arguments.show)
        content = store.load(connection, (each.id for each in past)) if arguments.show else {}
    if arguments.show and not past:
        raise ConfigError([f"there is no issue of {arguments.show}"])
    rows = [_issue_row(each) for each in past]
    if arguments.json:
        for each, row in zip(past, rows, strict=True):
            shown = content.get(each.id)
            emit(row | ({"picks": _picks(shown)} if shown else {}))
    elif arguments.show:
        render = wiring.renderer(settings)
        for issue in content.values():
            message = render(issue)
            say(f"To: {issue.subscriber}\nSubject: {message.subject}\n\n{message.text}")
    else:
        states = Counter(state_of(each.status) for each in past)
        say(", ".join((counted(len(past), "issue"), *(f"{n} {s}" for s, n in states.items()))))
        columns = ("date", "subscriber", "state", "papers", "reply")
        lines = ((p.day, p.subscriber, state_of(p.status), p.papers, p.reply) for p in past)
        table(columns, lines, texts=1)
    return 0


def _issue_row(past: store.PastIssue) -> dict[str, object]:
    return {
        "subscriber": past.subscriber,
        "date": past.day.isoformat(),
        "state": past.status.value,
        "papers": past.papers,
        "searched": past.searched,
        "attempts": past.attempts,
        "message_id": past.message_id,
        "reply": past.reply,
    }


def _picks(issue: Issue) -> list[dict[str, object]]:
    return [interests.as_json(pick) for pick in issue.picks]
