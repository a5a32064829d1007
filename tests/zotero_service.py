"""A Zotero service on loopback: one library with collections, a key, and a version."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from http_server import HttpServer, Reply

KEY = "hunter2hunter2"
DOWN = Reply(status=503, body=b"Service Unavailable")


class ZoteroService(HttpServer):
    """Answers as the API does; what it is asked for is in `requests`."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 7
        self.items: list[dict[str, Any]] = []
        self.collections: list[dict[str, Any]] = []
        self.fault: Reply | None = None
        self.extra: Mapping[str, str] = {}

    def collect(self, key: str, name: str, parent: str | bool = False) -> None:
        data = {"key": key, "name": name, "parentCollection": parent}
        self.collections.append({"key": key, "data": data})

    def add(
        self, key: str, *, day: int = 1, collections: tuple[str, ...] = (), **data: Any
    ) -> None:
        """Add an item, as of a day of February; it has a title and an abstract."""
        facts = {
            "key": key,
            "itemType": "preprint",
            "title": f"On {key}",
            "abstractNote": f"We study {key}.",
            "creators": [],
            "dateAdded": f"2026-02-{day:02}T10:00:00Z",
            "collections": list(collections),
        }
        self.items.append({"key": key, "version": 3, "data": facts | data})

    def take(self, path: str) -> Reply:
        asked, query = urlsplit(path), parse_qs(urlsplit(path).query)
        headers = self.requests[-1].headers
        if self.fault:
            return self.fault
        if not asked.path.startswith("/users/1/"):
            return Reply(status=404, body=b"Not found")
        if headers.get("Zotero-API-Key") != KEY or headers.get("Zotero-API-Version") != "3":
            return Reply(status=403, body=b"Forbidden")
        if headers.get("If-Modified-Since-Version") == str(self.version):
            return Reply(status=304)
        return self._page(self._listed(asked.path.removeprefix("/users/1/"), query), query)

    def _listed(self, place: str, query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        if place == "collections":
            return self.collections
        assert (query["sort"], query["direction"]) == (["dateAdded"], ["desc"])
        newest = sorted(self.items, key=lambda item: str(item["data"]["dateAdded"]), reverse=True)
        if place == "items/top":
            return newest
        key = place.split("/")[1]
        return [item for item in newest if key in item["data"]["collections"]]

    def _page(self, found: list[dict[str, Any]], query: Mapping[str, list[str]]) -> Reply:
        start, limit = int(query["start"][0]), int(query["limit"][0])
        headers = {"Last-Modified-Version": str(self.version), **self.extra}
        return Reply(body=json.dumps(found[start : start + limit]).encode(), headers=headers)
