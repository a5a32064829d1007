"""send: one run of the pipeline."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from uuid import uuid4

import sqlalchemy as sa

from digest import wiring
from digest.cli import configuration, interests
from digest.cli.output import (
    agree,
    can_ask,
    complain,
    emit,
    exit_code,
    meanwhile,
    note,
    progress,
    say,
    warn,
)
from digest.cli.returning import look_into_inbox
from digest.config import Settings
from digest.errors import ConfigError, DeliveryFailed
from digest.pipeline.compose import Edition, compose, who_is_due
from digest.pipeline.delivering import Delivered
from digest.pipeline.fetch import Fetched, fetch
from digest.pipeline.past import Past
from digest.pipeline.report import Report
from digest.service import alerting, figures
from digest.store import good_files, outbox
from digest.store.database import reading, writing
from digest.subscriber import Subscriber
from digest.wiring import people

_ALWAYS = ("issues", "sent")
"""What a person is told though it be none; of other things only what there is."""

_ASK_ABOVE = 5
_BAD = ("deferred", "failed", "uncertain")
"""Counts that -q leaves in."""


def send(arguments: argparse.Namespace) -> int:
    """Run the pipeline once, for everyone who has not had today's issue."""
    settings = configuration.load(arguments, acts=not arguments.dry_run)
    if arguments.test:
        if arguments.dry_run or arguments.due or arguments.addresses:
            raise ConfigError(["--test goes with --to alone: it sends one message now"])
        return _send_test(settings, arguments)
    if arguments.to:
        raise ConfigError(["--to goes with --test"])
    # What is missing is said before anything is pulled.
    wiring.require(settings, delivers=not arguments.dry_run)
    for line in settings.warnings:
        warn(line)
    looks = arguments.dry_run
    with wiring.open_store(settings, create=not looks, read_only=looks) as engine:
        return _run(settings, engine, arguments)


def _run(settings: Settings, engine: sa.Engine, arguments: argparse.Namespace) -> int:
    report = Report()
    if not arguments.dry_run:
        look_into_inbox(settings)
    everyone, report.complaints = people.subscribers(settings, engine)
    settings = replace(settings, subscribers=tuple(everyone))
    chosen = _chosen(arguments.addresses, settings, everyone)
    if not (arguments.no_fetch or arguments.dry_run):
        report.fetched = _fetch(settings, engine)
    edition = Edition(
        now=wiring.now(),
        domain=wiring.mail_domain(settings),
        sources=tuple(source.name for source in settings.sources),
        named=frozenset(each.key for each in chosen) if arguments.addresses else frozenset(),
        only_due=arguments.due,
    )
    if not arguments.dry_run:
        if not _confirm(arguments, engine, chosen, edition):
            warn("nothing is sent")
            return 0
        _keep_files(settings, engine, edition)
        new = people.meet(engine, everyone, now=edition.now)
        if arguments.due and new:
            complain(f"{new} new subscriber{'s' * (new != 1)}: the first issue at the next hour")
    with (
        progress("composing") as tick,
        wiring.summaries(settings, engine, dry=arguments.dry_run) as summaries,
    ):
        report.composed = compose(
            engine,
            chosen,
            edition,
            fit=wiring.fitter(settings),
            encoder=wiring.encoder(settings, engine, dry=arguments.dry_run),
            summaries=summaries,
            dry_run=arguments.dry_run,
            progress=tick,
        )
    if summaries and summaries.trouble:
        complain(summaries.trouble)
    if not arguments.dry_run:
        report.delivered = _deliver(settings, engine)
        _tell(settings, engine, report)
    _print(report, arguments)
    return exit_code(failed=report.has_failed, waits=report.waits)


def _tell(settings: Settings, engine: sa.Engine, report: Report) -> None:
    """Tell the operator what is wrong, or that all is well."""
    now = wiring.now()
    found = alerting.standing(
        settings,
        engine,
        delivered=report.delivered,
        complaints=report.complaints,
        now=now,
    )
    alerting.tell(settings, engine, found, now=now)
    is_well = all(trouble.is_minor for trouble in found)
    if is_well and not (report.complaints or report.waits):
        alerting.all_is_well(settings, engine, now=now)
    figures.publish(settings, engine)


def _send_test(settings: Settings, arguments: argparse.Namespace) -> int:
    """Send one message now, recorded nowhere."""
    issue = interests.draft(settings, arguments.test).issue
    domain = wiring.mail_domain(settings)
    # Of its own, or a mailbox that drops what it has seen would drop the real one.
    issue = replace(issue, message_id=f"<test.{uuid4().hex}@{domain}>")
    try:
        envelope = wiring.wrapper(settings, to=arguments.to)(issue)
    except DeliveryFailed as error:
        raise ConfigError([f"--to: {error}"]) from error
    with wiring.connector(wiring.mail_of(settings))() as transport:
        reply = transport.send(envelope, on_data=lambda: None)
    if arguments.json:
        emit({"recipient": envelope.recipient, "papers": len(issue.picks), "reply": reply})
    else:
        note(f"{envelope.recipient}: {len(issue.picks)} papers, accepted: {reply}")
    return 0


def _fetch(settings: Settings, engine: sa.Engine) -> tuple[Fetched, ...]:
    with wiring.open_sources(settings, tell=meanwhile) as supply, progress("fetching") as tick:
        haul = fetch(engine, supply, now=wiring.now(), progress=tick, begin=tick.begin)
    for line in haul.complaints:
        complain(line)
    for each in haul.fetched:
        for line in each.complaints:
            complain(line)
        if each.error:
            complain(f"{each.source}: {each.error}")
    return haul.fetched


def _deliver(settings: Settings, engine: sa.Engine) -> Delivered:
    with reading(engine) as connection:
        total = outbox.waiting(connection)
    with progress("delivering") as tick:
        numbers = count(1)
        delivered = wiring.dispatch(
            settings, engine, progress=lambda row, status: tick(next(numbers), total)
        )
    if delivered.paused:
        complain(
            f"the relay is left alone for a while; {delivered.waiting} messages wait: "
            f"{delivered.paused}"
        )
    elif delivered.refused:
        complain(f"the relay refuses us; {delivered.waiting} messages wait: {delivered.refused}")
    return delivered


def _chosen(
    addresses: Sequence[str], settings: Settings, everyone: Sequence[Subscriber]
) -> list[Subscriber]:
    """Give those named, or everyone; a file that is not configured is no subscriber to write to."""
    if not addresses:
        return list(everyone)
    by_key = {key: each for each in everyone for key in each.keys}
    if unknown := [address for address in addresses if address.casefold() not in by_key]:
        raise ConfigError(
            [
                f"{settings.path}: no subscriber has the address {address}"
                f"{people.nearest(address, by_key)}"
                for address in unknown
            ]
        )
    return list({id(each): each for a in addresses if (each := by_key[a.casefold()])}.values())


def _confirm(
    arguments: argparse.Namespace,
    engine: sa.Engine,
    chosen: Sequence[Subscriber],
    edition: Edition,
) -> bool:
    """Ask a person at a terminal before writing to many."""
    if arguments.yes or not can_ask():
        return True
    with reading(engine) as connection:
        people_due = len(
            who_is_due(chosen, Past.load(connection, edition.sources, now=edition.now), edition)
        )
        people_due += outbox.waiting(connection)
    return people_due <= _ASK_ABOVE or agree(f"Write to {people_due} people?")


def _keep_files(settings: Settings, engine: sa.Engine, edition: Edition) -> None:
    texts = {str(path): text for path, text in settings.subscriber_files.items()}
    with writing(engine) as connection:
        good_files.keep(connection, texts, now=edition.now)


def _served_already(served: Mapping[str, datetime]) -> Iterator[str]:
    """Tell who had today's issue before, the first few of them by name."""
    for subscriber, at in list(served.items())[:_ASK_ABOVE]:
        yield f"{subscriber} had today's issue at {at.astimezone():%H:%M}"
    if (more := len(served) - _ASK_ABOVE) > 0:
        yield f"{more} more had today's issue already"


def _print(report: Report, arguments: argparse.Namespace) -> None:
    for line in report.complaints:
        complain(line)
    counts = report.as_json()
    if arguments.json:
        emit(counts)
        return
    if arguments.quiet and not arguments.dry_run:
        waiting = report.delivered.waiting
        bad = [f"{counts[name]} {name}" for name in _BAD if counts[name]]
        if bad or waiting:
            complain(", ".join([*bad, *([f"{waiting} wait for another try"] if waiting else [])]))
        return
    for line in _served_already(report.composed.served):
        say(line)
    in_vain = report.composed.in_vain
    for subscriber, searched in list(in_vain.items())[:_ASK_ABOVE]:
        say(f"nothing for {subscriber} today, of {searched}")
    if len(in_vain) > _ASK_ABOVE:
        say(f"nothing for {len(in_vain) - _ASK_ABOVE} more")
    why = ", ".join(f"{number} {reason}" for reason, number in report.composed.skipped.items())
    for name, value in counts.items():
        if name == "skipped" and why:
            value = f"{value} ({why})"
        if name != "why" and (value or name in _ALWAYS):
            say(f"{name.replace('_', ' '):14} {value}")
    if report.delivered.waiting:
        say(f"{report.delivered.waiting} wait for another try")
