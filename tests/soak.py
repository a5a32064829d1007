"""The service for real, for two minutes: python soak.py [--seconds N]; its log is what is printed.

A feed and a mail server on loopback, the clock of the machine. It pulls, sends what is due at the
start and what is due a minute later, takes up a new reader at SIGHUP and a new paper at the next
pull, and stops at SIGTERM. Anything else is an error, and exit 1.
"""

import argparse
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from http_server import HttpServer, Reply  # noqa: E402
from running import Running, always_due  # noqa: E402
from servers import smtp_server  # noqa: E402
from world import World  # noqa: E402

FEED = "/feed.xml"


def feed(count: int) -> Reply:
    """Give an RSS feed of so many invented papers."""
    items = "".join(
        f"<item><title>On graphs, part {number}</title>"
        f"<link>https://example.org/graphs/{number}</link>"
        f"<guid>https://example.org/graphs/{number}</guid>"
        f"<description>We prove statement {number} about every graph that we know.</description>"
        "</item>"
        for number in range(count)
    )
    return Reply(
        body=f'<?xml version="1.0"?><rss version="2.0"><channel><title>Graphs</title>'
        f"<link>https://example.org/</link><description>Invented.</description>{items}"
        "</channel></rss>".encode(),
        headers={"Content-Type": "application/rss+xml"},
    )


def soak(folder: Path, seconds: float) -> Running:
    """Live through it; raises AssertionError for whatever does not come."""
    end = time.monotonic() + seconds
    with HttpServer() as web, smtp_server() as mail:
        web.script(FEED, feed(4))
        world = World(folder)
        soon = datetime.now(UTC) + timedelta(minutes=1)
        world.sources = (
            f'[[source]]\nname = "graphs"\nkind = "url"\nurl = "{web.url(FEED)}"\nevery = "1m"'
        )
        world.people = [
            world.person("ada"),
            world.person("bob", f'send_at = "{soon:%H:%M}"'),
        ]
        world.serve_mail(mail)
        always_due(world, "ada", "cleo")
        with Running(world, watchdog=10, patience=seconds) as service:
            service.hear("READY=1")
            service.read("to=ada@example.org state=sent")
            service.read("to=bob@example.org state=sent")
            web.script(FEED, feed(7))
            world.people.append(world.person("cleo"))
            world.write()
            service.process.send_signal(signal.SIGHUP)
            service.read("reloaded subscribers=3")
            service.read("to=cleo@example.org state=sent")
            service.read("source=graphs outcome=new pulled=7 new=3")
            while time.monotonic() < end:
                service.listen(1)
            service.hear("WATCHDOG=1")
            assert service.stop() == 0
            assert "STOPPING=1" in service.states
        assert sorted(envelope.recipient for envelope in mail.received) == [
            "ada@example.org", "bob@example.org", "cleo@example.org",
        ]  # fmt: skip
    return service


def main() -> int:
    """Say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120)
    with TemporaryDirectory() as folder:
        service = soak(Path(folder), parser.parse_args().seconds)
        sys.stdout.write(service.log.read_text())
    sys.stdout.write(f"soak: {len(service.states)} states heard, and every step done\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
