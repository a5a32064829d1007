"""What the guide asks for, and what an answer means; a ValueError says how to mend one."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digest.guide.fields import ARXIV, Field

_MOST_TOPICS = 30
_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How mail leaves: a row of PROVIDERS, filled in.

    `secret` is how the configuration refers to the password: a TOML table such as
    `{ file = "smtp-password" }`. `host` None is messages as files.
    """

    provider: str
    host: str | None = None
    port: int = 587
    security: str = "starttls"
    username: str | None = None
    secret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All that a first configuration says; `examples` are arXiv ids of one's own papers."""

    email: str
    name: str | None = None
    fields: Sequence[Field] = ()
    topics: Sequence[str] = ()
    authors: Sequence[str] = ()
    bibtex: Path | None = None
    examples: Sequence[str] = ()
    timezone: str = "UTC"
    send_at: str = "07:30"
    login: Login = Login(provider="files")

    def categories(self, service: str) -> list[str]:
        """Return the categories chosen of one service."""
        return [each.category for each in self.fields if each.service == service]


def read_list(text: str) -> tuple[str, ...]:
    """Return what stands between commas or semicolons, each once, white space collapsed."""
    parts = (" ".join(part.split()) for part in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def read_topics(text: str) -> tuple[str, ...]:
    """Return topics as keywords: a star is allowed at either end of one."""
    topics = read_list(text)
    if len(topics) > _MOST_TOPICS:
        raise ValueError(f"{len(topics)} are many: name up to {_MOST_TOPICS}, the rest later")
    for topic in topics:
        if len(topic) > _LONGEST:
            raise ValueError(f'"{topic[:30]}…" is a sentence: name a few words')
        if "*" in topic.strip("*") or not re.search(r"\w", topic):
            raise ValueError(f'"{topic}": words, with a * at the beginning or the end at most')
    return topics


def read_words(text: str) -> tuple[str, ...]:
    """Return a command as its words, split as a shell would."""
    words = tuple(shlex.split(text))
    if not words:
        raise ValueError("a command and its words")
    return words


def read_port(text: str) -> int:
    """Return a port."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise ValueError("a whole number from 1 to 65535")
    return int(text)


def read_numbers(text: str, offered: Sequence[Field]) -> tuple[Field, ...] | None:
    """Return the fields that numbers choose, or "all"; None if the words are other words."""
    words = re.split(r"[\s,;]+", text.strip().casefold())
    if words == ["all"]:
        return tuple(offered)
    if not all(word.isascii() and word.isdigit() for word in words):
        return None
    if wrong := [word for word in words if not 0 < int(word) <= len(offered)]:
        raise ValueError(f"there is no number {wrong[0]}: choose from 1 to {len(offered)}")
    return tuple(dict.fromkeys(offered[int(word) - 1] for word in words))


def has_daily_papers(answers: Answers) -> bool:
    """Whether Hugging Face's Daily Papers, which are on machine learning, are of interest."""
    groups = {category.partition(".")[0] for category in answers.categories(ARXIV)}
    return bool(groups & {"cs", "stat", "eess"})
