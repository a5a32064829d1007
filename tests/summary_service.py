"""An OpenAI-compatible endpoint on loopback: it sums up whatever it is asked about."""

import json
from collections.abc import Callable
from typing import Any

from http_server import HttpServer, Reply, Request

KEY = "sk-hunter2hunter2"
DOWN = Reply(status=503, body=b"Service Unavailable")


def completion(content: Any, **choice: Any) -> Reply:
    message = {"role": "assistant", "content": content}
    choices = [{"index": 0, "message": message, "finish_reason": "stop", **choice}]
    return Reply(body=json.dumps({"object": "chat.completion", "choices": choices}).encode())


class SummaryService(HttpServer):
    """Answers as such an interface does; `asked` is what it was asked about, `reply` a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.key: str | None = None
        self.reply: Callable[[str], Reply] = lambda title: completion(f"It is about {title}.")

    @property
    def address(self) -> str:
        return self.url("/v1")

    @property
    def asked(self) -> list[str]:
        """The titles, in order."""
        return [self.title(json.loads(request.body)) for request in self.requests]

    @staticmethod
    def title(asked: Any) -> str:
        return str(json.loads(asked["messages"][-1]["content"])["title"])

    def answer(self, request: Request) -> Reply:
        if request.path != "/v1/chat/completions":
            return Reply(status=404, body=b"Not found")
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return Reply(status=401, body=f"Incorrect API key: {self.key}".encode())
        return self.reply(self.title(json.loads(request.body)))
