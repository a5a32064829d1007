"""Zotero's API: pages, collections, versions, and a key that nobody sees."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from digest.errors import ConfigError, SourceError, SourceUnavailable
from digest.libraries.zotero import Shelf, Zotero
from digest.net.client import Client, Limits
from digest.subscriber import Library
from http_server import Reply
from zotero_service import KEY, ZoteroService


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoteroService]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ZoteroService() as service:
        yield service


@pytest.fixture
def client(pauses: list[float]) -> Iterator[Client]:
    """A client that takes whole pages."""
    with Client(limits=Limits(tries=2), sleep=pauses.append, jitter=lambda: 0.5) as client:
        yield client


def zotero(service: ZoteroService, client: Client, *collections: str, key: str = KEY) -> Zotero:
    library = Library(name="users/1", collections=collections, base_url=service.url(""))
    return Zotero(library=library, client=client, key=lambda: key)


def names(shelf: Shelf | None) -> list[str]:
    assert shelf is not None
    return [example.name.removeprefix("users/1:") for example in shelf.examples]


def test_a_library_is_read_oldest_first(service: ZoteroService, client: Client) -> None:
    service.add("NEW", day=9)
    service.add("OLD", day=2)
    service.add("NOTE", day=5, itemType="note")
    shelf = zotero(service, client).pull()
    assert names(shelf) == ["OLD", "NEW"]
    assert shelf is not None
    assert shelf.version == 7
    assert service.paths == [
        "/users/1/items/top?format=json&limit=100&start=0&sort=dateAdded&direction=desc"
    ]


def test_pages_are_read_until_there_are_enough(service: ZoteroService, client: Client) -> None:
    for number in range(250):
        service.add(f"K{number:03}", title="T", abstractNote="", day=1 + number % 25)
    source = zotero(service, client)
    small = Zotero(library=source.library, client=client, key=source.key, most=150)
    assert len(names(source.pull())) == 250
    assert len(service.requests) == 3
    assert len(names(small.pull())) == 150
    assert len(service.requests) == 5


def test_a_version_that_is_known_is_one_question(service: ZoteroService, client: Client) -> None:
    service.collect("C1", "ML")
    service.add("A", collections=("C1",))
    for source in (zotero(service, client), zotero(service, client, "ml")):
        service.requests.clear()
        assert source.pull(7) is None
        assert len(service.requests) == 1
        assert names(source.pull(6)) == ["A"]


def test_of_collections_only_those_that_fit_are_read(
    service: ZoteroService, client: Client
) -> None:
    for number in range(120):
        service.collect(f"X{number}", f"Other {number}")
    service.collect("C1", "ML papers")
    service.collect("C2", "Attention", parent="C1")
    service.add("A", day=1, collections=("C1", "C2"))
    service.add("B", day=2, collections=("C2",))
    service.add("C", day=3, collections=("X1",))
    assert names(zotero(service, client, "ml*").pull()) == ["A", "B"]
    assert names(zotero(service, client, "attention", "Other 1").pull()) == ["A", "B", "C"]


def test_no_such_collection_is_told(service: ZoteroService, client: Client) -> None:
    service.collect("C1", "ML")
    with pytest.raises(SourceError, match="none of its 1 collections fits to read"):
        zotero(service, client, "to read").pull()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(Reply(status=503, body=b"x"), SourceUnavailable, id="down"),
        pytest.param(
            Reply(status=429, headers={"Retry-After": "3600"}), SourceUnavailable, id="too busy"
        ),
        pytest.param(Reply(status=403, body=b"Forbidden"), SourceError, id="forbidden"),
        pytest.param(Reply(body=b"<html>"), SourceError, id="HTML"),
        pytest.param(Reply(body=b"{}"), SourceError, id="no list"),
    ],
)
def test_what_failed_is_told_without_the_key(
    service: ZoteroService, client: Client, fault: Reply, error: type[SourceError]
) -> None:
    service.fault = fault
    with pytest.raises(SourceError) as caught:
        zotero(service, client).pull()
    assert type(caught.value) is error
    assert KEY not in str(caught.value)


def test_a_service_that_asks_for_a_pause_between_pages_gets_it(
    service: ZoteroService, client: Client, pauses: list[float]
) -> None:
    for number in range(150):
        service.add(f"K{number}", title="T", abstractNote="")
    service.extra = {"Backoff": "20"}
    assert len(names(zotero(service, client).pull())) == 150
    assert [timedelta(seconds=round(pause)) for pause in pauses] == [timedelta(seconds=20)]


@pytest.mark.parametrize("key", ["hunter2\nX: y", "hünter2", "hunter 2"])
def test_a_key_that_is_none_is_told_and_not_shown(
    service: ZoteroService, client: Client, key: str
) -> None:
    with pytest.raises(SourceError, match="the key holds") as caught:
        zotero(service, client, key=key).pull()
    assert "nter" not in str(caught.value)
    assert service.requests == []


def test_a_key_that_is_not_to_be_had_is_told(service: ZoteroService, client: Client) -> None:
    def no_key() -> str:
        raise ConfigError(["digest.toml:3: key: the environment variable K is not set"])

    library = Library(name="users/1", base_url=service.url(""))
    with pytest.raises(SourceError, match="variable K is not set"):
        Zotero(library=library, client=client, key=no_key).pull()
