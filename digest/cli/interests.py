"""rank and preview: what a subscriber would get now."""

import argparse
import tempfile
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from digest import wiring
from digest.bundled import bundled
from digest.cli import configuration
from digest.cli.live import Live, server
from digest.cli.output import (
    complain,
    emit,
    id_of,
    name_of,
    reasons_json,
    reasons_of,
    say,
    table,
)
from digest.config import Settings
from digest.errors import ConfigError
from digest.issue import Message, Pick
from digest.pipeline.desk import Desk, Draft
from digest.pipeline.past import Past
from digest.sources import jsonl
from digest.store.database import reading
from digest.wiring import people


def rank(arguments: argparse.Namespace) -> int:
    """Print what would be in the next issue, with score and reasons."""
    drafted = draft(configuration.load(arguments), arguments.address, everything=arguments.all)
    issue = drafted.issue
    entries = [("pick", pick) for pick in issue.picks]
    if arguments.all:
        entries += [("also", pick) for pick in issue.also]
        entries += [("left", pick) for pick in drafted.rest]
    entries = entries[: arguments.limit]
    if arguments.json:
        for section, pick in entries:
            emit(as_json(pick) | {"section": section})
    else:
        if issue.picks:
            say(f"{len(issue.picks)} of {issue.searched} papers for {issue.subscriber}")
        else:
            say(f"nothing for {issue.subscriber} today, of {issue.searched}")
        show_picks(entries if arguments.all else [(None, pick) for _, pick in entries])
    return 0


def show_picks(entries: Sequence[tuple[str | None, Pick]]) -> None:
    """Print papers with score, id and reasons, each with its section, if it has one."""
    rows = (
        (round(p.score), id_of(paper), section, name_of(paper), p.interest, reasons_of(p))
        for section, p in entries
        for paper in (p.stored.paper,)
    )
    table(("score", "id", "section", "paper", "interest", "why"), rows, texts=3)


def preview(arguments: argparse.Namespace) -> int:
    """Render the next issue, for the eye or into files."""
    if arguments.serve:
        return _serve(arguments)
    settings = configuration.load(arguments)
    issue = draft(settings, arguments.address).issue
    message = wiring.renderer(settings)(issue)
    if arguments.eml:
        _write(Path(arguments.eml), wiring.wrapper(settings)(issue).content)
    if arguments.html:
        _write(Path(arguments.html), message.html.encode())
    if arguments.text:
        _write(Path(arguments.text), message.text.encode())
    if arguments.open:
        _show(message.html)
    if arguments.json:
        emit({"subject": message.subject, "html": message.html, "text": message.text})
    elif not (arguments.eml or arguments.html or arguments.text or arguments.open):
        say(f"Subject: {message.subject}\n\n{message.text}")
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    """Show the issue on a page of its own until Ctrl-C."""
    settings = configuration.load(arguments)

    def make() -> Message:
        fresh = wiring.load_settings(arguments.config)
        return wiring.renderer(fresh)(draft(fresh, arguments.address).issue)

    def watched() -> Iterator[Path]:
        yield settings.path
        yield from settings.subscriber_files
        if Path(arguments.address).is_file():
            yield Path(arguments.address)
        for folder in filter(None, (bundled("templates"), settings.templates)):
            yield from folder.rglob("*")

    live = Live(make, watched)
    live.refresh()
    with server(live, arguments.port) as page:
        address = f"http://127.0.0.1:{page.server_port}/"
        say(f"{address}  (Ctrl-C ends it)")
        if arguments.open:
            webbrowser.open(address)
        with suppress(KeyboardInterrupt):
            page.serve_forever()
    return 0


def draft(settings: Settings, address: str, *, everything: bool = False) -> Draft:
    """Draft one subscriber's next issue; nothing is written."""
    with wiring.open_store(settings, read_only=True) as engine:
        everyone, complaints = people.subscribers(settings, engine)
        for line in complaints:
            complain(line)
        subscriber = people.find(address, settings, everyone)
        with reading(engine) as connection:
            now = wiring.now()
            past = Past.load(connection, [source.name for source in settings.sources], now=now)
            desk = Desk(
                connection,
                [subscriber],
                past=past,
                now=now,
                domain=wiring.mail_domain(settings),
                encoder=wiring.encoder(settings, engine, dry=True),
            )
            drafted = desk.draft(connection, [subscriber], everything=everything)[0]
        with wiring.summaries(settings, engine, dry=True) as summaries:
            issues = summaries.add([drafted.issue], now=now) if summaries else [drafted.issue]
        return replace(drafted, issue=issues[0])


def as_json(pick: Pick) -> dict[str, object]:
    """Give a paper with its score and reasons."""
    return jsonl.to_json(pick.stored.announcement) | {
        "score": pick.score,
        "interest": pick.interest,
        "reasons": reasons_json(pick),
    }


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from error


def _show(html: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8", delete=False) as page:
        page.write(html)
    webbrowser.open(Path(page.name).as_uri())
