"""Figures about sources, papers, issues and deliveries, as Prometheus reads them."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.config import Settings
from digest.errors import ConfigError, StoreError
from digest.issue import Outcome
from digest.store import issues, outbox, papers, pulls
from digest.store.database import reading
from digest.store.state import Name, load
from digest.wiring.checks import METRICS_HOST, metrics_problem

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import GaugeMetricFamily

log = logging.getLogger(__name__)

_STEPS = (Name.PULL, Name.COMPOSE, Name.DELIVER)

Rows = Iterator[tuple[str, str, dict[str, str], float]]
"""Name, what it is, labels, value."""


def rows(engine: sa.Engine) -> Rows:
    """Give every figure there is; times are Unix time in seconds."""
    with reading(engine) as connection:
        last = pulls.last(connection)
        counts = outbox.counts(connection)
        held = papers.count(connection)
        made = issues.count(connection)
        marked = load(connection)
    for name, pull in last.items():
        labels = {"source": name}
        about = "Last pull of a source."
        yield "digest_source_pulled_timestamp_seconds", about, labels, pull.ended_at.timestamp()
        for outcome in Outcome:
            is_so = float(pull.outcome is outcome)
            of_outcome = labels | {"outcome": outcome.value}
            yield "digest_source_outcome", "How its last pull went: 1 for that.", of_outcome, is_so
        about = "Papers of its last pull."
        yield "digest_source_pulled_papers", about, labels, pull.tally.pulled
    yield "digest_papers", "Papers in the store.", {}, held
    yield "digest_issues", "Issues kept.", {}, made
    for state, number in counts.items():
        yield "digest_deliveries", "Deliveries by state.", {"state": state.value}, number
    for name in _STEPS:
        if mark := marked.get(name):
            labels = {"step": name.value}
            yield "digest_step_seconds", "How long a step took last.", labels, mark.seconds or 0.0
            about = "When a step last did something."
            yield "digest_step_timestamp_seconds", about, labels, mark.at.timestamp()
    if well := marked.get(Name.GOOD_RUN):
        yield "digest_good_run_timestamp_seconds", "Last good run.", {}, well.at.timestamp()


def publish(settings: Settings, engine: sa.Engine) -> None:
    """Write the text file of the configuration, if there is one; it is never seen half done."""
    path = settings.metrics.file
    if path is None:
        return
    text = _text(engine)
    try:
        descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
        Path(part).chmod(0o644)
        Path(part).replace(path)
    except OSError as error:
        log.warning("metrics: %s: %s", path, error.strerror)


@contextmanager
def served(settings: Settings, engine: sa.Engine) -> Iterator[None]:
    """Answer on the port of the configuration, on loopback, if there is one."""
    port = settings.metrics.port
    if port is None:
        yield
        return
    from prometheus_client import start_http_server

    try:
        server, thread = start_http_server(port, addr=METRICS_HOST, registry=_registry(engine))
    except OSError as error:
        problem = metrics_problem(settings, error.strerror or str(error))
        raise ConfigError([problem]) from error
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def _text(engine: sa.Engine) -> bytes:
    from prometheus_client import generate_latest

    return generate_latest(_registry(engine))


def _registry(engine: sa.Engine) -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(engine))
    return registry


class _Collector:
    """Reads the figures when somebody asks."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def collect(self) -> "Iterator[GaugeMetricFamily]":
        """Give them by name; none while the database cannot be read."""
        from prometheus_client.core import GaugeMetricFamily

        families: dict[str, GaugeMetricFamily] = {}
        try:
            for name, about, labels, value in rows(self._engine):
                if name not in families:
                    families[name] = GaugeMetricFamily(name, about, labels=list(labels))
                families[name].add_metric(list(labels.values()), value)
        except StoreError as error:
            log.warning("metrics: %s", error)
        yield from families.values()
