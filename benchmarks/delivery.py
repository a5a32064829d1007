"""Ready messages to Postfix's sink: ours against smtp-source, with equal sessions and bytes."""

import sys
import threading
import time
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import sinks
from digest.issue import Envelope
from digest.mail.message import MailHeaders, make_content
from digest.mail.relay import Relay
from digest.mail.smtp import SmtpTransport
from digest.rendering.issue_view import Footer
from digest.rendering.renderer import Renderer
from digest.rendering.samples import sample_issue

MESSAGES = 1_500
LATE_MESSAGES = 150
LATE = 0.010
ROUNDS = 5
SESSIONS = (1, 4, 16)


def run(*, quick: bool = False) -> None:
    """Print the median ratios of rounds that take turns; goals: 0.9, and 3 with late replies."""
    if not sinks.are_there():
        sys.stdout.write(f"delivery: {sinks.MISSING}\n")
        return
    content = _message()
    with TemporaryDirectory() as folder, sinks.sink() as port, sinks.late(port, LATE) as slow:
        file = Path(folder) / "message"
        # smtp-source wants lines as files have them, and makes CRLF of them itself.
        file.write_bytes(content.replace(b"\r\n", b"\n"))
        for name, at, count in (
            ("", port, MESSAGES),
            (", replies 10 ms late", slow, LATE_MESSAGES),
        ):
            rounds = 1 if quick else ROUNDS
            ratios = [_compared(at, n, count, content, file, rounds) for n in SESSIONS]
            said = ", ".join(f"{r:.2f} with {s}" for r, s in zip(ratios, SESSIONS, strict=True))
            sys.stdout.write(
                f"delivery of {len(content):,} bytes each{name}, in rates of smtp-source with as "
                f"many sessions: {said}\n"
            )


def _compared(
    port: int, sessions: int, messages: int, content: bytes, file: Path, rounds: int
) -> float:
    ratios = []
    for _ in range(rounds):
        theirs = sinks.source(port, sessions=sessions, messages=messages, file=str(file))
        ratios.append(theirs / _ours(port, sessions, messages, content))
    return median(ratios)


def _ours(port: int, sessions: int, messages: int, content: bytes) -> float:
    relay = Relay(host=sinks.HOST, port=port, security="none", messages_per_connection=messages)
    envelope = Envelope(sender="papers@example.org", recipient="ada@example.org", content=content)

    def work(count: int) -> None:
        with SmtpTransport(relay) as transport:
            for _, outcome in transport.stream(repeat(envelope, count), on_data=lambda _: True):
                if not isinstance(outcome, str):
                    raise TypeError(outcome)

    shares = [messages // sessions + (n < messages % sessions) for n in range(sessions)]
    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def _message() -> bytes:
    footer = Footer(unsubscribe=("mailto:stop@example.org",), contact="a@example.org")
    headers = MailHeaders(
        sender="Daily Papers <papers@example.org>",
        recipient="ada@example.org",
        unsubscribe=footer.unsubscribe,
        token="t0ken",  # noqa: S106 (of nobody)
        message_id="<2026-03-10.abc@example.org>",
        date=datetime(2026, 3, 10, 7, 30, tzinfo=UTC),
        list_id="digest.example.org",
        feedback_id="2026-03-10:cards:digest.example.org:digest0a1b2c3d",
    )
    return make_content(Renderer().render(sample_issue(12), footer), headers)
