"""The program with services on loopback in place of the world's: guide_child.py URL ARGUMENT…

What `digest init` writes has the services' own addresses; a test must not ask those.
"""

import sys
from functools import partial

from digest.cli import main
from digest.sources import hydration
from digest.sources.client import Client
from digest.wiring import sources


def redirect(url: str) -> None:
    """Let every source that the guide writes, and its own question, go to one server."""
    sources.Client = partial(Client, sleep=lambda seconds: None)
    sources.ArxivSource = partial(sources.ArxivSource, feed_url=url, list_url=url)
    sources.HuggingFaceSource = partial(sources.HuggingFaceSource, base_url=url)
    sources.BiorxivSource = partial(sources.BiorxivSource, base_url=url)
    sources.Hydrator = partial(hydration.Hydrator, api_url=url)


if __name__ == "__main__":
    redirect(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
