"""feedback: what a subscriber says of a paper, and what was said."""

import argparse

import sqlalchemy as sa

from digest import wiring
from digest.cli import configuration
from digest.cli.naming import find_paper, paper_json
from digest.cli.output import complain, counted, emit, id_of, local, name_of, note, say, table
from digest.config import Settings
from digest.errors import ConfigError
from digest.store import votes
from digest.store.database import reading, writing
from digest.store.votes import StoredVote
from digest.subscriber import Subscriber
from digest.wiring import people

_SIGNS = {True: "+", False: "-"}


def feedback(arguments: argparse.Namespace) -> int:
    """Take a vote, take it back, or list the votes there are."""
    if arguments.list and arguments.paper:
        raise ConfigError(["--list goes with an ADDRESS at most"])
    if not arguments.list and arguments.vote is None:
        raise ConfigError(["digest feedback takes ADDRESS PAPER and +, - or clear; or --list"])
    settings = configuration.load(arguments, acts=not arguments.list)
    with wiring.open_store(settings, read_only=arguments.list) as engine:
        subscriber = _subscriber(arguments.address, settings, engine)
        if subscriber is None or arguments.list:
            _list(_votes(engine, subscriber), as_json=arguments.json)
        else:
            _vote(engine, subscriber, arguments)
    return 0


def _subscriber(address: str | None, settings: Settings, engine: sa.Engine) -> Subscriber | None:
    everyone, complaints = people.subscribers(settings, engine)
    for line in complaints:
        complain(line)
    return people.find_configured(address, settings, everyone) if address else None


def _vote(engine: sa.Engine, subscriber: Subscriber, arguments: argparse.Namespace) -> None:
    now = wiring.now()
    with writing(engine) as connection:
        stored = find_paper(connection, arguments.paper)
        if stored is None:
            raise ConfigError([f"no paper of the store is {arguments.paper!r}"])
        if arguments.vote == "clear":
            votes.clear(connection, subscriber.keys, stored.id)
        else:
            liked = arguments.vote == "+"
            votes.cast(connection, subscriber.keys, stored.id, liked=liked, now=now)
    vote = None if arguments.vote == "clear" else arguments.vote
    if arguments.json:
        said = {"vote": vote, "voted_at": now.isoformat(timespec="seconds") if vote else None}
        emit({"subscriber": subscriber.email, "paper": paper_json(stored.paper)} | said)
    else:
        note(f"{subscriber.email}: {vote or 'no vote'} on {name_of(stored.paper)}")


def _votes(engine: sa.Engine, subscriber: Subscriber | None) -> list[StoredVote]:
    with reading(engine) as connection:
        if subscriber is None:
            return votes.everybodys(connection)
        return list(votes.load(connection, {subscriber.key: subscriber.keys})[subscriber.key])


def _list(cast: list[StoredVote], *, as_json: bool) -> None:
    if as_json:
        for each in cast:
            emit(_as_json(each))
        return
    say(counted(len(cast), "vote"))
    rows = (
        (local(v.voted_at), v.subscriber, _SIGNS[v.liked], id_of(paper), name_of(paper))
        for v in cast
        for paper in (v.stored.paper,)
    )
    table(("voted", "subscriber", "vote", "id", "paper"), rows, texts=1)


def _as_json(vote: StoredVote) -> dict[str, object]:
    return {
        "subscriber": vote.subscriber,
        "paper": paper_json(vote.stored.paper),
        "vote": _SIGNS[vote.liked],
        "voted_at": vote.voted_at.isoformat(timespec="seconds"),
    }
