"""The program with services on loopback in place of the world's: guide_child.py URL ARGUMENT…

What `digest init` writes has the services' own addresses; a test must not ask those.
"""

import sys
from datetime import UTC, datetime
from functools import partial

from freezegun import freeze_time

from digest.cli import main
from digest.net.client import Client
from digest.sources.arxiv import api_source
from digest.wiring import sources

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
"""A Tuesday, after the day's announcement."""

ASKING = ("Client", "ArxivSource", "HuggingFaceSource", "BiorxivSource", "Hydrator")
"""What of `digest.wiring.sources` asks services."""


def redirect(url: str) -> None:
    """Let every source that the guide writes, and its own question, go to one server."""
    sources.Client = partial(Client, sleep=lambda seconds: None)
    sources.ArxivSource = partial(sources.ArxivSource, feed_url=url, list_url=url)
    sources.HuggingFaceSource = partial(sources.HuggingFaceSource, base_url=url)
    sources.BiorxivSource = partial(sources.BiorxivSource, base_url=url)
    sources.Hydrator = partial(api_source.Hydrator, api_url=url)


if __name__ == "__main__":
    redirect(sys.argv[1])
    with freeze_time(NOW, tick=True):
        code = main(sys.argv[2:])
    sys.exit(code)
