"""Deliver: from the outbox to the relay, over several connections."""

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from datetime import datetime

import sqlalchemy as sa

from digest.issue import Delivery, Envelope, Issue, Status
from digest.mail import Transport
from digest.pipeline.delivering import Delivered, Policy, Run
from digest.pipeline.stint import Stint
from digest.store import outbox
from digest.store.database import reading
from digest.store.locks import presence

_LOOK_EVERY = 0.25  # seconds between two looks at whether to halt
_PATIENCE = 20.0
"""Seconds that what is under way has to end, once somebody wants the run to stop."""


def deliver(
    engine: sa.Engine,
    *,
    connect: Callable[[], Transport],
    wrap: Callable[[Issue], Envelope],
    policy: Policy,
    clock: Callable[[], datetime],
    relay: str = "",
    halt: threading.Event | None = None,
    progress: Callable[[Delivery, Status], None] = lambda delivery, status: None,
) -> Delivered:
    """Hand over whatever waits, and write down what became of each.

    Each worker has a connection of its own. A relay that refuses us stops the run; its rows
    stay queued, with no try used up. Whoever interrupts it, or sets `halt`, waits for what is
    past recall.
    """
    with presence(engine) as owner:
        run = Run(engine, connect, wrap, policy, clock, progress, relay=relay, owner=owner)
        run.recover()
        with reading(engine) as connection:
            ready = outbox.waiting(connection)
            pause = outbox.current(connection, relay, now=clock())
        if pause is not None:
            run.delivered.paused = pause.why
        elif ready:
            workers = min(policy.connections, ready)
            with ThreadPoolExecutor(workers, thread_name_prefix="deliver") as pool:
                under_way = [pool.submit(Stint(run).work) for _ in range(workers)]
                _see_through(run, under_way, halt or threading.Event())
        with reading(engine) as connection:
            run.delivered.waiting = outbox.waiting(connection)
    return run.delivered


def _see_through(run: Run, under_way: list[Future[None]], halt: threading.Event) -> None:
    try:
        left = set(under_way)
        while left and not halt.is_set():
            _, left = wait(left, timeout=_LOOK_EVERY, return_when=FIRST_EXCEPTION)
        if left:
            _end(run, under_way)
        for ended in under_way:
            ended.result()
    except BaseException:  # Ctrl-C too
        _end(run, under_way)
        raise


def _end(run: Run, under_way: list[Future[None]]) -> None:
    """Let what is under way end, and begin no more; break off what takes too long."""
    run.stop.set()
    _, late = wait(under_way, timeout=_PATIENCE)
    if late:
        for transport in tuple(run.transports):
            transport.abort()
