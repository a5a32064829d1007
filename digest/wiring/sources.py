"""From [[source]] to sources that can be pulled."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from digest import taxonomy
from digest.config import Settings, SourceSettings
from digest.errors import ConfigError, ListingMalformed, SourceError
from digest.libraries.crossref import Crossref
from digest.libraries.zotero import Zotero
from digest.net.client import Client
from digest.paper import Paper
from digest.pipeline.collect import ExampleSupply
from digest.pipeline.fetch import Supply
from digest.sources import registry
from digest.sources.arxiv.api_source import ArxivApiSource, Hydrator
from digest.sources.arxiv.oai_source import ArxivOaiSource
from digest.sources.arxiv.source import ArxivSource
from digest.sources.biorxiv.source import BiorxivSource
from digest.sources.feed.url import UrlSource
from digest.sources.files import FileSource
from digest.sources.huggingface.source import HuggingFaceSource
from digest.sources.kept import DumpFolder
from digest.sources.pull import Source

log = logging.getLogger(__name__)

_WANTED = "wanted"
_ARXIV_KINDS = ("arxiv", "arxiv-api", "arxiv-oai")


@contextmanager
def open_sources(
    settings: Settings,
    names: Sequence[str] = (),
    *,
    libraries: bool | None = None,
    tell: Callable[[str], None] = log.info,
) -> Iterator[Supply]:
    """Open the sources named, or all of them; ConfigError for a name that is none.

    Subscribers' libraries are asked with all sources, unless `libraries` says so or otherwise.
    `tell` is told why nothing happens for a while.
    """
    known = {each.name for each in settings.sources}
    if unknown := [name for name in names if name not in known]:
        there = ", ".join(sorted(known)) or "none"
        raise ConfigError([f"no source is called {name!r}: there is {there}" for name in unknown])
    chosen = [each for each in settings.sources if not names or each.name in names]
    with Client(contact=settings.contact, tell=tell) as client:
        yield Supply(
            sources=tuple(_FACTORIES[each.kind](each, settings, client) for each in chosen),
            keeper=dump_folder(settings),
            keep_dumps=settings.keep_dumps,
            asker=_hydrator(chosen, client),
            examples=_examples(
                settings, chosen, client, all_of_them=not names if libraries is None else libraries
            ),
        )


def dump_folder(settings: Settings) -> DumpFolder:
    """Say where pulled dumps are kept: beside the database."""
    return DumpFolder(path=settings.state_folder(os.environ) / "pulled")


def papers_by(name: str, *, contact: str) -> list[Paper]:
    """Ask arXiv for the latest papers of somebody by that name; raises SourceError."""
    with Client(contact=contact) as client:
        dump = Hydrator(client=client).latest_by(name)
    try:
        return [each.paper for each in registry.parse(dump, "arxiv-api").announcements]
    except ListingMalformed as error:
        raise SourceError(str(error)) from error


def wanted_categories(settings: Settings) -> tuple[str, ...]:
    """Give the arXiv categories that any subscriber names, to score by or to require."""
    interests = [each for person in settings.subscribers for each in person.interests]
    followed = [each for interest in interests for each in interest.categories]
    followed += [
        each for interest in interests for group in interest.require for each in group.categories
    ]
    terms = {category.term for category in followed}
    return tuple(sorted({each for term in terms for each in taxonomy.expand(term)}))


def _file(source: SourceSettings, settings: Settings, client: Client) -> Source:
    return FileSource(name=source.name, patterns=source.paths, format=source.format)


def _url(source: SourceSettings, settings: Settings, client: Client) -> Source:
    return UrlSource(
        name=source.name,
        url=source.url or "",
        client=client,
        format=source.format,
        backfill=source.backfill,
    )


def _arxiv(source: SourceSettings, settings: Settings, client: Client) -> Source:
    addresses = {f"{what}_url": url for what, url in source.base_urls.items() if what != "api"}
    return ArxivSource(
        name=source.name,
        categories=_categories(source, settings),
        client=client,
        cross_lists=source.cross_lists,
        backfill=source.backfill,
        holidays=settings.arxiv_holidays,
        **addresses,
    )


def _arxiv_api(source: SourceSettings, settings: Settings, client: Client) -> Source:
    return ArxivApiSource(
        name=source.name,
        query=source.query or "",
        client=client,
        backfill=source.backfill,
        **_base_url(source),
    )


def _arxiv_oai(source: SourceSettings, settings: Settings, client: Client) -> Source:
    return ArxivOaiSource(
        name=source.name,
        categories=_categories(source, settings),
        client=client,
        backfill=source.backfill,
        **_base_url(source),
    )


def _huggingface(source: SourceSettings, settings: Settings, client: Client) -> Source:
    return HuggingFaceSource(
        name=source.name, client=client, backfill=source.backfill, **_base_url(source)
    )


def _biorxiv(source: SourceSettings, settings: Settings, client: Client) -> Source:
    return BiorxivSource(
        name=source.name,
        server=source.kind,
        client=client,
        categories=source.categories,
        backfill=source.backfill,
        **_base_url(source),
    )


_FACTORIES: Mapping[str, Callable[[SourceSettings, Settings, Client], Source]] = {
    "file": _file,
    "url": _url,
    "arxiv": _arxiv,
    "arxiv-api": _arxiv_api,
    "arxiv-oai": _arxiv_oai,
    "huggingface": _huggingface,
    "biorxiv": _biorxiv,
    "medrxiv": _biorxiv,
}


def _base_url(source: SourceSettings) -> dict[str, str]:
    return {"base_url": source.base_url} if source.base_url else {}


def _categories(source: SourceSettings, settings: Settings) -> tuple[str, ...]:
    """Give single categories: archives unfolded, "wanted" as what subscribers name."""
    found: dict[str, None] = {}
    for term in source.categories:
        each = wanted_categories(settings) if term == _WANTED else taxonomy.expand(term)
        found.update(dict.fromkeys(each))
    return tuple(found)


def _examples(
    settings: Settings, chosen: Sequence[SourceSettings], client: Client, *, all_of_them: bool
) -> ExampleSupply:
    """Ask for examples only where something on the network is asked anyway, or a library is."""
    libraries = tuple(_libraries(settings, client)) if all_of_them else ()
    if not libraries and all(each.kind == "file" for each in chosen):
        return ExampleSupply()
    return ExampleSupply(
        subscribers=settings.subscribers,
        asker=_hydrator(chosen, client) or Hydrator(client=client),
        doi_asker=Crossref(client=client),
        libraries=libraries,
    )


def _libraries(settings: Settings, client: Client) -> Iterator[Zotero]:
    interests = [each for person in settings.subscribers for each in person.interests]
    for library in dict.fromkeys(each for one in interests for each in one.libraries):
        secret = settings.library_keys.get(library)
        key = partial(secret.read, os.environ) if secret else lambda: None
        yield Zotero(library=library, client=client, key=key)


def _hydrator(chosen: Sequence[SourceSettings], client: Client) -> Hydrator | None:
    """Complete papers only where arXiv is asked anyway; files alone stay off the network."""
    arxiv = [each for each in chosen if each.kind in _ARXIV_KINDS]
    if not arxiv:
        return None
    urls = [each.base_urls.get("api") for each in arxiv]
    urls += [each.base_url for each in arxiv if each.kind == "arxiv-api"]
    url = next(filter(None, urls), None)
    return Hydrator(client=client, api_url=url) if url else Hydrator(client=client)
