"""The tour: the pipeline over the sample listings, into a mail server on loopback."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib import resources
from pathlib import Path

from digest import config, wiring
from digest.config import Settings
from digest.demo.server import LoopbackServer
from digest.errors import ConfigError
from digest.issue import Envelope, Issue, Status
from digest.pipeline.compose import Edition, compose
from digest.pipeline.delivering import Delivered
from digest.pipeline.fetch import Fetched, fetch
from digest.store import issues
from digest.store.database import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as the demo's server got it, and the issue that it carries."""

    issue: Issue
    subject: str
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """What the tour did."""

    fetched: tuple[Fetched, ...]
    delivered: Delivered
    received: tuple[Received, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every source was read and every message arrived."""
        sent = self.delivered.by_status[Status.SENT]
        return not any(each.error for each in self.fetched) and sent == len(self.received) > 0


def take(out: Path) -> Tour:
    """Run fetch, compose and deliver for the sample subscribers; leave the messages in `out`."""
    with tempfile.TemporaryDirectory(prefix="digest-demo-") as folder, LoopbackServer() as server:
        settings = _settings(Path(folder), server.port)
        with wiring.open_store(settings, create=True) as engine:
            with wiring.open_sources(settings) as supply:
                fetched = fetch(engine, supply, now=wiring.now()).fetched
            edition = Edition(
                now=wiring.now(),
                domain=wiring.mail_domain(settings),
                sources=tuple(source.name for source in settings.sources),
            )
            compose(engine, settings.subscribers, edition)
            delivered = wiring.dispatch(settings, engine)
            with reading(engine) as connection:
                made = issues.load(connection, (past.id for past in issues.past(connection)))
        received = tuple(_leave(server.received, {i.subscriber: i for i in made.values()}, out))
    return Tour(fetched=fetched, delivered=delivered, received=received)


def _settings(folder: Path, port: int) -> Settings:
    """Lay out the sample configuration, with the port that the server has."""
    with resources.as_file(resources.files("digest.demo") / "sample") as sample:
        shutil.copytree(sample, folder, dirs_exist_ok=True)
    file = folder / "demo.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("port = 2525", f"port = {port}"), encoding="utf-8")
    return config.load(file)


def _leave(
    envelopes: tuple[Envelope, ...], made: dict[str, Issue], out: Path
) -> Iterator[Received]:
    """Write each message as it arrived, and its HTML beside it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for envelope in sorted(envelopes, key=lambda each: each.recipient):
            message = message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
            html = message.get_body(("html",))
            name = envelope.recipient.partition("@")[0]
            files = (out / f"{name}.html", out / f"{name}.eml")
            files[0].write_text(html.get_content() if html else "", encoding="utf-8")
            files[1].write_bytes(envelope.content)
            issue = made[envelope.recipient]
            yield Received(issue=issue, subject=str(message["Subject"]), files=files)
    except OSError as error:
        raise ConfigError([f"{out}: {error.strerror}: name another folder with --out"]) from error
